import { arxivUrl, doiUrl, type Paper } from '../../papers/paper.ts'
import { plainTextsOf } from '../../papers/plain-paper.ts'
import type { BesidePaper } from '../../web/beside-paper.ts'
import { authorName } from '../../web/site/author-name.ts'
import { citedDoiOf, publishedOn } from '../../web/site/citations.ts'

/** Some papers have thousands, and a list has 40 papers. */
const MAX_AUTHORS = 100

/**
 * A paper in a list for the extensions of reference managers: COinS, an OpenURL context object (Z39.88-2004) in the title
 * of an empty element. The paper's own page has meta tags, which say more; with COinS there, Zotero would read these.
 */
export const coinsBesidePaper: BesidePaper = {
  template: new URL('./coins.eta', import.meta.url),
  view: (paper, place) => (place === 'list' ? { context: contextObject(paper) } : null),
}

/** The keys and values of a paper, in the profile for Dublin Core: the one for journals has no preprints. */
export function contextObject(paper: Paper): string {
  const { title, authors } = plainTextsOf(paper)
  const doi = citedDoiOf(paper)
  const url = arxivUrl(paper) ?? doiUrl(paper)
  const fields: [string, string | null][] = [
    ['ctx_ver', 'Z39.88-2004'],
    ['rft_val_fmt', 'info:ofi/fmt:kev:mtx:dc'],
    // Zotero reads its own types here.
    ['rft.type', 'preprint'],
    ['rft.title', title],
    ['rft.date', publishedOn(paper)],
    ['rft.publisher', paper.arxivId && 'arXiv'],
    ['rft_id', doi && `info:doi/${doi}`],
    ['rft_id', url],
    ...authors.slice(0, MAX_AUTHORS).map(authorField),
  ]
  return new URLSearchParams(
    fields.filter((field): field is [string, string] => Boolean(field[1])),
  ).toString()
}

/** Zotero puts each group before all people, so only a group that is first is written as one. */
function authorField(name: string, i: number): [string, string] {
  const { family, given, suffix, isGroup } = authorName(name)
  if (isGroup) return [i === 0 ? 'rft.aucorp' : 'rft.au', name]
  return ['rft.au', `${family}, ${[given, suffix].filter(Boolean).join(' ')}`]
}
