import type { DatabaseOrTransaction } from '../../core/database/database.ts'
import { maySend } from '../outbox/may-send.repo.ts'
import type { SendRateKey, SendRateLimit } from './send-rate.ts'

/** A rate of this many emails a second or more counts as no limit. */
const NO_LIMIT = 100_000

/** Stores the limits of the settings; an undefined limit removes one. Leaves what servers asked for unchanged. */
export async function setSendRateLimits(
  db: DatabaseOrTransaction,
  limits: readonly { key: SendRateKey; limit: SendRateLimit | undefined }[],
): Promise<void> {
  const rows = limits.map(({ key, limit }) => ({
    key,
    perSecond: limit?.perSecond,
    capacity: limit?.capacity,
  }))
  await db.$executeRaw`
    with wanted as (
      select * from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
        as w(key text, "perSecond" float8, capacity float8)
    ), lifted as (
      update pace p set per_second = null, capacity = null
      from wanted w where p.key = w.key and w."perSecond" is null and p.per_second is not null
    )
    insert into pace as p (key, per_second, capacity, tokens, at)
    select key, "perSecond", capacity, coalesce(capacity, greatest(1, 5 * "perSecond")), now()
    from wanted where "perSecond" is not null order by key
    on conflict (key) do update set per_second = excluded.per_second, capacity = excluded.capacity
      where (p.per_second, p.capacity) is distinct from (excluded.per_second, excluded.capacity)`
}

export interface PermitGrant {
  key: SendRateKey
  /** How many of the requested emails may be sent now. */
  granted: number
  /** Seconds until the next permit; 0 if all were granted. */
  waitSeconds: number
}

/**
 * Takes one permit for each email, as far as available. Keys without a limit are not in the result. `leave`: how many
 * permits must remain for others, who go first. One statement, by the database's clock, for any number of processes.
 */
export async function takeSendPermits(
  db: DatabaseOrTransaction,
  wanted: readonly { key: SendRateKey; mails: number; leave?: number }[],
): Promise<PermitGrant[]> {
  if (wanted.length === 0) return []
  return db.$queryRaw<PermitGrant[]>`
    with wanted as (
      select key, mails, coalesce(leave, 0) as leave
      from jsonb_to_recordset(${JSON.stringify(wanted)}::jsonb) as w(key text, mails int, leave int)
    ), locked as materialized (
      select p.key, w.mails, pace_tokens(p, now()) as tokens, pace_rate(p, now()) as rate,
        least(w.mails, greatest(0, floor(pace_tokens(p, now())) - w.leave))::int as granted, w.leave,
        greatest(0, extract(epoch from p.held_until - now()))::float8 as held
      from pace p join wanted w using (key)
      where pace_rate(p, now()) < ${NO_LIMIT}::float8 or p.held_until > now()
      order by p.key for update of p
    ), taken as (
      update pace p set tokens = l.tokens - l.granted, at = greatest(p.at, now()) from locked l where p.key = l.key
    )
    select key, granted,
      case when granted = mails then 0
           else greatest(0.001, coalesce(held, 0), (1 + leave - (tokens - granted)) / rate) end as "waitSeconds"
    from locked`
}

/** Returns the permits of emails that were not sent after all. */
export async function returnSendPermits(
  db: DatabaseOrTransaction,
  keys: readonly SendRateKey[],
  count: number,
): Promise<void> {
  if (keys.length === 0 || count === 0) return
  // Locks in the same order as takeSendPermits, to avoid a deadlock.
  await db.$executeRaw`
    with locked as materialized (
      select key from pace p
      where key = any(${keys}) and (pace_rate(p, now()) < ${NO_LIMIT}::float8 or p.held_until > now())
      order by key for update
    )
    update pace p set tokens = pace_tokens(p, now()) + ${count}::float8, at = greatest(p.at, now())
    from locked where p.key = locked.key`
}

const INITIAL_RATE = 10
const MIN_RATE = 0.5
const SAME_REQUEST_SECONDS = 10

/**
 * Slows down because the server asked for it: to ten emails a second, or to half of the current rate if that is less.
 * Requests within ten seconds count as one. `said`: the server's reply, without addresses. True if the rate changed.
 */
export async function reduceSendRate(
  db: DatabaseOrTransaction,
  key: SendRateKey,
  said: string,
): Promise<boolean> {
  const changed = await db.$executeRaw`
    insert into pace as p (key, tokens, at, slowed_to, slowed_at, said)
    values (${key}, 0, now(), ${INITIAL_RATE}::float8, now(), ${said})
    on conflict (key) do update set
      slowed_to = greatest(${MIN_RATE}::float8, least(${2 * INITIAL_RATE}::float8, pace_rate(p, now())) / 2),
      slowed_at = now(), tokens = least(1, pace_tokens(p, now())), at = now(), said = excluded.said
      where p.slowed_at is null or p.slowed_at < now() - make_interval(secs => ${SAME_REQUEST_SECONDS}::float8)`
  return changed > 0
}

/** After a pause, all email starts at ten a second, or at its slower rate, and recovers from there. */
export async function resetSendRateAfterPause(db: DatabaseOrTransaction): Promise<void> {
  await db.$executeRaw`
    insert into pace as p (key, tokens, at, slowed_to, slowed_at)
    values ('all', ${INITIAL_RATE}::float8, now(), ${INITIAL_RATE}::float8, now())
    on conflict (key) do update set slowed_to = least(${INITIAL_RATE}::float8, pace_rate(p, now())), slowed_at = now(),
      tokens = least(${INITIAL_RATE}::float8, pace_tokens(p, now())), at = now(), said = null`
}

/** Sends nothing to the recipients of a rate for `seconds`, then resumes slowly. `said`: why, without addresses. */
export async function holdSendRate(
  db: DatabaseOrTransaction,
  key: SendRateKey,
  { seconds, said }: { seconds: number; said: string },
): Promise<void> {
  await db.$executeRaw`
    insert into pace as p (key, tokens, at, slowed_to, slowed_at, held_until, said)
    select ${key}, 0, until, ${MIN_RATE}::float8, until, until, ${said}
    from (select now() + make_interval(secs => ${seconds}::float8) as until) u
    on conflict (key) do update set tokens = 0, at = excluded.at, slowed_to = excluded.slowed_to,
      slowed_at = excluded.slowed_at, held_until = excluded.held_until, said = excluded.said`
}

/** Whether a domain is held now. */
export async function isDomainHeld(db: DatabaseOrTransaction, domain: string): Promise<boolean> {
  const rows = await db.$queryRaw<unknown[]>`
    select 1 from pace where key = ${`domain ${domain}`} and held_until > now()`
  return rows.length > 0
}

/** True while a free batch of the lane is ready, and its send rate allows it now or within so many seconds. */
export async function batchesReadySoon(
  db: DatabaseOrTransaction,
  {
    lane,
    now,
    rampUp,
    withinSeconds,
  }: { lane: string; now: Date; rampUp?: SendRateKey; withinSeconds: number },
): Promise<boolean> {
  const rows = await db.$queryRaw<unknown[]>`
    select 1 from chunk c left join pace p on p.key = 'domain ' || c.domain
    where c.lane = ${lane}::lane and c.done_at is null and c.not_before <= ${now}
      and (c.lease_until is null or c.lease_until <= now())
      and (p.held_until is null or p.held_until <= now() + make_interval(secs => ${withinSeconds}::float8))
      and (p.key is null or (1 - pace_tokens(p, now())) / pace_rate(p, now()) <= ${withinSeconds}::float8)
      and not exists (select from pace r where r.key = ${rampUp ?? ''}::text and pace_tokens(r, now()) < 1)
      and ${maySend}
    limit 1`
  return rows.length > 0
}

/** A send rate that limits now. */
export interface ActiveSendRate {
  key: SendRateKey
  perSecond: number
  /** The limit of the settings; null if they set none. */
  limit: number | null
  /** It is slower than that: a server asked for it, a domain was held, or delivery was resumed. */
  slowed: boolean
  /** Null unless it is held now. */
  heldUntil: Date | null
  /** A hold slowed it down. */
  wasHeld: boolean
  /** The reply that caused it; null: delivery was resumed. */
  said: string | null
  /** How many emails may be sent at once now, and the most that accumulate. */
  left: number
  capacity: number | null
}

export const activeSendRates = (db: DatabaseOrTransaction): Promise<ActiveSendRate[]> => db.$queryRaw<
  ActiveSendRate[]
>`
  select key, pace_rate(p, now()) as "perSecond", per_second as limit,
    slowed_to is not null and pace_rate(p, now()) < coalesce(per_second, ${NO_LIMIT}::float8) as slowed,
    case when held_until > now() then held_until end as "heldUntil",
    coalesce(slowed_at = held_until, false) as "wasHeld", said, floor(pace_tokens(p, now())) as left, capacity
  from pace p where pace_rate(p, now()) < ${NO_LIMIT}::float8 or held_until > now()
  order by key`

/**
 * Deletes send rates that have recovered or were not used for a day. A rate that was held is kept for an hour longer:
 * its incident is open until then.
 */
export async function deleteIdleSendRates(db: DatabaseOrTransaction): Promise<void> {
  await db.$executeRaw`
    delete from pace p where at < now() - interval '1 day'
      or (per_second is null and pace_rate(p, now()) >= ${NO_LIMIT}::float8
        and coalesce(held_until <= now() - interval '1 hour', true))`
}
