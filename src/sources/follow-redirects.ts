import type { Day } from '../core/dates.ts'
import { Fault } from '../core/errors.ts'
import { excerpt } from './read-entries.ts'
import type { FetchPolicy, SourceRequest, SourceResponse } from './source.ts'

const MAX_REDIRECTS = 3

interface RedirectOptions {
  source: string
  day: Day
  fetchPolicy: FetchPolicy
}

/** Follows redirects; each hop is a request of its own. Throws source.refused and source.moved-away. */
export async function followRedirects(
  options: RedirectOptions,
  request: SourceRequest,
  requestOnce: (request: SourceRequest, isOtherHost: boolean) => Promise<SourceResponse>,
): Promise<SourceResponse> {
  let { url } = request
  let isMoved = true
  for (let left = MAX_REDIRECTS; ; left--) {
    const isOtherHost = new URL(url).hostname !== new URL(request.url).hostname
    const response = await requestOnce({ ...request, url }, isOtherHost)
    const { status, headers } = response
    if (!REDIRECTS.includes(status))
      return { ...response, ...(isMoved && url !== request.url && { movedTo: url }) }
    const next = left > 0 && (await nextHop(options, url, headers.get('location')))
    if (!next) throw refusedRedirect(options, url, response)
    url = next
    isMoved &&= PERMANENT.includes(status)
  }
}

const REDIRECTS = [301, 302, 303, 307, 308]
const PERMANENT = [301, 308]

async function nextHop({ fetchPolicy }: RedirectOptions, url: string, location: string | null) {
  const target = redirectTarget(url, location)
  const elsewhere = location === null ? null : URL.parse(location, url)
  if (target || !elsewhere) return target
  return (await fetchPolicy.followsTo?.(elsewhere)) ? elsewhere.href : null
}

function refusedRedirect(
  { source, day, fetchPolicy }: RedirectOptions,
  url: string,
  response: SourceResponse,
) {
  const { status, headers } = response
  const target = URL.parse(headers.get('location') ?? '', url)
  if (!fetchPolicy.followsTo || !target) return new Fault('source.refused', { source, day, status })
  const what = excerpt(`${target.protocol}//${target.host}${target.pathname}`, MAX_SHOWN_ADDRESS)
  return new Fault('source.moved-away', { source, day, status, what })
}

const MAX_SHOWN_ADDRESS = 300

/**
 * The URL that `location` redirects to from `url`, if it has the same origin, or the same host with https at port 443.
 * Null for any other URL, as another port may be a service on this machine. Other hosts are followed only if the fetch
 * policy says so, and get neither the contact nor the service's key.
 */
export function redirectTarget(url: string, location: string | null): string | null {
  const from = new URL(url)
  const to = location === null ? null : URL.parse(location, url)
  if (!to || to.hostname !== from.hostname || to.username || to.password) return null
  const isStandardHttps = to.protocol === 'https:' && to.port === ''
  return to.origin === from.origin || isStandardHttps ? to.href : null
}
