import type { Database } from '../core/database/database.ts'
import type { Change as ChangeRow, Prisma } from '../generated/prisma/client.ts'
import type { Change, Subscription } from './change.ts'

/** Returns the id. Call it in the transaction that makes the change. */
export async function recordChange(
  db: Database,
  { before, after, ...change }: Omit<Change, 'id'>,
): Promise<number> {
  const { id } = await db.change.create({
    data: { ...change, before: jsonOf(before), after: jsonOf(after) },
  })
  return id
}

export async function changeById(db: Database, id: number): Promise<Change | null> {
  const row = await db.change.findUnique({ where: { id } })
  return row && changeOf(row)
}

/** The newest changes of a subscriber, newest first. */
export async function newestChanges(db: Database, subscriberId: string, most: number): Promise<Change[]> {
  const rows = await db.change.findMany({ where: { subscriberId }, orderBy: { id: 'desc' }, take: most })
  return rows.map(changeOf)
}

const jsonOf = (subscription: Subscription): Prisma.InputJsonObject =>
  subscription as unknown as Prisma.InputJsonObject

const changeOf = ({ before, after, ...row }: ChangeRow): Change => ({
  ...row,
  before: before as unknown as Subscription,
  after: after as unknown as Subscription,
})

/** A subscriber's sign-ups, changes and new addresses, complete, oldest first. */
export async function historyOf(db: Database, subscriberId: string) {
  const whole = { where: { subscriberId }, omit: { subscriberId: true }, orderBy: { id: 'asc' } } as const
  return {
    signups: await db.signup.findMany(whole),
    changes: await db.change.findMany(whole),
    newAddresses: await db.addressChange.findMany(whole),
  }
}
