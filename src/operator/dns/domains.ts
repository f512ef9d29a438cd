export const domainOf = (address: string): string => address.slice(address.lastIndexOf('@') + 1).toLowerCase()

/** True for the domain itself and its subdomains. */
export const isSameOrSubdomain = (name: string, domain: string): boolean =>
  name === domain || name.endsWith(`.${domain}`)

/** The domain and its parents, except the top-level domain: "a.b.org", "b.org". */
export const domainAndParents = (domain: string): string[] => {
  const labels = domain.split('.')
  return labels.slice(0, -1).map((_, index) => labels.slice(index).join('.'))
}

/** "192.0.2.7" → "7.2.0.192.in-addr.arpa"; for IPv6 the nibbles, in ip6.arpa. */
export function reverseDnsName(ip: string): string {
  if (!ip.includes(':')) return `${ip.split('.').reverse().join('.')}.in-addr.arpa`
  const digits = expand(ip).join('')
  return `${[...digits].reverse().join('.')}.ip6.arpa`
}

/** The eight groups of an IPv6 address, four digits each. */
function expand(ip: string): string[] {
  const [head = '', tail = ''] = new URL(`http://[${ip}]`).hostname.slice(1, -1).split('::')
  const left = head.split(':').filter(Boolean)
  const right = tail.split(':').filter(Boolean)
  const zeros = Array<string>(8 - left.length - right.length).fill('0')
  return [...left, ...zeros, ...right].map((group) => group.padStart(4, '0'))
}
