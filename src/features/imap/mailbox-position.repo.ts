import type { Database } from '../../core/database/database.ts'

/** How far the emails of a mailbox were read. */
export interface MailboxPosition {
  /** If it changes, the server has renumbered the emails (RFC 9051, 2.3.1.1). */
  uidValidity: bigint
  /** UID of the last email that was read. */
  uid: bigint
}

/** Null if the mailbox was never read. */
export const mailboxPosition = (db: Database, mailbox: string): Promise<MailboxPosition | null> =>
  db.mailboxPosition.findUnique({ where: { mailbox }, select: { uidValidity: true, uid: true } })

/**
 * Advances from one position to another. False if another process advanced it first; that process then reads the
 * mailbox.
 */
export async function advancePosition(
  db: Database,
  { mailbox, from, to, at }: { mailbox: string; from: MailboxPosition | null; to: MailboxPosition; at: Date },
): Promise<boolean> {
  const { count } = from
    ? await db.mailboxPosition.updateMany({ where: { mailbox, ...from }, data: { ...to, at } })
    : await db.mailboxPosition.createMany({ data: [{ mailbox, ...to, at }], skipDuplicates: true })
  return count > 0
}
