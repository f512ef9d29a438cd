import type { Database } from '../../../../src/core/database/database.ts'
import type { LeaseInput } from '../../../../src/mail/outbox/batch.repo.ts'
import { leaseBatch as leaseRightly } from '../../../../src/mail/outbox/batch.repo.ts'

export * from '../../../../src/mail/outbox/batch.repo.ts'

/** Takes any open batch, also one that another worker holds. */
export async function leaseBatch(db: Database, input: LeaseInput) {
  await db.$executeRaw`update batch set owner = null, lease_until = null where owner <> ${input.owner}`
  return leaseRightly(db, input)
}
