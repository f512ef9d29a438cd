import { capitalized, counted, fill, words } from '../../i18n/words.ts'
import type { FacetCount, FacetSelection } from '../../search/facets.ts'
import { MANY_VOTES } from '../../search/other-queries.ts'
import type { SearchedArchive, SearchOrder } from '../../search/search-archive.ts'
import { barsOf } from '../bars.ts'
import { type SearchParams, searchPath } from './search-paths.ts'

/** A line of the rail: a link, with a number at the end of the line. */
interface RailLink {
  text: string
  path: string
  papers: number | null
  chosen: boolean
  /** Whether the link takes a filter back. */
  isRemoved: boolean
}

interface RailBlock {
  id: string
  heading: string
  links: RailLink[]
  /** Folded. */
  more: RailLink[]
}

const MAX_CATEGORIES = 8
const MAX_MONTHS = 6
const MAX_BARS = 12

/** What is beside results: their order, and what narrows them; without what would narrow nothing. */
export function searchRail(params: SearchParams, searched: SearchedArchive) {
  const { category, month, withCode } = params.selection
  const { facets } = searched
  const code = narrowingBy(
    params,
    searched,
    'withCode',
    [{ value: '1', papers: facets.withCode }],
    withCode ? '1' : undefined,
  )
  const only = [...code, ...otherQueries(searched)]
  const categories = narrowingBy(params, searched, 'category', facets.categories, category)
  const months = narrowingBy(params, searched, 'month', facets.months, month)
  return {
    blocks: [
      block('order', ordersOf(params, searched)),
      block('only', only),
      block('category', categories, MAX_CATEGORIES),
    ].filter(({ links }) => links.length > 0),
    months:
      months.length > 0 ? { ...block('month', months, MAX_MONTHS), strip: stripOf(facets.months) } : null,
  }
}

function block(id: keyof typeof words.search.rail, all: RailLink[], most = all.length): RailBlock {
  const links = all.filter(({ chosen }, i) => i < most || chosen)
  const more = all.filter((one) => !links.includes(one))
  return { id: `rail-${id}`, heading: words.search.rail[id], links, more }
}

/** Most votes only where papers have some. */
function ordersOf(params: SearchParams, { all, found }: SearchedArchive): RailLink[] {
  if (all < 2) return []
  const hasVotes = params.order === 'votes' || found.some(({ paper }) => paper.votes !== null)
  const orders: SearchOrder[] = ['best', 'newest', ...(hasVotes ? (['votes'] as const) : [])]
  return orders.map((order) => ({
    text: words.search.orders[order],
    path: searchPath({ ...params, order, page: 1 }),
    papers: null,
    chosen: order === params.order,
    isRemoved: false,
  }))
}

function otherQueries({ all, narrower, named }: SearchedArchive): RailLink[] {
  const link = (text: string, { query, papers }: { query: string; papers: number }): RailLink => ({
    text,
    path: searchPath({ query }),
    papers,
    chosen: false,
    isRemoved: false,
  })
  return [
    ...narrower.map((one) => link(fill(words.search.only[one.kind], { votes: MANY_VOTES }), one)),
    // A name that finds the same papers says nothing new.
    ...named.filter(({ papers }) => papers < all).map((one) => link(capitalized(one.part), one)),
  ]
}

/** Links that narrow the results to a value, or remove that filter. A chosen value can be removed even without results. */
function narrowingBy(
  params: SearchParams,
  { count }: SearchedArchive,
  kind: keyof FacetSelection,
  values: FacetCount[],
  chosen: string | undefined,
): RailLink[] {
  const isKnown = chosen === undefined || values.some(({ value }) => value === chosen)
  const all = isKnown ? values : [{ value: chosen, papers: 0 }, ...values]
  const { [kind]: _before, ...others } = params.selection
  return all
    .filter(
      ({ value, papers }) => value === chosen || (papers > 0 && (chosen !== undefined || papers < count)),
    )
    .map(({ value, papers }) => {
      const isChosen = value === chosen
      const taken = { ...others, [kind]: kind === 'withCode' ? true : value }
      const path = searchPath({ ...params, selection: isChosen ? others : taken, page: 1 })
      return { text: textOf(kind, value), path, papers, chosen: isChosen, isRemoved: isChosen }
    })
}

function textOf(kind: keyof FacetSelection, value: string): string {
  if (kind === 'withCode') return words.search.only.withCode
  return kind === 'category' ? value : monthText(value)
}

function monthText(value: string): string {
  const [year = '', month = ''] = value.split('-')
  return fill(words.search.month, {
    month: words.months[Number(month) as keyof typeof words.months],
    year,
  })
}

/** A bar for each month from the first to the last one, at most those of a year; null for a single month. */
function stripOf(months: readonly FacetCount[]) {
  const papers = new Map(months.map((one) => [one.value, one.papers]))
  const [last, first] = [months[0]?.value, months.at(-1)?.value]
  if (first === undefined || last === undefined || first === last) return null
  const names = monthsUpTo(last).filter((name) => name >= first)
  const ends = { from: monthText(names[0]!), to: monthText(last) }
  return {
    ...ends,
    bars: barsOf(names.map((name) => papers.get(name) ?? 0)),
    text: fill(words.search.monthBars, {
      ...ends,
      papers: counted(
        months.reduce((sum, one) => sum + one.papers, 0),
        words.counts.paper,
      ),
    }),
  }
}

function monthsUpTo(last: string): string[] {
  const [year = 0, month = 0] = last.split('-').map(Number)
  return Array.from({ length: MAX_BARS }, (_, i) => {
    const number = year * 12 + (month - 1) - (MAX_BARS - 1 - i)
    return `${Math.floor(number / 12)}-${String((number % 12) + 1).padStart(2, '0')}`
  })
}
