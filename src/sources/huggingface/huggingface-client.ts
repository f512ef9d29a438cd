import { paginate } from '../paginate.ts'
import { parseRateLimitHeaders } from '../rate-limit-headers.ts'
import { MAX_ENTRIES, requireReadable } from '../read-entries.ts'
import { readJsonResponse } from '../read-json-response.ts'
import type { FetchDayInput, FetchedDay, SourceResponse } from '../source.ts'
import { fetchPolicy } from './fetch-policy.ts'
import { parseDailyPapers } from './parse-daily-papers.ts'

const PAGE_SIZE = 100
// If no more requests than this are left in the window, the next request waits for a new window.
const FEW_REQUESTS = 2

/** Fetches everything that Hugging Face lists on a day. Throws source.*. */
export async function fetchDay(input: FetchDayInput): Promise<FetchedDay> {
  const { day, urls, request, wait } = input
  let pauseMs = 0
  const { entries } = await paginate(input, {
    maxBytes: fetchPolicy.maxBytes,
    async fetchPage({ pages }) {
      if (pauseMs > 0) await wait(pauseMs)
      const url = `${urls.HF_URL}/api/daily_papers?date=${day}&limit=${PAGE_SIZE}&p=${pages}`
      return request({ url, accept: 'application/json' }, (response) => {
        pauseMs = pauseAfter(response)
        return readJsonResponse(input, response, listIn)
      })
    },
  })
  const parsed = parseDailyPapers(entries)
  requireReadable(input, parsed)
  return parsed
}

/** The pause before the next request, in milliseconds, from the rate limit headers. */
function pauseAfter({ headers }: SourceResponse): number {
  const { remaining, seconds = 0 } = parseRateLimitHeaders(headers)
  const runsOut = remaining !== undefined && remaining <= FEW_REQUESTS
  return runsOut ? Math.min(seconds * 1000, fetchPolicy.maxPauseMs) : 0
}

const listIn = (value: unknown): unknown[] | undefined =>
  Array.isArray(value) && value.length <= MAX_ENTRIES ? value : undefined
