import { fill, words } from '../../i18n/words.ts'
import type { FacetCount, FacetSelection } from '../../search/facets.ts'
import type { SearchedArchive } from '../../search/search-archive.ts'
import { type SearchParams, searchPath } from './search-paths.ts'

/** One value of a facet: a link that narrows the results to it, or removes that filter. */
interface FacetItem {
  text: string
  papers: number
  path: string
  chosen: boolean
}

export interface FacetView {
  id: string
  label: string
  items: FacetItem[]
  /** Hidden until the reader opens the list. */
  more: FacetItem[]
}

const MAX_CATEGORIES = 8
const MAX_MONTHS = 6

/** By category, month and code; without values that all results share, which would narrow nothing. */
export function facetViews(
  asked: SearchParams,
  { facets, count }: Pick<SearchedArchive, 'facets' | 'count'>,
): FacetView[] {
  const { category, month, withCode = false } = asked.selection
  const code = [{ value: '1', papers: facets.withCode }]
  const counts = (all: FacetCount[], chosen: string | undefined) =>
    withChosen(all, chosen).filter(
      ({ value, papers }) => value === chosen || (papers > 0 && (chosen !== undefined || papers < count)),
    )
  const codeChosen = withCode ? '1' : undefined
  return [
    facet(asked, 'category', {
      counts: counts(facets.categories, category),
      most: MAX_CATEGORIES,
      chosen: category,
    }),
    facet(asked, 'month', { counts: counts(facets.months, month), most: MAX_MONTHS, chosen: month }),
    facet(asked, 'withCode', { counts: counts(code, codeChosen), most: 1, chosen: codeChosen }),
  ].filter(({ items }) => items.length > 0)
}

/** A chosen value can be removed even if no result has it. */
const withChosen = (counts: FacetCount[], chosen: string | undefined): FacetCount[] =>
  chosen === undefined || counts.some(({ value }) => value === chosen)
    ? counts
    : [{ value: chosen, papers: 0 }, ...counts]

interface Choices {
  counts: FacetCount[]
  most: number
  chosen: string | undefined
}

function facet(
  asked: SearchParams,
  kind: keyof FacetSelection,
  { counts, most, chosen }: Choices,
): FacetView {
  const items = counts.map(({ value, papers }) =>
    itemOf(asked, kind, { value, papers, isChosen: value === chosen }),
  )
  const shown = items.filter((item, i) => i < most || item.chosen)
  const more = items.filter((item) => !shown.includes(item))
  return { id: `facet-${kind.toLowerCase()}`, label: words.search.facets[kind], items: shown, more }
}

function itemOf(
  asked: SearchParams,
  kind: keyof FacetSelection,
  { value, papers, isChosen }: FacetCount & { isChosen: boolean },
): FacetItem {
  const { [kind]: _before, ...others } = asked.selection
  const taken = { ...others, [kind]: kind === 'withCode' ? true : value }
  return {
    text: textOf(kind, value),
    papers,
    path: searchPath({ ...asked, selection: isChosen ? others : taken, page: 1 }),
    chosen: isChosen,
  }
}

function textOf(kind: keyof FacetSelection, value: string): string {
  if (kind === 'withCode') return words.search.withCode
  if (kind === 'category') return value
  const [year = '', month = ''] = value.split('-')
  return fill(words.search.month, {
    month: words.monthsShort[Number(month) as keyof typeof words.monthsShort],
    year,
  })
}
