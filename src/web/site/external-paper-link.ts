import { fill, words } from '../../i18n/words.ts'
import { doiUrl } from '../../papers/paper.ts'
import { shownName } from '../../queries/language/describe-query.ts'

/**
 * A link to a paper that this site does not have, from its name in a path: on arXiv or through its DOI. Null for other
 * names.
 */
export function externalPaperLink(name: string): { path: string; text: string } | null {
  if (name.startsWith('id:')) return null
  const doi = /^doi:(.*)$/.exec(name)?.[1] ?? null
  const path = doiUrl({ doi }) ?? `https://arxiv.org/abs/${name}`
  const site = doi ? 'doi.org' : 'arXiv'
  return { path, text: fill(words.search.elsewhere, { name: shownName(name), site }) }
}
