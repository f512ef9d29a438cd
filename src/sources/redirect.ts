const REDIRECTS = [301, 302, 303, 307, 308]

/** Whether an answer of that status leads to another address. */
export const isRedirect = (status: number): boolean => REDIRECTS.includes(status)

/**
 * The address that `location` leads to from `url`; null where we do not go: to another host, which is not to learn who
 * asks, from https back to http, or with a login.
 */
export function nextAddress(url: string, location: string | null): string | null {
  const from = new URL(url)
  const to = location === null ? null : URL.parse(location, url)
  if (!to || to.hostname !== from.hostname || to.username || to.password) return null
  return to.protocol === from.protocol || to.protocol === 'https:' ? to.href : null
}
