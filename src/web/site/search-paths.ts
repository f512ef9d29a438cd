import { Fault } from '../../core/errors.ts'
import { readCategory } from '../../queries/language/category.ts'
import type { Narrowing } from '../../search/facets.ts'
import type { ArchiveSearch, SearchOrder } from '../../search/search-archive.ts'
import { withFields } from './feed-paths.ts'

/** What the address of a page of results says; what it cannot mean is not in it. */
export type AskedSearch = Omit<ArchiveSearch, 'spend'>

/** /papers?q=linear+attention&sort=newest&cat=cs.LG&month=2026-11&code=1&page=2 */
export function searchPath({
  query,
  order = 'best',
  narrowing = {},
  page = 1,
}: Partial<AskedSearch>): string {
  const { category, month, withCode } = narrowing
  const said: [string, string | undefined][] = [
    ['q', query],
    ['sort', order === 'best' ? undefined : order],
    ['cat', category],
    ['month', month],
    ['code', withCode ? '1' : undefined],
    ['page', page > 1 ? String(page) : undefined],
  ]
  return withFields('/papers', said.filter(isSaid))
}

const isSaid = (field: [string, string | undefined]): field is [string, string] => field[1] !== undefined

/** Reads what `searchPath` writes; null where nothing was typed. Throws search.page for a page that is no number. */
export function askedSearch(asked: Record<string, unknown>): AskedSearch | null {
  const query = textIn(asked.q)
  if (query.trim() === '') return null
  const order: SearchOrder = asked.sort === 'newest' ? 'newest' : 'best'
  return { query, order, narrowing: narrowingIn(asked), page: pageNumber(asked.page) }
}

/** The field's text; of several, the first. */
export function textIn(value: unknown): string {
  const [first] = [value].flat()
  return typeof first === 'string' ? first : ''
}

function narrowingIn(asked: Record<string, unknown>): Narrowing {
  const category = readCategory(textIn(asked.cat))
  const month = textIn(asked.month)
  return {
    ...(category !== undefined && { category }),
    ...(/^\d{4}-(0[1-9]|1[0-2])$/.test(month) && { month }),
    ...(asked.code === '1' && { withCode: true }),
  }
}

/** Throws search.page for anything but a number from 1. */
export function pageNumber(text: unknown = '1'): number {
  if (typeof text !== 'string' || !/^[1-9]\d{0,5}$/.test(text)) throw new Fault('search.page')
  return Number(text)
}
