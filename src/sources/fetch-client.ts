import pRetry from 'p-retry'
import { errorText, Fault } from '../core/errors.ts'
import type { Log } from '../core/log.ts'
import { decodeBody } from './decode-body.ts'
import { type HostThrottleOptions, withHostThrottle } from './host-throttle.ts'
import { parseRateLimitHeaders } from './rate-limit-headers.ts'
import type { FetchPolicy, SendRequest, SourceRequest, SourceResponse } from './source.ts'

const RETRIES = 4
const FIRST_PAUSE_MS = 1000
const MAX_REDIRECTS = 3
const RETRYABLE = ['source.unreachable', 'source.failing', 'source.not-json', 'source.not-xml']

export interface FetchClientOptions extends HostThrottleOptions {
  log: Log
  /** An email address or website where the service can reach the operator. */
  contact: string
}

export interface FetchClient {
  request: SendRequest
  /** The number of requests sent so far. */
  requestCount(): number
}

/** The only client that sends requests to sources. Its faults are source.* and carry the source and day. */
export function createFetchClient(options: FetchClientOptions): FetchClient {
  let requestCount = 0
  const requestOnce = (request: SourceRequest): Promise<SourceResponse> =>
    withHostThrottle(options, async () => {
      requestCount++
      return fetchResponse(options, request)
    })
  const response = async <T>(request: SourceRequest, read: (response: SourceResponse) => T): Promise<T> =>
    read(await followRedirects(options, request, requestOnce))
  return {
    request: (request, read) => withRetries(options, () => response(request, read)),
    requestCount: () => requestCount,
  }
}

/** Follows redirects; each hop is a request of its own. Throws source.refused. */
async function followRedirects(
  { source, day }: FetchClientOptions,
  request: SourceRequest,
  requestOnce: (request: SourceRequest) => Promise<SourceResponse>,
): Promise<SourceResponse> {
  let { url } = request
  for (let left = MAX_REDIRECTS; ; left--) {
    const response = await requestOnce({ ...request, url })
    const { status, headers } = response
    if (!isRedirect(status)) return response
    const next = redirectTarget(url, headers.get('location'))
    if (!next || left === 0) throw new Fault('source.refused', { source, day, status })
    url = next
  }
}

const REDIRECTS = [301, 302, 303, 307, 308]

/** Whether a response with this status is a redirect. */
const isRedirect = (status: number): boolean => REDIRECTS.includes(status)

/**
 * The URL that `location` redirects to from `url`, if it has the same origin, or the same host with https at port 443.
 * Null for any other URL: another host must not learn who sends the request, another port may be a service on this
 * machine, and we send no credentials.
 */
export function redirectTarget(url: string, location: string | null): string | null {
  const from = new URL(url)
  const to = location === null ? null : URL.parse(location, url)
  if (!to || to.hostname !== from.hostname || to.username || to.password) return null
  const isStandardHttps = to.protocol === 'https:' && to.port === ''
  return to.origin === from.origin || isStandardHttps ? to.href : null
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

/** Throws source.rate-limited, source.failing, source.unreachable and source.too-large. */
async function fetchResponse(options: FetchClientOptions, request: SourceRequest): Promise<SourceResponse> {
  const { source, day, fetchPolicy } = options
  const { status, headers, bytes } = await send(options, request)
  const { seconds } = parseRateLimitHeaders(headers)
  const place = { source, day, status }
  if (status === 429 || (status === 503 && seconds))
    throw new Fault('source.rate-limited', { ...place, seconds: seconds || fetchPolicy.defaultPauseSeconds })
  if (status >= 500) throw new Fault('source.failing', place)
  return { status, headers, body: decodeBody(bytes, headers.get('content-type')) }
}

async function send(
  { source, day, fetchPolicy, contact, signal }: FetchClientOptions,
  { url, accept }: SourceRequest,
) {
  const { timeoutMs, maxBytes } = fetchPolicy
  const timeout = AbortSignal.timeout(timeoutMs)
  try {
    const response = await fetch(url, {
      headers: { accept, 'user-agent': `daily-papers (${contact})` },
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
