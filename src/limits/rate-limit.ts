import { isIPv6 } from 'node:net'
import type { Database } from '../core/database/database.ts'
import { Fault } from '../core/errors.ts'
import { counted, words } from '../i18n/words.ts'
import { type Bucket, takePermits } from './permits.repo.ts'

/** How often one visitor may do something. Wider networks around the visitor get a multiple: see `networksOf`. */
export interface RateLimit {
  /** The first part of the bucket's key: "signup". */
  name: string
  /** For the operator: "sign-ups of one network". */
  label: string
  capacity: number
  perSecond: number
}

export const bucketsOf = ({ name, capacity, perSecond }: RateLimit, ip: string): Bucket[] =>
  networksOf(ip).map(({ prefix, share }) => ({
    key: `${name} ${prefix}`,
    capacity: capacity * share,
    perSecond: perSecond * share,
  }))

/** Takes one permit, or `count`, at every network of an IP address. Throws rate.too-many. */
export async function requirePermit(
  db: Database,
  limit: RateLimit,
  { ip, count }: { ip: string; count?: number },
): Promise<void> {
  const { allowed, waitSeconds } = await takePermits(db, bucketsOf(limit, ip), count)
  if (!allowed) throw tooManyRequests(limit.label, waitSeconds)
}

/** rate.too-many, with the wait in seconds and in words. */
export const tooManyRequests = (limit: string, waitSeconds: number): Fault =>
  new Fault('rate.too-many', { limit, ...retryAfter(waitSeconds) })

/** A wait in whole seconds, and in words. */
export function retryAfter(waitSeconds: number): { seconds: number; wait: string } {
  const seconds = Math.ceil(waitSeconds)
  const wait =
    seconds < 100
      ? counted(seconds, words.counts.second)
      : counted(Math.ceil(seconds / 60), words.counts.minute)
  return { seconds, wait }
}

interface Network {
  /** "203.0.113.0/24" */
  prefix: string
  /** How many times the limit of one visitor it gets. */
  share: number
}

/** For an address that cannot be parsed, such as that of a Unix socket. */
const UNKNOWN: Network[] = [{ prefix: 'unknown', share: 1 }]

/**
 * The networks of an IP address, narrowest first: /32 and /24 of IPv4, also if it is mapped into IPv6; /64, /56 and /48
 * of IPv6. One person often has every address of a /64, and can easily get a /56 or a /48 (RFC 6177). A request whose
 * connection has closed has no address, although Fastify types it as a string.
 */
export function networksOf(ip: string | undefined): Network[] {
  const groups = ip === undefined ? undefined : ipGroups(ip)
  if (!groups) return UNKNOWN
  const [a = 0, b = 0, c = 0, d = 0, e, f, g = 0, h = 0] = groups
  const isMapped = a + b + c + d + e! === 0 && f === 0xffff
  if (isMapped) {
    const [w, x, y, z] = [g >> 8, g & 255, h >> 8, h & 255]
    return [
      { prefix: `${w}.${x}.${y}.${z}/32`, share: 1 },
      { prefix: `${w}.${x}.${y}.0/24`, share: 3 },
    ]
  }
  const prefix = (last: number, bits: number) =>
    `${[a, b, c, last].map((group) => group.toString(16)).join(':')}::/${bits}`
  return [
    { prefix: prefix(d, 64), share: 1 },
    { prefix: prefix(d & 0xff00, 56), share: 3 },
    { prefix: prefix(0, 48), share: 9 },
  ]
}

/** The widest network of an IP address, as a prefix: a /48 contains 65,536 of the narrowest. */
export const widestNetworkOf = (ip: string): string => networksOf(ip).at(-1)!.prefix

/** The eight groups of an IPv6 address, of "::ffff:a.b.c.d" for IPv4; undefined for anything else. */
function ipGroups(ip: string): number[] | undefined {
  const [plain = ''] = ip.split('%')
  const address = plain.includes(':') ? plain : `::ffff:${plain}`
  if (!isIPv6(address)) return
  // The URL parser writes every group as lower-case hexadecimal.
  const [head = '', tail] = new URL(`http://[${address}]`).hostname.slice(1, -1).split('::')
  const left = head.split(':').filter(Boolean)
  const right = tail?.split(':').filter(Boolean) ?? []
  const zeros = Array<string>(8 - left.length - right.length).fill('0')
  return [...left, ...zeros, ...right].map((group) => Number.parseInt(group, 16))
}
