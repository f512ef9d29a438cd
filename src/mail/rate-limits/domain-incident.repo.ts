import type { DatabaseOrTransaction } from '../../core/database/database.ts'
import { INCIDENT_PREFIX, recordIncident } from '../../core/incident.repo.ts'
import { holdSendRate } from './send-rate.repo.ts'
import { domainRateKey } from './send-rate.ts'

export const DOMAIN_HOLD_SECONDS = 3600

/** Lets a domain be that refuses too much, and tells the operator. `said`: how much; `why`: with the last answer. */
export async function holdDomain(
  db: DatabaseOrTransaction,
  { domain, said, why, at }: { domain: string; said: string; why: string; at: Date },
): Promise<void> {
  await holdSendRate(db, domainRateKey(domain), { seconds: DOMAIN_HOLD_SECONDS, said })
  await recordIncident(db, { name: domainRateKey(domain), what: 'domain-held', said: why, since: at })
}

/**
 * What a domain refused is over where the domain is held no more and took a mail since (`took`), and where nothing was held
 * for two hours: then its pace is forgotten. By the database's clock.
 */
export async function endDomainIncidents(
  db: DatabaseOrTransaction,
  acceptedDomains: ReadonlySet<string> = new Set(),
): Promise<void> {
  const names = [...acceptedDomains].map((domain) => `${INCIDENT_PREFIX}domain ${domain}`)
  await db.$executeRaw`
    delete from switch s where s.name like ${`${INCIDENT_PREFIX}domain %`} and not exists (
      select from pace p where s.name = ${INCIDENT_PREFIX} || p.key and p.held_until is not null
        and (p.held_until > now() or not s.name = any(${names})))`
}
