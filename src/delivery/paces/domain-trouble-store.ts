import type { DatabaseOrTransaction } from '../../platform/database.ts'
import { TROUBLE } from '../../platform/trouble-store.ts'

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
