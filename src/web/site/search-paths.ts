import { z } from 'zod'
import { Fault } from '../../core/errors.ts'
import { parseCategory } from '../../queries/language/paper-name.ts'
import type { FacetSelection } from '../../search/facets.ts'
import type { ListChoice } from '../../search/load-paper-list.ts'
import type { ArchiveSearch } from '../../search/search-archive.ts'
import type { Span } from '../../search/spans.ts'
import { firstText } from '../request.ts'

/** The parameters in the URL of a results page; invalid ones are left out. */
export type SearchParams = ArchiveSearch

/** /papers?q=linear+attention&exact=1&sort=newest&cat=cs.LG&month=2026-11&code=1&page=2 */
export function searchPath({
  query,
  exact = false,
  order = 'best',
  selection = {},
  page = 1,
}: Partial<SearchParams>): string {
  const { category, month, withCode } = selection
  const fields: [string, string | undefined][] = [
    ['q', query],
    ['exact', exact ? '1' : undefined],
    ['sort', order === 'best' ? undefined : order],
    ['cat', category],
    ['month', month],
    ['code', withCode ? '1' : undefined],
    ['page', page > 1 ? String(page) : undefined],
  ]
  return pathWithQuery('/papers', fields.filter(isPresent))
}

/** /papers/week/2026-W48?sort=newest&code=1&page=2; /papers/week for the last seven days, trending papers without span. */
export function listPath(span: Span | null, { order, withCode, page }: ListChoice): string {
  const path = span ? pathOfSpan(span) : '/papers/trending'
  const fields: [string, string | undefined][] = [
    ['sort', order === 'votes' ? undefined : order],
    ['code', withCode ? '1' : undefined],
    ['page', page > 1 ? String(page) : undefined],
  ]
  return pathWithQuery(path, fields.filter(isPresent))
}

const pathOfSpan = ({ unit, name }: Span): string =>
  ['/papers', unit === 'day' ? 'date' : unit, name].filter(Boolean).join('/')

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
  exact: z.literal('1').optional().catch(undefined),
  sort: z.enum(['newest', 'votes', 'best']).catch('best'),
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
  const { q: query, exact, sort: order, cat: category, month, code, page } = asked
  if (query.trim() === '') return null
  const selection: FacetSelection = {
    ...(category !== undefined && { category }),
    ...(month && { month }),
    ...(code && { withCode: true }),
  }
  const params = { query, order, selection, page: pageParam(page) }
  return exact ? { ...params, exact: true } : params
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
