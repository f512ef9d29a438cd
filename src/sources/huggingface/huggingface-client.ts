import { allEntries } from '../all-entries.ts'
import { rateLimitOf } from '../rate-limit.ts'
import { MAX_ENTRIES, requireReadable } from '../read-entries.ts'
import { readJson } from '../read-json.ts'
import type { Answer, FetchDay, FetchedDay } from '../source.ts'
import { manners } from './manners.ts'
import { parseDay } from './parse-day.ts'

const PAGE_SIZE = 100
// With no more than these left in the service's window, the next request waits for a new window.
const FEW_REQUESTS = 2

/** Everything that the service lists on a day. Throws source.*. */
export async function fetchDay(input: FetchDay): Promise<FetchedDay> {
  const { day, urls, ask, wait } = input
  let pauseMs = 0
  const { entries } = await allEntries(input, {
    mostBytes: manners.mostBytes,
    async pageAfter({ pages }) {
      if (pauseMs > 0) await wait(pauseMs)
      const url = `${urls.HF_URL}/api/daily_papers?date=${day}&limit=${PAGE_SIZE}&p=${pages}`
      return ask({ url, accept: 'application/json' }, (answer) => {
        pauseMs = pauseAfter(answer)
        return readJson(input, answer, listIn)
      })
    },
  })
  const parsed = parseDay(entries)
  requireReadable(input, parsed)
  return parsed
}

/** What the service wants us to wait before the next request. */
function pauseAfter({ headers }: Answer): number {
  const { remaining, seconds = 0 } = rateLimitOf(headers)
  const runsOut = remaining !== undefined && remaining <= FEW_REQUESTS
  return runsOut ? Math.min(seconds * 1000, manners.longestPauseMs) : 0
}

const listIn = (value: unknown): unknown[] | undefined =>
  Array.isArray(value) && value.length <= MAX_ENTRIES ? value : undefined
