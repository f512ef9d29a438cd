import type { Database } from '../../core/database/database.ts'
import { INCIDENT_PREFIX, recordIncident } from '../../core/incident.repo.ts'
import { domainRateKey, type SendRateKey, type SendRateLimit } from './send-rate.ts'

/** A rate of this many emails a second or more counts as no limit. */
const NO_LIMIT = 100_000

/** Stores the limits of the settings; an undefined limit removes one. Leaves what servers asked for unchanged. */
export async function setSendRateLimits(
  db: Database,
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
      update send_rate r set per_second = null, capacity = null
      from wanted w where r.key = w.key and w."perSecond" is null and r.per_second is not null
    )
    insert into send_rate as r (key, per_second, capacity, tokens, at)
    select key, "perSecond", capacity, coalesce(capacity, greatest(1, 5 * "perSecond")), now()
    from wanted where "perSecond" is not null order by key
    on conflict (key) do update set per_second = excluded.per_second, capacity = excluded.capacity
      where (r.per_second, r.capacity) is distinct from (excluded.per_second, excluded.capacity)`
}

interface PermitGrant {
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
  db: Database,
  wanted: readonly { key: SendRateKey; mails: number; leave?: number }[],
): Promise<PermitGrant[]> {
  if (wanted.length === 0) return []
  return db.$queryRaw<PermitGrant[]>`
    with wanted as (
      select key, mails, coalesce(leave, 0) as leave
      from jsonb_to_recordset(${JSON.stringify(wanted)}::jsonb) as w(key text, mails int, leave int)
    ), locked as materialized (
      select r.key, w.mails, send_rate_tokens(r, now()) as tokens, send_rate_per_second(r, now()) as rate,
        least(w.mails, greatest(0, floor(send_rate_tokens(r, now())) - w.leave))::int as granted, w.leave,
        greatest(0, extract(epoch from r.held_until - now()))::float8 as held
      from send_rate r join wanted w using (key)
      where send_rate_per_second(r, now()) < ${NO_LIMIT}::float8 or r.held_until > now()
      order by r.key for update of r
    ), taken as (
      update send_rate r set tokens = l.tokens - l.granted, at = greatest(r.at, now()) from locked l where r.key = l.key
    )
    select key, granted,
      case when granted = mails then 0
           else greatest(0.001, coalesce(held, 0), (1 + leave - (tokens - granted)) / rate) end as "waitSeconds"
    from locked`
}

/** Returns the permits of emails that were not sent after all. */
export async function returnSendPermits(
  db: Database,
  keys: readonly SendRateKey[],
  count: number,
): Promise<void> {
  if (keys.length === 0 || count === 0) return
  // Locks in the same order as takeSendPermits, to avoid a deadlock.
  await db.$executeRaw`
    with locked as materialized (
      select key from send_rate r
      where key = any(${keys}) and (send_rate_per_second(r, now()) < ${NO_LIMIT}::float8 or r.held_until > now())
      order by key for update
    )
    update send_rate r set tokens = send_rate_tokens(r, now()) + ${count}::float8, at = greatest(r.at, now())
    from locked where r.key = locked.key`
}

const INITIAL_RATE = 10
const MIN_RATE = 0.5
const SAME_REQUEST_SECONDS = 10

/**
 * Slows down because the server asked for it: to ten emails a second, or to half of the current rate if that is less.
 * Requests within ten seconds count as one. `reply`: the server's reply, without addresses. True if the rate changed.
 */
export async function reduceSendRate(db: Database, key: SendRateKey, reply: string): Promise<boolean> {
  const changed = await db.$executeRaw`
    insert into send_rate as r (key, tokens, at, slowed_to, slowed_at, reply)
    values (${key}, 0, now(), ${INITIAL_RATE}::float8, now(), ${reply})
    on conflict (key) do update set
      slowed_to = greatest(${MIN_RATE}::float8, least(${2 * INITIAL_RATE}::float8, send_rate_per_second(r, now())) / 2),
      slowed_at = now(), tokens = least(1, send_rate_tokens(r, now())), at = now(), reply = excluded.reply
      where r.slowed_at is null or r.slowed_at < now() - make_interval(secs => ${SAME_REQUEST_SECONDS}::float8)`
  return changed > 0
}

/** After a pause, all email starts at ten a second, or at its slower rate, and recovers from there. */
export async function resetSendRateAfterPause(db: Database): Promise<void> {
  await db.$executeRaw`
    insert into send_rate as r (key, tokens, at, slowed_to, slowed_at)
    values ('all', ${INITIAL_RATE}::float8, now(), ${INITIAL_RATE}::float8, now())
    on conflict (key) do update set slowed_to = least(${INITIAL_RATE}::float8, send_rate_per_second(r, now())), slowed_at = now(),
      tokens = least(${INITIAL_RATE}::float8, send_rate_tokens(r, now())), at = now(), reply = null`
}

/** Sends nothing to the recipients of a rate for `seconds`, then resumes slowly. `reply`: why, without addresses. */
export async function holdSendRate(
  db: Database,
  key: SendRateKey,
  { seconds, reply }: { seconds: number; reply: string },
): Promise<void> {
  await db.$executeRaw`
    insert into send_rate as r (key, tokens, at, slowed_to, slowed_at, held_until, reply)
    select ${key}, 0, until, ${MIN_RATE}::float8, until, until, ${reply}
    from (select now() + make_interval(secs => ${seconds}::float8) as until) u
    on conflict (key) do update set tokens = 0, at = excluded.at, slowed_to = excluded.slowed_to,
      slowed_at = excluded.slowed_at, held_until = excluded.held_until, reply = excluded.reply`
}

export async function isDomainHeld(db: Database, domain: string): Promise<boolean> {
  const rows = await db.$queryRaw<unknown[]>`
    select 1 from send_rate where key = ${`domain ${domain}`} and held_until > now()`
  return rows.length > 0
}

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
  reply: string | null
  /** How many emails may be sent at once now, and the most that accumulate. */
  left: number
  capacity: number | null
}

export const activeSendRates = (db: Database): Promise<ActiveSendRate[]> => db.$queryRaw<ActiveSendRate[]>`
  select key, send_rate_per_second(r, now()) as "perSecond", per_second as limit,
    slowed_to is not null and send_rate_per_second(r, now()) < coalesce(per_second, ${NO_LIMIT}::float8) as slowed,
    case when held_until > now() then held_until end as "heldUntil",
    coalesce(slowed_at = held_until, false) as "wasHeld", reply, floor(send_rate_tokens(r, now())) as left, capacity
  from send_rate r where send_rate_per_second(r, now()) < ${NO_LIMIT}::float8 or held_until > now()
  order by key`

/** The keys of activeSendRates. */
export async function activeSendRateKeys(db: Database): Promise<Set<SendRateKey>> {
  const rows = await db.$queryRaw<{ key: SendRateKey }[]>`
    select key from send_rate r where send_rate_per_second(r, now()) < ${NO_LIMIT}::float8 or held_until > now()`
  return new Set(rows.map(({ key }) => key))
}

/**
 * Deletes send rates that have recovered or were not used for a day. A rate that was held is kept for an hour longer:
 * its incident is open until then.
 */
export async function deleteIdleSendRates(db: Database): Promise<void> {
  await db.$executeRaw`
    delete from send_rate r where at < now() - interval '1 day'
      or (per_second is null and send_rate_per_second(r, now()) >= ${NO_LIMIT}::float8
        and coalesce(held_until <= now() - interval '1 hour', true))`
}

export const DOMAIN_HOLD_SECONDS = 3600

/** Pauses a domain that refuses too much, and opens an incident. `reply`: how much; `why`: with the last reply. */
export async function holdDomain(
  db: Database,
  { domain, reply, why, at }: { domain: string; reply: string; why: string; at: Date },
): Promise<void> {
  await holdSendRate(db, domainRateKey(domain), { seconds: DOMAIN_HOLD_SECONDS, reply })
  await recordIncident(db, { name: domainRateKey(domain), what: 'domain-held', detail: why, since: at })
}

/**
 * Ends the incident of a domain that is no longer held, if it accepted an email since (`acceptedDomains`), or if its
 * send rate is already deleted, two hours after the hold began. By the database's clock.
 */
export async function endDomainIncidents(
  db: Database,
  acceptedDomains: ReadonlySet<string> = new Set(),
): Promise<void> {
  const names = [...acceptedDomains].map((domain) => `${INCIDENT_PREFIX}domain ${domain}`)
  await db.$executeRaw`
    delete from switch s where s.name like ${`${INCIDENT_PREFIX}domain %`} and not exists (
      select from send_rate r where s.name = ${INCIDENT_PREFIX} || r.key and r.held_until is not null
        and (r.held_until > now() or not s.name = any(${names})))`
}
