/** Six hours, the same as after many failures. A source that asks for a longer pause must not cost a day of papers. */
const MAX_SECONDS = 21_600

export interface RateLimitHeaders {
  /** Requests left in the window; absent if the response does not say. */
  remaining?: number
  /** Seconds until the window ends, or until the service accepts the next request. */
  seconds?: number
}

/** Reads `RateLimit: "api";r=0;t=17` and `Retry-After` in seconds or as a date. */
export function parseRateLimitHeaders(headers: Headers): RateLimitHeaders {
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
