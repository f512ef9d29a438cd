import pRetry from 'p-retry'
import type { Day } from '../../platform/dates.ts'
import { Fault, textOf } from '../../platform/errors.ts'
import type { Log } from '../../platform/log.ts'
import { rateLimitOf } from './rate-limit.ts'

const PAGE_SIZE = 100
const MOST_PAGES = 100
const RETRIES = 4
const FIRST_PAUSE_MS = 1000
const LONGEST_PAUSE_MS = 600_000
const TIMEOUT_MS = 30_000
// With no more than these left in the service's window, the next request waits for a new window.
const FEW_REQUESTS = 2
const UNSAID_PAUSE_SECONDS = 60

export interface FetchDay {
  /** HF_URL */
  baseUrl: string
  day: Day
  /** An address or a site at which the service can reach the operator. */
  contact: string
  log: Log
  wait(ms: number): Promise<unknown>
  signal?: AbortSignal
  /** For one request. */
  timeoutMs?: number
}

interface Page {
  entries: unknown[]
  /** What the service wants us to wait before the next request. */
  pauseMs: number
}

/**
 * Everything that the service lists on a day, page by page until an empty one: a page may hold fewer entries than it
 * could. Retries a bounded number of times, then throws source.*.
 */
export async function fetchDay(input: FetchDay): Promise<{ entries: unknown[]; pages: number }> {
  const entries: unknown[] = []
  const seen = new Set<string>()
  while (seen.size < MOST_PAGES) {
    const page = await fetchPage(input, seen.size)
    const text = JSON.stringify(page.entries)
    if (page.entries.length === 0 || seen.has(text)) break // a server without pages repeats itself
    seen.add(text)
    entries.push(...page.entries)
    if (page.pauseMs > 0) await input.wait(page.pauseMs)
  }
  return { entries, pages: seen.size }
}

function fetchPage(input: FetchDay, p: number): Promise<Page> {
  const { day, log, signal } = input
  return pRetry(() => requestPage(input, p), {
    retries: RETRIES,
    minTimeout: 0, // the pause below is the only one
    signal,
    shouldRetry: async ({ error, attemptNumber }) => {
      const ms = pauseAfter(error, attemptNumber)
      if (ms === undefined) return false
      log.warn('source.retried', { source: 'huggingface', day, page: p, what: error.message, ms })
      await input.wait(ms)
      return true
    },
  })
}

// Undefined where trying again cannot help, or only much later.
function pauseAfter(error: Error, attempt: number): number | undefined {
  if (!(error instanceof Fault)) return undefined
  if (error.code === 'source.rate-limited') {
    const ms = Number(error.values.seconds) * 1000
    return ms <= LONGEST_PAUSE_MS ? ms : undefined
  }
  const passing = ['source.unreachable', 'source.failing', 'source.not-json'].includes(error.code)
  return passing ? FIRST_PAUSE_MS * 2 ** (attempt - 1) : undefined
}

async function requestPage(input: FetchDay, p: number): Promise<Page> {
  const { response, body } = await request(input, p)
  const limit = rateLimitOf(response.headers)
  const place = { source: 'huggingface', day: input.day, status: response.status }
  if (response.status === 429)
    throw new Fault('source.rate-limited', { ...place, seconds: limit.seconds ?? UNSAID_PAUSE_SECONDS })
  if (response.status >= 500) throw new Fault('source.failing', place)
  if (response.status === 400) throw new Fault('source.refused-date', place)
  if (!response.ok) throw new Fault('source.refused', place)
  const entries = listIn(body)
  if (!entries)
    throw new Fault('source.not-json', { ...place, type: response.headers.get('content-type') ?? 'no type' })
  const runsOut = limit.remaining !== undefined && limit.remaining <= FEW_REQUESTS
  return { entries, pauseMs: runsOut ? Math.min((limit.seconds ?? 0) * 1000, LONGEST_PAUSE_MS) : 0 }
}

async function request({ baseUrl, day, contact, signal, timeoutMs = TIMEOUT_MS }: FetchDay, p: number) {
  const timeout = AbortSignal.timeout(timeoutMs)
  try {
    const response = await fetch(`${baseUrl}/api/daily_papers?date=${day}&limit=${PAGE_SIZE}&p=${p}`, {
      headers: { accept: 'application/json', 'user-agent': `daily-papers (${contact})` },
      signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
    })
    return { response, body: await response.text() }
  } catch (error) {
    const what = timeout.aborted ? `nothing within ${timeoutMs / 1000} s` : causeOf(error)
    throw new Fault('source.unreachable', { source: 'huggingface', day, what }, { cause: error })
  }
}

// fetch says no more than "fetch failed"; what failed stands in the cause.
function causeOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
  return (cause as { code?: string }).code ?? textOf(cause)
}

function listIn(body: string): unknown[] | undefined {
  try {
    const value: unknown = JSON.parse(body)
    return Array.isArray(value) ? value : undefined
  } catch {
    return undefined
  }
}
