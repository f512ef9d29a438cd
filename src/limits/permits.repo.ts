import type { Database } from '../core/database/database.ts'

// SQL by hand: claims, by the clock of the database. A permit is a token of a bucket, which all processes share.

/** A token bucket, which starts full. The first word of its key says what it limits: "search", "send", "source". */
export interface Bucket {
  key: string
  capacity: number
  perSecond: number
  /** The holder that takes a permit keeps the bucket for so long, or until `endLease`. */
  lease?: { holder: string; seconds: number }
}

export interface PermitResult {
  allowed: boolean
  /** Seconds until it would be allowed; 0 if it is. */
  waitSeconds: number
}

/** More permits a second count as no limit. */
export const NO_LIMIT = 100_000

/**
 * Takes `count` from every bucket, or nothing from any: a refusal by one costs nothing at the others. The wait is that
 * of the slowest bucket.
 */
export async function takePermits(
  db: Database,
  buckets: readonly Bucket[],
  count = 1,
): Promise<PermitResult> {
  // A bucket may be deleted between the two statements, hence the loop.
  for (let tries = 0; tries < 3; tries++) {
    const grants = await take(
      db,
      buckets.map((bucket) => ({ ...bucket, count })),
      'all',
    )
    if (grants.length === buckets.length) {
      const waitSeconds = Math.max(0, ...grants.map((grant) => grant.waitSeconds))
      return { allowed: waitSeconds === 0, waitSeconds }
    }
    await setPermitLimits(db, buckets)
  }
  return { allowed: false, waitSeconds: 1 }
}

export interface PermitGrant {
  key: string
  granted: number
  /** Seconds until the rest, or the next one of `takeAvailable`; 0 if all were granted. */
  waitSeconds: number
}

/**
 * Takes `count` from each bucket, as far as available, within the limits that are stored. Keys without a limit are not
 * in the result. `leave`: how many must remain for others, who go first.
 */
export const takeAvailable = (
  db: Database,
  wanted: readonly { key: string; count: number; leave?: number }[],
): Promise<PermitGrant[]> => take(db, wanted, 'available')

/**
 * Takes `count` more from every bucket, even beyond empty: the next visitor waits until they refill. A negative count
 * returns permits. Buckets that do not exist, or have other limits, stay as they are.
 */
export async function chargePermits(
  db: Database,
  buckets: readonly (Bucket | Pick<Bucket, 'key'>)[],
  count: number,
): Promise<void> {
  await take(
    db,
    buckets.map((bucket) => ({ ...bucket, count })),
    'even-beyond-empty',
  )
}

interface WantedPermits extends Partial<Bucket> {
  key: string
  count: number
  leave?: number
}

/** The grants of the buckets that exist, limit something, and have the limits that are given, if any are. */
async function take(
  db: Database,
  wanted: readonly WantedPermits[],
  how: 'all' | 'available' | 'even-beyond-empty',
): Promise<PermitGrant[]> {
  if (wanted.length === 0) return []
  // Locks rows in the order of their keys, so that two statements never deadlock. The table stores no negative tokens: a
  // debt is a future time at which the bucket starts to refill. After waiting for a lock, a row is read anew, with the
  // time: an earlier one would take the last change for a debt. Without the limit, Postgres expects a hundred keys and
  // reads the whole table.
  return db.$queryRaw<PermitGrant[]>`
    with wanted as (
      select key, count, coalesce(leave, 0) as leave, capacity, "perSecond",
        lease->>'holder' as holder, (lease->>'seconds')::float8 as "leaseSeconds"
      from jsonb_to_recordset(${JSON.stringify(wanted)}::jsonb)
        as w(key text, count float8, leave float8, capacity float8, "perSecond" float8, lease jsonb)
      limit ${wanted.length}::int
    ), locked as materialized (
      select w.*, b as row_now, date_trunc('milliseconds', clock_timestamp()) as now
      from bucket b join wanted w using (key)
      where (w."perSecond" is null or (b.capacity, b.per_second) = (w.capacity, w."perSecond"))
        and (permits_per_second(b, now()) < ${NO_LIMIT}::float8 or b.held_until > now())
      order by b.key for update of b
    ), refilled as (
      select l.*, opens, permits_left(row_now, opens) as tokens, permits_per_second(row_now, opens) as rate
      from locked l, greatest(l.now, (l.row_now).held_until) as opens
    ), offered as (
      select *, case when opens > now then 0 else least(count, greatest(0, floor(tokens - leave))) end as offer
      from refilled
    ), decided as (
      select *, case
        when ${how} = 'even-beyond-empty' then count
        when ${how} = 'all' and not (count(*) over () = ${wanted.length}::int and bool_and(offer = count) over ()) then 0
        else offer end as granted
      from offered
    ), taken as (
      update bucket b set tokens = greatest(0, d.tokens - d.granted), holder = d.holder,
        held_until = coalesce(d.now + make_interval(secs => d."leaseSeconds"), b.held_until),
        at = d.opens + make_interval(secs => greatest(0, d.granted - d.tokens) / d.rate)
      from decided d where b.key = d.key and d.granted <> 0
    )
    select key, granted, case when offer = count then 0 else greatest(0.001, extract(epoch from opens - now)::float8
      + greatest(0, case when ${how} = 'available' then offer + 1 else count end + leave - tokens) / rate) end as "waitSeconds"
    from decided`
}

/**
 * Stores the limits of buckets, and creates those that do not exist; without `perSecond`, a bucket has no limit. Without
 * `capacity`, the permits of five seconds accumulate. What was taken or slowed down stays so.
 */
export async function setPermitLimits(
  db: Database,
  limits: readonly { key: string; perSecond?: number; capacity?: number }[],
): Promise<void> {
  await db.$executeRaw`
    with wanted as (
      select * from jsonb_to_recordset(${JSON.stringify(limits)}::jsonb)
        as w(key text, "perSecond" float8, capacity float8)
    ), lifted as (
      update bucket b set per_second = null, capacity = null
      from wanted w where b.key = w.key and w."perSecond" is null and b.per_second is not null
    )
    insert into bucket as b (key, per_second, capacity, tokens, at)
    select key, "perSecond", capacity, coalesce(capacity, greatest(1, 5 * "perSecond")), date_trunc('milliseconds', now())
    from wanted where "perSecond" is not null order by key
    on conflict (key) do update set per_second = excluded.per_second, capacity = excluded.capacity
      where (b.per_second, b.capacity) is distinct from (excluded.per_second, excluded.capacity)`
}

export async function permitsLeft(db: Database, { key, capacity, perSecond }: Bucket): Promise<number> {
  const [row] = await db.$queryRaw<{ tokens: number }[]>`
    select least(${capacity}::float8, tokens + extract(epoch from now() - at)::float8 * ${perSecond}::float8) as tokens
    from bucket where key = ${key}`
  return row?.tokens ?? capacity
}

const REDUCED_RATE = 10
const MIN_RATE = 0.5

/**
 * Slows down to ten permits a second, or to half of the current rate if that is less; the rate doubles each minute.
 * Requests within ten seconds count as one. `reply`: why. True if the rate changed.
 */
export async function reducePermits(db: Database, key: string, reply: string): Promise<boolean> {
  const changed = await db.$executeRaw`
    insert into bucket as b (key, tokens, at, slowed_to, slowed_at, reply)
    values (${key}, 0, now(), ${REDUCED_RATE}::float8, now(), ${reply})
    on conflict (key) do update set
      slowed_to = greatest(${MIN_RATE}::float8, least(${2 * REDUCED_RATE}::float8, permits_per_second(b, now())) / 2),
      slowed_at = now(), tokens = greatest(0, least(1, permits_left(b, now()))), at = now(), reply = excluded.reply
      where b.slowed_at is null or b.slowed_at < now() - interval '10 seconds'`
  return changed > 0
}

/** Starts again at ten permits a second, or at the slower rate that applies, and recovers from there. */
export async function restartPermits(db: Database, key: string): Promise<void> {
  await db.$executeRaw`
    insert into bucket as b (key, tokens, at, slowed_to, slowed_at)
    values (${key}, ${REDUCED_RATE}::float8, now(), ${REDUCED_RATE}::float8, now())
    on conflict (key) do update set
      slowed_to = least(${REDUCED_RATE}::float8, permits_per_second(b, now())), slowed_at = now(),
      tokens = greatest(0, least(${REDUCED_RATE}::float8, permits_left(b, now()))), at = now(), reply = null`
}

/** Gives no permit for `seconds`, then one, and the next slowly. `reply`: why. */
export async function holdPermits(
  db: Database,
  key: string,
  { seconds, reply }: { seconds: number; reply: string },
): Promise<void> {
  await db.$executeRaw`
    insert into bucket as b (key, tokens, at, slowed_to, slowed_at, held_until, reply)
    select ${key}, 1, until, ${MIN_RATE}::float8, until, until, ${reply}
    from (select now() + make_interval(secs => ${seconds}::float8) as until) u
    on conflict (key) do update set tokens = 1, at = excluded.at, slowed_to = excluded.slowed_to,
      slowed_at = excluded.slowed_at, held_until = excluded.held_until, reply = excluded.reply`
}

/**
 * Ends a lease: the next permit is there after `restSeconds`. Does nothing if another holder has the lease. This is a
 * statement of its own because only the response tells how long the pause must be.
 */
export async function endLease(
  db: Database,
  key: string,
  { holder, restSeconds }: { holder: string; restSeconds: number },
): Promise<void> {
  await db.$executeRaw`
    update bucket set holder = null, tokens = 1, at = clock_timestamp(),
      held_until = clock_timestamp() + make_interval(secs => ${restSeconds}::float8)
    where key = ${key} and holder = ${holder}`
}

/**
 * Deletes the buckets that were not used for a day (they are full by then, and their keys contain IP networks) or have
 * no limit any more. One that was held is kept for an hour longer: its incident is open until then.
 */
export async function deleteIdleBuckets(db: Database): Promise<void> {
  // A visitor may return at this moment, so rows are locked in the order of their keys, as everywhere in this file.
  await db.$executeRaw`
    delete from bucket where key in (
      select key from bucket b where at < now() - interval '1 day'
        or (per_second is null and permits_per_second(b, now()) >= ${NO_LIMIT}::float8
          and coalesce(held_until <= now() - interval '1 hour', true))
      order by key for update skip locked)`
}
