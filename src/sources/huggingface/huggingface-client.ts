import { Fault } from '../../platform/errors.ts'
import { jsonIn } from '../json-in.ts'
import { rateLimitOf } from '../rate-limit.ts'
import { MOST_ENTRIES } from '../read-entries.ts'
import type { Answer, FetchDay, FetchedDay } from '../source.ts'
import { manners } from './manners.ts'
import { parseDay } from './parse-day.ts'

const PAGE_SIZE = 100
const MOST_PAGES = 100
// With no more than these left in the service's window, the next request waits for a new window.
const FEW_REQUESTS = 2

interface Page {
  entries: unknown[]
  /** What the service wants us to wait before the next request. */
  pauseMs: number
}

/**
 * Everything that the service lists on a day, page by page until an empty one: a page may hold fewer entries than it
 * could. Throws source.*, source.unreadable where no entry can be read.
 */
export async function fetchDay(input: FetchDay): Promise<FetchedDay> {
  const { day } = input
  const entries = await fetchPages(input)
  const parsed = parseDay(entries)
  const [first] = parsed.refused
  if (first && parsed.records.length === 0)
    throw new Fault('source.unreadable', {
      source: 'huggingface',
      day,
      count: entries.length,
      why: first.why,
    })
  return parsed
}

async function fetchPages({ day, urls, ask, wait }: FetchDay): Promise<unknown[]> {
  const entries: unknown[] = []
  const seen = new Set<string>()
  let size = 0
  while (seen.size < MOST_PAGES) {
    const url = `${urls.HF_URL}/api/daily_papers?date=${day}&limit=${PAGE_SIZE}&p=${seen.size}`
    const page = await ask({ url, accept: 'application/json' }, (answer) => readPage(answer, day))
    const text = JSON.stringify(page.entries)
    if (page.entries.length === 0 || seen.has(text)) break // a server without pages repeats itself
    seen.add(text)
    size += text.length
    if (size > manners.mostBytes)
      throw new Fault('source.too-large', {
        source: 'huggingface',
        day,
        status: 200,
        most: manners.mostBytes,
      })
    entries.push(...page.entries)
    if (page.pauseMs > 0) await wait(page.pauseMs)
  }
  return entries
}

function readPage({ status, headers, body }: Answer, day: string): Page {
  const place = { source: 'huggingface', day, status }
  if (status === 400) throw new Fault('source.refused-date', place)
  if (status !== 200) throw new Fault('source.refused', place)
  const entries = listIn(body)
  if (!entries)
    throw new Fault('source.not-json', { ...place, type: headers.get('content-type') ?? 'no type' })
  const { remaining, seconds = 0 } = rateLimitOf(headers)
  const runsOut = remaining !== undefined && remaining <= FEW_REQUESTS
  return { entries, pauseMs: runsOut ? Math.min(seconds * 1000, manners.longestPauseMs) : 0 }
}

function listIn(body: string): unknown[] | undefined {
  const value = jsonIn(body)
  return Array.isArray(value) && value.length <= MOST_ENTRIES ? value : undefined
}
