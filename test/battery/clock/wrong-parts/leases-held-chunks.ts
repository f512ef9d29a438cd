import type { LeaseInput } from '../../../../src/delivery/ledger/chunk-store.ts'
import { leaseChunk as leaseRightly } from '../../../../src/delivery/ledger/chunk-store.ts'
import type { Database } from '../../../../src/platform/database.ts'

export * from '../../../../src/delivery/ledger/chunk-store.ts'

/** Takes whatever is open for its own, also what somebody else is working on. */
export async function leaseChunk(db: Database, input: LeaseInput) {
  await db.$executeRaw`update chunk set owner = null, lease_until = null where owner <> ${input.owner}`
  return leaseRightly(db, input)
}
