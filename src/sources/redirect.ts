const REDIRECTS = [301, 302, 303, 307, 308]

/** Whether a response with this status is a redirect. */
export const isRedirect = (status: number): boolean => REDIRECTS.includes(status)

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
