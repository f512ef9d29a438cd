const REDIRECTS = [301, 302, 303, 307, 308]

/** Whether an answer of that status leads to another address. */
export const isRedirect = (status: number): boolean => REDIRECTS.includes(status)

/**
 * The address that `location` leads to from `url`, on the same origin or on https at port 443 of the same host. Null for
 * others: another host must not learn who asks, another port may be a service of this machine, and a login is not ours.
 */
export function redirectTarget(url: string, location: string | null): string | null {
  const from = new URL(url)
  const to = location === null ? null : URL.parse(location, url)
  if (!to || to.hostname !== from.hostname || to.username || to.password) return null
  const isStandardHttps = to.protocol === 'https:' && to.port === ''
  return to.origin === from.origin || isStandardHttps ? to.href : null
}
