import type { DatabaseOrTransaction } from '../core/database/database.ts'

/** A subscriber's sign-ups, changes and new addresses, complete, oldest first. */
export async function historyOf(db: DatabaseOrTransaction, subscriberId: string) {
  const whole = { where: { subscriberId }, omit: { subscriberId: true }, orderBy: { id: 'asc' } } as const
  return {
    signups: await db.signup.findMany(whole),
    changes: await db.change.findMany(whole),
    newAddresses: await db.addressChange.findMany(whole),
  }
}
