import { shownName } from '../../filters/language/describe-query.ts'
import { fill, words } from '../../words/words.ts'

/** A link to where a paper is that is not here, by its name in paths: on arXiv or behind its DOI; null for other names. */
export function elsewhere(name: string): { path: string; text: string } | null {
  if (name.startsWith('id:')) return null
  const doi = /^doi:(.*)$/.exec(name)?.[1]
  const path = doi ? `https://doi.org/${encodeURI(doi)}` : `https://arxiv.org/abs/${name}`
  const site = doi ? 'doi.org' : 'arXiv'
  return { path, text: fill(words.search.elsewhere, { name: shownName(name), site }) }
}
