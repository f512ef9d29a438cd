import { parseRateLimitHeaders } from '../fetch-client.ts'
import { MAX_ENTRIES, paginate, readJsonResponse, requireReadable } from '../read-entries.ts'
import type { FetchDayInput, FetchedDay, FetchPolicy, SourceResponse } from '../source.ts'
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

/**
 * The service allows some hundred requests in each window of five minutes: https://huggingface.co/docs/hub/rate-limits
 */
export const fetchPolicy = {
  service: 'huggingface',
  gapMs: 100,
  timeoutMs: 30_000,
  maxBytes: 4_000_000,
  defaultPauseSeconds: 60,
  maxPauseMs: 600_000,
} satisfies FetchPolicy
