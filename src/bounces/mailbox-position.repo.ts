import type { DatabaseOrTransaction } from '../core/database/database.ts'

/** How far the mails of a mailbox were read. */
export interface MailboxPosition {
  /** Under another one the server gives its numbers anew (RFC 9051, 2.3.1.1). */
  uidValidity: bigint
  /** Of the last mail that was read. */
  uid: bigint
}

/** Null where nobody has read there yet. */
export const mailboxPosition = (
  db: DatabaseOrTransaction,
  mailbox: string,
): Promise<MailboxPosition | null> =>
  db.mailboxPlace.findUnique({ where: { mailbox }, select: { uidValidity: true, uid: true } })

/** Moves on from one place to another. False where somebody else did since: then the mailbox is theirs. */
export async function advancePosition(
  db: DatabaseOrTransaction,
  { mailbox, from, to, at }: { mailbox: string; from: MailboxPosition | null; to: MailboxPosition; at: Date },
): Promise<boolean> {
  const { count } = from
    ? await db.mailboxPlace.updateMany({ where: { mailbox, ...from }, data: { ...to, at } })
    : await db.mailboxPlace.createMany({ data: [{ mailbox, ...to, at }], skipDuplicates: true })
  return count > 0
}
