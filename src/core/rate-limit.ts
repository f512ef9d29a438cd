import { isIPv6 } from 'node:net'
import { counted, words } from '../i18n/words.ts'
import type { Database } from './database/database.ts'
import { Fault } from './errors.ts'

/** How often one visitor may do something. Wider networks around the visitor get a multiple: see `networksOf`. */
export interface RateLimit {
  /** The first part of the bucket's key: "signup". */
  name: string
  /** For the operator: "sign-ups of one network". */
  label: string
  capacity: number
  perSecond: number
}

/** A token bucket, shared by every process through the database. It starts full. */
export interface Bucket {
  key: string
  capacity: number
  perSecond: number
}

export interface PermitResult {
  allowed: boolean
  /** Seconds until it would be allowed; 0 if it is. */
  waitSeconds: number
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
 * of IPv6. One person often has every address of a /64, and can easily get a /56 or a /48 (RFC 6177).
 */
export function networksOf(ip: string): Network[] {
  const groups = ipGroups(ip)
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
export function ipGroups(ip: string): number[] | undefined {
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

export async function permitsLeft(db: Database, { key, capacity, perSecond }: Bucket): Promise<number> {
  const [row] = await db.$queryRaw<{ tokens: number }[]>`
    select least(${capacity}::float8, tokens + extract(epoch from now() - at)::float8 * ${perSecond}::float8) as tokens
    from bucket where key = ${key}`
  return row?.tokens ?? capacity
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

/**
 * Takes `count` from every bucket, or nothing from any: a refusal by one costs nothing at the others. The wait is that
 * of the slowest bucket. The buckets refill by the database's clock.
 */
export async function takePermits(
  db: Database,
  buckets: readonly Bucket[],
  count = 1,
): Promise<PermitResult> {
  // Creates missing buckets and tries again. A bucket may be deleted in between, hence the loop.
  for (let tries = 0; tries < 3; tries++) {
    const { found, ...permit } = await takeFromExisting(db, buckets, { count })
    if (found === buckets.length) return permit
    // The buckets of a new visitor are full, so they are created without these permits.
    const taken = found === 0 && buckets.every(({ capacity }) => capacity >= count) ? count : 0
    const created = await createMissing(db, buckets, taken)
    if (taken > 0 && created.length === buckets.length) return { allowed: true, waitSeconds: 0 }
    // Another request created one at the same moment: the others get their permits back.
    if (taken > 0 && created.length > 0) await chargePermits(db, created, -taken)
  }
  return { allowed: false, waitSeconds: 1 }
}

/** `force`: takes them even beyond empty. */
async function takeFromExisting(
  db: Database,
  buckets: readonly Bucket[],
  { count, force = false }: { count: number; force?: boolean },
): Promise<PermitResult & { found: number }> {
  // Locks rows in the order of their keys, so that two statements never deadlock. The table stores no negative tokens: a
  // debt is a future time at which the bucket starts to refill. After waiting for a lock, a row is read anew, with the
  // time: an earlier one would take the last change for a debt. Without the limit, Postgres expects a hundred keys and
  // reads the whole table.
  const [row] = await db.$queryRaw<(PermitResult & { found: number })[]>`
    with wanted as (
      select key, capacity, "perSecond" as rate
      from jsonb_to_recordset(${JSON.stringify(buckets)}::jsonb)
        as w(key text, capacity float8, "perSecond" float8)
      limit ${buckets.length}::int
    ), locked as materialized (
      select b.key, w.capacity, w.rate, b.tokens, b.at, date_trunc('milliseconds', clock_timestamp()) as now
      from bucket b join wanted w using (key) order by b.key for update of b
    ), refilled as (
      select key, capacity, rate, now, least(capacity, tokens + extract(epoch from now - at)::float8 * rate) as tokens
      from locked
    ), verdict as (
      select count(*)::int as found,
        count(*) = ${buckets.length}::int and bool_and(tokens >= ${count}::float8) as allowed,
        coalesce(max(greatest(0, (${count}::float8 - tokens) / rate)), 0)::float8 as wait
      from refilled
    ), taken as (
      update bucket b set tokens = greatest(0, least(l.capacity, l.tokens - ${count}::float8)),
        at = l.now + make_interval(secs => greatest(0, ${count}::float8 - l.tokens) / l.rate)
      from refilled l, verdict v where b.key = l.key and (v.allowed or ${force})
    )
    select found, allowed, case when allowed then 0 else greatest(0.001, wait) end as "waitSeconds" from verdict`
  return row!
}

/** Creates missing buckets, with `taken` less than their capacity. Returns those that it created. */
async function createMissing(db: Database, buckets: readonly Bucket[], taken: number): Promise<Bucket[]> {
  const created = await db.$queryRaw<{ key: string }[]>`
    insert into bucket (key, tokens, at)
    select key, capacity - ${taken}::float8, date_trunc('milliseconds', now())
    from jsonb_to_recordset(${JSON.stringify(buckets)}::jsonb) as w(key text, capacity float8) order by key
    on conflict (key) do nothing returning key`
  return buckets.filter(({ key }) => created.some((row) => row.key === key))
}

/**
 * Takes `count` more from every bucket, even beyond empty: the next visitor waits until they refill. A negative count
 * returns permits.
 */
export async function chargePermits(db: Database, buckets: readonly Bucket[], count: number): Promise<void> {
  await takeFromExisting(db, buckets, { count, force: true })
}

/** Deletes the buckets that were not used for a day. They are full by then, and their keys contain IP networks. */
export async function deleteIdleBuckets(db: Database): Promise<void> {
  // A visitor may return at this moment, so rows are locked in the order of their keys, as everywhere in this file.
  await db.$executeRaw`
    delete from bucket where key in
      (select key from bucket where at < now() - interval '1 day' order by key for update skip locked)`
}
