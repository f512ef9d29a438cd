import type { DatabaseOrTransaction } from '../../core/database/database.ts'

/** The facts of a message that a bounce is matched with. */
export interface MessageRecipient {
  id: string
  subscriberId: string
  /** Null if the subscriber was erased since. */
  toAddress: string | null
}

export const messageRecipient = (db: DatabaseOrTransaction, id: string): Promise<MessageRecipient | null> =>
  db.message.findUnique({ where: { id }, select: { id: true, subscriberId: true, toAddress: true } })

/** The addresses to which a subscriber was sent emails since an instant. */
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
