import { counted, words } from '../../i18n/words.ts'
import type { BesideList, ListOnPage } from '../../web/beside-list.ts'
import { CITATION_FORMATS, type CitationFormat } from '../../web/site/citations.ts'

/** A longer list is cut: its file would have some megabytes. */
export const MAX_LISTED = 2000
/** As many as the pages of a search show. */
export const MAX_FOUND = 500

/** The links to the files of a list. Trending papers have none: their list changes all the time. */
export const listLinks: BesideList = {
  template: new URL('./list-links.eta', import.meta.url),
  view(list) {
    if (list.papers === 0 || list.kind === 'trending') return null
    const most = list.kind === 'search' ? MAX_FOUND : MAX_LISTED
    return {
      isSection: list.kind !== 'digest',
      files: CITATION_FORMATS.map((format) => ({
        text: words.paper.citeFormats[format],
        path: filePathOf(list, format),
      })),
      note: list.papers > most ? counted(most, words.citeLists.first) : null,
    }
  },
}

/** /papers/week/2026-W48.bib?sort=newest, /digest/TOKEN.ris, /papers?q=mamba&format=csl.json */
export function filePathOf(
  { kind, path }: Pick<ListOnPage, 'kind' | 'path'>,
  format: CitationFormat,
): string {
  if (kind === 'search') return `${path}&format=${format}`
  const [page, choices] = path.split('?')
  return `${page}.${format}${choices ? `?${choices}` : ''}`
}
