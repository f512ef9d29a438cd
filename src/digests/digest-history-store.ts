import type { DatabaseOrTransaction } from '../platform/database.ts'

/** Every digest of a subscriber, whole, oldest first. */
export const digestsOf = (db: DatabaseOrTransaction, subscriberId: string) =>
  db.digest.findMany({
    where: { subscriberId },
    omit: { subscriberId: true, planId: true },
    orderBy: { id: 'asc' },
  })
