import { Fault } from '../core/errors.ts'
import type { FetchDayInput } from './source.ts'

// Of 30 entries or more each: ten times what a day has.
const MAX_PAGES = 100

export interface PaginateOptions {
  /** What all pages may hold together, as JSON. */
  maxBytes: number
  /** The entries of the page that comes after so many pages and entries. */
  fetchPage(had: { pages: number; entries: number }): Promise<unknown[]>
}

export interface PaginatedEntries {
  entries: unknown[]
  /** There were more pages than anybody reads. */
  isTruncated: boolean
}

/**
 * A list, page by page until an empty one: a page may hold fewer entries than it could, and a server without pages
 * repeats itself. Throws source.too-large.
 */
export async function paginate(
  { source, day, warn }: FetchDayInput,
  pages: PaginateOptions,
): Promise<PaginatedEntries> {
  const { maxBytes, fetchPage } = pages
  const entries: unknown[] = []
  const seen = new Set<string>()
  let size = 0
  while (seen.size < MAX_PAGES) {
    const page = await fetchPage({ pages: seen.size, entries: entries.length })
    const text = JSON.stringify(page)
    if (page.length === 0 || seen.has(text)) return { entries, isTruncated: false }
    seen.add(text)
    size += text.length
    if (size > maxBytes) throw new Fault('source.too-large', { source, day, status: 200, most: maxBytes })
    entries.push(...page)
  }
  warn(`it has more than ${MAX_PAGES} pages: the others are left out`)
  return { entries, isTruncated: true }
}
