import { randomUUID } from 'node:crypto'
import pRetry from 'p-retry'
import type { Database } from '../core/database/database.ts'
import type { Day } from '../core/dates.ts'
import { errorText, Fault, undefinedIfThrown } from '../core/errors.ts'
import type { Log } from '../core/log.ts'
import { endLease, takePermits } from '../limits/permits.repo.ts'
import { followRedirects } from './follow-redirects.ts'
import type { FetchPolicy, SendRequest, SourceRequest, SourceResponse } from './source.ts'

const RETRIES = 4
const FIRST_PAUSE_MS = 1000
const RETRYABLE = ['source.unreachable', 'source.failing', 'source.not-json', 'source.not-xml']

export interface FetchClientOptions extends HostThrottleOptions {
  log: Log
  /** An email address or website where the service can reach the operator. */
  contact: string
  /** A key of the service. */
  key?: string
}

/** The request names no contact if a redirect led to another host. */
type ResponseOptions = Omit<FetchClientOptions, 'contact'> & { contact?: string }

export interface FetchClient {
  request: SendRequest
  requestCount(): number
}

/** The only client that sends requests to sources. Its faults are source.* and carry the source and day. */
export function createFetchClient(options: FetchClientOptions): FetchClient {
  let requestCount = 0
  const requestOnce = (request: SourceRequest, isOtherHost: boolean): Promise<SourceResponse> =>
    withHostThrottle(options, async () => {
      requestCount++
      return fetchResponse(
        isOtherHost ? { ...options, contact: undefined, key: undefined } : options,
        request,
      )
    })
  const response = async <T>(request: SourceRequest, read: (response: SourceResponse) => T): Promise<T> =>
    read(await followRedirects(options, request, requestOnce))
  return {
    request: (request, read) => withRetries(options, () => response(request, read)),
    requestCount: () => requestCount,
  }
}

function withRetries<T>(
  { source, day, fetchPolicy, log, wait, signal, singleAttempt }: FetchClientOptions,
  work: () => Promise<T>,
): Promise<T> {
  return pRetry(work, {
    retries: singleAttempt ? 0 : RETRIES,
    minTimeout: 0, // the pause below is the only one
    signal,
    shouldRetry: async ({ error, attemptNumber }) => {
      const ms = retryDelayMs(error, attemptNumber, fetchPolicy)
      if (ms === undefined) return false
      log.warn('source.retried', { source, day, what: error.message, ms })
      await wait(ms)
      return true
    },
  })
}

// Undefined if a retry cannot help, or only after a long time.
function retryDelayMs(error: Error, attempt: number, { maxPauseMs }: FetchPolicy): number | undefined {
  if (!(error instanceof Fault)) return undefined
  if (error.code === 'source.rate-limited') {
    const ms = Number(error.values.seconds) * 1000
    return ms <= maxPauseMs ? ms : undefined
  }
  return RETRYABLE.includes(error.code) ? FIRST_PAUSE_MS * 2 ** (attempt - 1) : undefined
}

/** Throws source.rate-limited, source.no-budget, source.failing, source.unreachable and source.too-large. */
async function fetchResponse(options: ResponseOptions, request: SourceRequest): Promise<SourceResponse> {
  const { source, day, fetchPolicy } = options
  const { status, headers, bytes } = await send(options, request)
  const { seconds } = parseRateLimitHeaders(headers)
  const place = { source, day, status }
  if (status === 429 && fetchPolicy.isBudgetSpent?.(headers))
    throw new Fault('source.no-budget', { ...place, seconds: seconds || MAX_SECONDS })
  if (status === 429 || (status === 503 && seconds))
    throw new Fault('source.rate-limited', { ...place, seconds: seconds || fetchPolicy.defaultPauseSeconds })
  if (status >= 500) throw new Fault('source.failing', place)
  return { status, headers, body: decodeBody(bytes, headers.get('content-type')) }
}

async function send(
  { source, day, fetchPolicy, contact, key, signal }: ResponseOptions,
  { url, accept }: SourceRequest,
) {
  const { timeoutMs, maxBytes } = fetchPolicy
  const timeout = AbortSignal.timeout(timeoutMs)
  try {
    const response = await fetch(url, {
      headers: {
        accept,
        'user-agent': contact ? `daily-papers (${contact})` : 'daily-papers',
        ...(key && { authorization: `Bearer ${key}` }),
      },
      redirect: 'manual',
      signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
    })
    const bytes = await readUpTo(response, maxBytes)
    if (!bytes) throw new Fault('source.too-large', { source, day, status: response.status, most: maxBytes })
    return { status: response.status, headers: response.headers, bytes }
  } catch (error) {
    if (error instanceof Fault) throw error
    const what = timeout.aborted ? `nothing whole within ${timeoutMs / 1000} s` : causeOf(error)
    throw new Fault('source.unreachable', { source, day, what }, { cause: error })
  }
}

/** Undefined if the response is longer than `maxBytes`; the rest is not read. */
async function readUpTo(response: Response, maxBytes: number): Promise<Buffer | undefined> {
  const parts: Uint8Array[] = []
  let length = 0
  for await (const part of response.body ?? []) {
    length += part.length
    if (length > maxBytes) return undefined
    parts.push(part)
  }
  return Buffer.concat(parts, length)
}

// The message of fetch is only "fetch failed"; its cause has the details.
function causeOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
  return (cause as { code?: string }).code ?? errorText(cause)
}

/** Decodes bytes by the charset in the content type or in an XML declaration, else as UTF-8. Never throws. */
export function decodeBody(bytes: Buffer, contentType: string | null): string {
  const named = charsetIn(contentType ?? '') ?? charsetIn(declarationIn(bytes)) ?? 'utf-8'
  return (undefinedIfThrown(() => new TextDecoder(named)) ?? new TextDecoder()).decode(bytes)
}

const declarationIn = (bytes: Buffer): string =>
  /^\s*<\?xml[^>]*/.exec(bytes.subarray(0, 200).toString('latin1'))?.[0] ?? ''

const charsetIn = (text: string): string | undefined =>
  /(?:charset|encoding)\s*=\s*["']?([\w.:-]+)/i.exec(text)?.[1]

/** Six hours, the same as after many failures. A source that asks for a longer pause must not cost a day of papers. */
const MAX_SECONDS = 21_600

/**
 * Reads `RateLimit: "api";r=0;t=17` and `Retry-After` in seconds or as a date: the requests left in the window, and the
 * seconds until it ends or the service accepts the next request; undefined if the response does not say.
 */
export function parseRateLimitHeaders(headers: Headers) {
  const text = headers.get('ratelimit') ?? ''
  const windowSeconds = numberIn(text, /;\s*t=(\d+)/)
  const retryAfterSeconds = retryAfter(headers)
  const seconds = Math.min(Math.max(windowSeconds ?? 0, retryAfterSeconds ?? 0), MAX_SECONDS)
  return {
    remaining: numberIn(text, /;\s*r=(\d+)/),
    seconds: windowSeconds === undefined && retryAfterSeconds === undefined ? undefined : seconds,
  }
}

function numberIn(text: string, pattern: RegExp): number | undefined {
  const digits = pattern.exec(text)?.[1]
  return digits === undefined ? undefined : Number(digits)
}

// A date is compared with the Date header of the same response, so neither clock has to be right.
function retryAfter(headers: Headers): number | undefined {
  const text = headers.get('retry-after') ?? ''
  if (/^\d+$/.test(text)) return Number(text)
  const seconds = (Date.parse(text) - Date.parse(headers.get('date') ?? '')) / 1000
  return Number.isNaN(seconds) ? undefined : Math.max(0, Math.ceil(seconds))
}

/** If a process dies during a request, its lock expires this long after the request's timeout. */
const HOLD_MARGIN_MS = 5000
/** The longest wait for the lock while other processes send requests. */
const MAX_WAIT_MS = 600_000
/** A single attempt tries to get the lock at least this often. */
const MIN_ATTEMPTS = 5

interface HostThrottleOptions {
  /** Without a database there is no throttle, as the requests of other processes are unknown. */
  db?: Database
  /** "arxiv:cs.CL" */
  source: string
  day: Day
  fetchPolicy: FetchPolicy
  wait(ms: number): Promise<unknown>
  signal?: AbortSignal
  /** For health checks: send one request, and wait up to `turnMs` for the lock. */
  singleAttempt?: { turnMs: number }
}

/**
 * Runs `work` when no other process sends a request to the service. If the service asks for a pause, all processes keep
 * it. Throws source.held if the wait for the lock is too long.
 */
async function withHostThrottle<T>(options: HostThrottleOptions, work: () => Promise<T>): Promise<T> {
  const { db, fetchPolicy } = options
  if (!db || fetchPolicy.gapMs === 0) return work()
  const holder = randomUUID()
  await acquire(options, db, holder)
  let restMs = fetchPolicy.gapMs
  try {
    return await work()
  } catch (error) {
    const seconds = error instanceof Fault ? Number(error.values.seconds ?? 0) : 0
    restMs = Math.max(restMs, seconds * 1000)
    throw error
  } finally {
    await endLease(db, permitKey(fetchPolicy), { holder, restSeconds: restMs / 1000 })
  }
}

const permitKey = ({ service }: FetchPolicy): string => `source ${service}`

// The holder usually releases the lock early, so poll once per gap.
async function acquire(options: HostThrottleOptions, db: Database, holder: string): Promise<void> {
  const { source, day, fetchPolicy, wait, signal } = options
  const { gapMs, timeoutMs } = fetchPolicy
  const lease = { holder, seconds: (timeoutMs + HOLD_MARGIN_MS) / 1000 }
  const permit = { key: permitKey(fetchPolicy), capacity: 1, perSecond: 1000 / gapMs, lease }
  let waited = 0
  for (;;) {
    signal?.throwIfAborted()
    const { allowed, waitSeconds } = await takePermits(db, [permit])
    if (allowed) return
    const ms = Math.ceil(waitSeconds * 1000)
    const pause = pauseBeforeRetry(options, waited, ms)
    if (pause === undefined) throw new Fault('source.held', { source, day, seconds: Math.ceil(ms / 1000) })
    waited += pause
    await wait(pause)
  }
}

// Undefined if the wait would be too long. The lock is held for up to `ms` more.
function pauseBeforeRetry(
  { fetchPolicy: { gapMs }, singleAttempt }: HostThrottleOptions,
  waited: number,
  ms: number,
): number | undefined {
  if (!singleAttempt) return waited + ms > MAX_WAIT_MS ? undefined : Math.min(ms, gapMs)
  const pause = Math.min(ms, gapMs, singleAttempt.turnMs / (MIN_ATTEMPTS - 1))
  return waited + pause > singleAttempt.turnMs ? undefined : pause
}
