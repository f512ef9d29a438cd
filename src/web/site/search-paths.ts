import { z } from 'zod'
import { Fault } from '../../core/errors.ts'
import { fill, words } from '../../i18n/words.ts'
import { parseCategory } from '../../queries/language/paper-name.ts'
import type { FacetCount, FacetSelection } from '../../search/facets.ts'
import type { ListChoice } from '../../search/load-paper-list.ts'
import type { ArchiveSearch, SearchedArchive } from '../../search/search-archive.ts'
import type { Span } from '../../search/spans.ts'
import { firstText } from '../request.ts'

/** The parameters in the URL of a results page; invalid ones are left out. */
export type SearchParams = ArchiveSearch

/** /papers?q=linear+attention&sort=newest&cat=cs.LG&month=2026-11&code=1&page=2 */
export function searchPath({
  query,
  order = 'best',
  selection = {},
  page = 1,
}: Partial<SearchParams>): string {
  const { category, month, withCode } = selection
  const fields: [string, string | undefined][] = [
    ['q', query],
    ['sort', order === 'best' ? undefined : order],
    ['cat', category],
    ['month', month],
    ['code', withCode ? '1' : undefined],
    ['page', page > 1 ? String(page) : undefined],
  ]
  return pathWithQuery('/papers', fields.filter(isPresent))
}

/** /papers/week/2026-W48?sort=newest&code=1&page=2; trending papers if there is no span. */
export function listPath(span: Span | null, { order, withCode, page }: ListChoice): string {
  const path = span ? `/papers/${span.unit === 'day' ? 'date' : span.unit}/${span.name}` : '/papers/trending'
  const fields: [string, string | undefined][] = [
    ['sort', order === 'votes' ? undefined : order],
    ['code', withCode ? '1' : undefined],
    ['page', page > 1 ? String(page) : undefined],
  ]
  return pathWithQuery(path, fields.filter(isPresent))
}

/** What `listPath` writes. */
export const listFields = z.object({
  sort: z.enum(['votes', 'newest']).catch('votes'),
  code: z.literal('1').optional().catch(undefined),
  page: z.unknown().optional(),
})

/** Throws search.page for an invalid page number. */
export const readListChoice = ({ sort, code, page }: z.output<typeof listFields>): ListChoice => ({
  order: sort,
  withCode: code !== undefined,
  page: pageParam(page),
})

const isPresent = (field: [string, string | undefined]): field is [string, string] => field[1] !== undefined

/** What `searchPath` writes; values that it would not write are left out. */
export const searchFields = z.object({
  q: firstText,
  sort: z.enum(['newest', 'best']).catch('best'),
  cat: firstText.transform(parseCategory),
  month: z
    .string()
    .regex(/^\d{4}-(0[1-9]|1[0-2])$/)
    .optional()
    .catch(undefined),
  code: z.literal('1').optional().catch(undefined),
  page: z.unknown().optional(),
})

/** Null if the query is empty. Throws search.page for an invalid page number. */
export function readSearchParams(asked: z.output<typeof searchFields>): SearchParams | null {
  const { q: query, sort: order, cat: category, month, code, page } = asked
  if (query.trim() === '') return null
  const selection: FacetSelection = {
    ...(category !== undefined && { category }),
    ...(month && { month }),
    ...(code && { withCode: true }),
  }
  return { query, order, selection, page: pageParam(page) }
}

/** Throws search.page for anything but a number from 1. */
function pageParam(text: unknown = '1'): number {
  if (typeof text !== 'string' || !/^[1-9]\d{0,5}$/.test(text)) throw new Fault('search.page')
  return Number(text)
}

/** The file extensions: Atom, and JSON Feed. */
export type FeedFormat = 'xml' | 'json'

/** The path of a feed, for a query or for all papers: /feed.xml?q=linear+attention */
export const feedPath = (format: FeedFormat, query?: string): string =>
  pathWithQuery(`/feed.${format}`, query === undefined ? [] : [['q', query]])

/** The path of the form with topics in it: /subscribe?topic=mamba&topic=author:Gu */
export const subscribePath = (queries: readonly string[]): string =>
  pathWithQuery(
    '/subscribe',
    queries.map((query) => ['topic', query]),
  )

/** Builds a path with a query string. People read these URLs, so characters that need no escape stay. */
function pathWithQuery(path: string, fields: readonly (readonly [name: string, value: string])[]): string {
  const text = fields.map(([name, value]) => `${name}=${readable(value)}`).join('&')
  return `${path}${text ? `?${text}` : ''}`
}

const readable = (value: string): string =>
  encodeURIComponent(value).replaceAll('%20', '+').replaceAll('%3A', ':').replaceAll('%2F', '/')

const MAX_CATEGORIES = 8
const MAX_MONTHS = 6

/** By category, month and code; without values that all results share, which would narrow nothing. */
export function facetViews(
  asked: SearchParams,
  { facets, count }: Pick<SearchedArchive, 'facets' | 'count'>,
) {
  const { category, month, withCode } = asked.selection
  const code = [{ value: '1', papers: facets.withCode }]
  const facet = (kind: keyof FacetSelection, all: FacetCount[], most: number, chosen?: string) => {
    const items = withChosen(all, chosen)
      .filter(
        ({ value, papers }) => value === chosen || (papers > 0 && (chosen !== undefined || papers < count)),
      )
      .map((one) => itemOf(asked, kind, one, one.value === chosen))
    const shown = items.filter((item, i) => i < most || item.chosen)
    const more = items.filter((item) => !shown.includes(item))
    return { id: `facet-${kind.toLowerCase()}`, label: words.search.facets[kind], items: shown, more }
  }
  return [
    facet('category', facets.categories, MAX_CATEGORIES, category),
    facet('month', facets.months, MAX_MONTHS, month),
    facet('withCode', code, 1, withCode ? '1' : undefined),
  ].filter(({ items }) => items.length > 0)
}

/** A chosen value can be removed even if no result has it. */
const withChosen = (counts: FacetCount[], chosen: string | undefined): FacetCount[] =>
  chosen === undefined || counts.some(({ value }) => value === chosen)
    ? counts
    : [{ value: chosen, papers: 0 }, ...counts]

/** A link that narrows the results to a value, or removes that filter. */
function itemOf(
  asked: SearchParams,
  kind: keyof FacetSelection,
  { value, papers }: FacetCount,
  chosen: boolean,
) {
  const { [kind]: _before, ...others } = asked.selection
  const taken = { ...others, [kind]: kind === 'withCode' ? true : value }
  const path = searchPath({ ...asked, selection: chosen ? others : taken, page: 1 })
  return { text: textOf(kind, value), papers, path, chosen }
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
