import type { DatabaseOrTransaction } from '../../core/database/database.ts'

/** What a return has to know of a message. */
export interface MessageRecipient {
  id: string
  subscriberId: string
  /** Null where they were erased since. */
  toAddress: string | null
}

export const messageRecipient = (db: DatabaseOrTransaction, id: string): Promise<MessageRecipient | null> =>
  db.message.findUnique({ where: { id }, select: { id: true, subscriberId: true, toAddress: true } })

/** To what addresses a subscriber was mailed from an instant on. */
export async function addressesMailedSince(
  db: DatabaseOrTransaction,
  { subscriberId, since }: { subscriberId: string; since: Date },
): Promise<string[]> {
  const rows = await db.message.findMany({
    where: { subscriberId, datedAt: { gte: since }, toAddress: { not: null } },
    distinct: ['toAddress'],
    select: { toAddress: true },
  })
  return rows.flatMap(({ toAddress }) => toAddress ?? [])
}
