import { Fault } from '../core/errors.ts'
import type { FetchDayInput } from './source.ts'

// A page has 30 entries or more, so this is ten times what a day has.
const MAX_PAGES = 100

export interface PaginateOptions {
  /** The largest total size of all pages as JSON, in characters. */
  maxBytes: number
  /** Fetches the page that follows `pages` pages and `entries` entries. */
  fetchPage(had: { pages: number; entries: number }): Promise<unknown[]>
}

export interface PaginatedEntries {
  entries: unknown[]
  /** There were more than MAX_PAGES pages. */
  isTruncated: boolean
}

/**
 * Fetches a list page by page until a page is empty or repeats: a page may have fewer entries than its limit, and a
 * server without pages returns the same page again. Throws source.too-large.
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
