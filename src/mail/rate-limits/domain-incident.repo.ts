import type { DatabaseOrTransaction } from '../../core/database/database.ts'
import { INCIDENT_PREFIX, recordIncident } from '../../core/incident.repo.ts'
import { holdSendRate } from './send-rate.repo.ts'
import { domainRateKey } from './send-rate.ts'

export const DOMAIN_HOLD_SECONDS = 3600

/** Pauses a domain that refuses too much, and opens an incident. `reply`: how much; `why`: with the last reply. */
export async function holdDomain(
  db: DatabaseOrTransaction,
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
  db: DatabaseOrTransaction,
  acceptedDomains: ReadonlySet<string> = new Set(),
): Promise<void> {
  const names = [...acceptedDomains].map((domain) => `${INCIDENT_PREFIX}domain ${domain}`)
  await db.$executeRaw`
    delete from switch s where s.name like ${`${INCIDENT_PREFIX}domain %`} and not exists (
      select from send_rate r where s.name = ${INCIDENT_PREFIX} || r.key and r.held_until is not null
        and (r.held_until > now() or not s.name = any(${names})))`
}
