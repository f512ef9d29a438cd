import { Fault } from '../../core/errors.ts'
import { parseCategory } from '../../queries/language/category.ts'
import type { FacetSelection } from '../../search/facets.ts'
import type { ArchiveSearch, SearchOrder } from '../../search/search-archive.ts'
import { pathWithQuery } from './feed-paths.ts'

/** The parameters in the URL of a results page; invalid ones are left out. */
export type SearchParams = Omit<ArchiveSearch, 'spend'>

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

const isPresent = (field: [string, string | undefined]): field is [string, string] => field[1] !== undefined

/** Parses what `searchPath` writes; null if the query is empty. Throws search.page for an invalid page number. */
export function readSearchParams(asked: Record<string, unknown>): SearchParams | null {
  const query = textParam(asked.q)
  if (query.trim() === '') return null
  const order: SearchOrder = asked.sort === 'newest' ? 'newest' : 'best'
  return { query, order, selection: narrowingIn(asked), page: pageParam(asked.page) }
}

/** The text of a field; if it is repeated, the first one. */
export function textParam(value: unknown): string {
  const [first] = [value].flat()
  return typeof first === 'string' ? first : ''
}

function narrowingIn(asked: Record<string, unknown>): FacetSelection {
  const category = parseCategory(textParam(asked.cat))
  const month = textParam(asked.month)
  return {
    ...(category !== undefined && { category }),
    ...(/^\d{4}-(0[1-9]|1[0-2])$/.test(month) && { month }),
    ...(asked.code === '1' && { withCode: true }),
  }
}

/** Throws search.page for anything but a number from 1. */
export function pageParam(text: unknown = '1'): number {
  if (typeof text !== 'string' || !/^[1-9]\d{0,5}$/.test(text)) throw new Fault('search.page')
  return Number(text)
}
