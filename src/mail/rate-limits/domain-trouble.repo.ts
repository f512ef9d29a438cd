import type { DatabaseOrTransaction } from '../../core/database/database.ts'
import { noteTrouble, TROUBLE } from '../../core/trouble.repo.ts'
import { holdPace } from './pace.repo.ts'
import { paceOf } from './pace.ts'

export const DOMAIN_HELD_SECONDS = 3600

/** Lets a domain be that refuses too much, and tells the operator. `said`: how much; `why`: with the last answer. */
export async function holdDomain(
  db: DatabaseOrTransaction,
  { domain, said, why, at }: { domain: string; said: string; why: string; at: Date },
): Promise<void> {
  await holdPace(db, paceOf(domain), { seconds: DOMAIN_HELD_SECONDS, said })
  await noteTrouble(db, { name: paceOf(domain), what: 'domain-held', said: why, since: at })
}

/**
 * What a domain refused is over where the domain is held no more and took a mail since (`took`), and where nothing was held
 * for two hours: then its pace is forgotten. By the database's clock.
 */
export async function endDomainTroubles(
  db: DatabaseOrTransaction,
  took: ReadonlySet<string> = new Set(),
): Promise<void> {
  const names = [...took].map((domain) => `${TROUBLE}domain ${domain}`)
  await db.$executeRaw`
    delete from switch s where s.name like ${`${TROUBLE}domain %`} and not exists (
      select from pace p where s.name = ${TROUBLE} || p.key and p.held_until is not null
        and (p.held_until > now() or not s.name = any(${names})))`
}
