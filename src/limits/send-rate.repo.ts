import type { Database } from '../core/database/database.ts'
import { INCIDENT_PREFIX, recordIncident } from '../core/incident.repo.ts'
import { holdPermits, NO_LIMIT } from './permits.repo.ts'
import { domainRateKey, type SendRateKey } from './send-rate.ts'

// SQL by hand: reports, by the clock of the database. `permits.repo.ts` takes, reduces and holds the permits.

export async function isDomainHeld(db: Database, domain: string): Promise<boolean> {
  const rows = await db.$queryRaw<unknown[]>`
    select 1 from bucket where key = ${domainRateKey(domain)} and held_until > now()`
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
  select key, permits_per_second(b, now()) as "perSecond", per_second as limit,
    slowed_to is not null and permits_per_second(b, now()) < coalesce(per_second, ${NO_LIMIT}::float8) as slowed,
    case when held_until > now() then held_until end as "heldUntil",
    coalesce(slowed_at = held_until, false) as "wasHeld", reply,
    greatest(0, floor(permits_left(b, now()))) as left, capacity
  from bucket b
  where key like 'send %' and (permits_per_second(b, now()) < ${NO_LIMIT}::float8 or held_until > now())
  order by key`

export const DOMAIN_HOLD_SECONDS = 3600

/** Pauses a domain that refuses too much, and opens an incident. `reply`: how much; `why`: with the last reply. */
export async function holdDomain(
  db: Database,
  { domain, reply, why, at }: { domain: string; reply: string; why: string; at: Date },
): Promise<void> {
  await holdPermits(db, domainRateKey(domain), { seconds: DOMAIN_HOLD_SECONDS, reply })
  await recordIncident(db, { name: `domain ${domain}`, what: 'domain-held', detail: why, since: at })
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
      select from bucket b where b.key = 'send ' || substring(s.name from ${INCIDENT_PREFIX.length + 1}::int) and b.held_until is not null
        and (b.held_until > now() or not s.name = any(${names})))`
}
