import { newestFailure } from '../bounces/return-words.ts'
import { type ListedReturn, returnsOfMessages } from '../bounces/returned-list.repo.ts'
import type { Day } from '../core/dates.ts'
import type { Deps } from '../core/deps.ts'
import { type MailFate, type Receipt, receiptsSince } from '../mail/outbox/receipt.repo.ts'

/** How far a mail came, and that it came back. */
export interface WholeFate extends MailFate {
  /** The newest report that says so; null where none does. */
  cameBack: Pick<ListedReturn, 'class' | 'status' | 'done'> | null
}

/** What became of one date, with what is known from later reports. */
export interface WholeReceipt extends Omit<Receipt, 'mail' | 'note'> {
  mail: WholeFate | null
  note: WholeFate | null
}

/** A subscriber's, from a date on, newest first. */
export async function wholeReceipts(
  { db }: Pick<Deps, 'db'>,
  subscriber: { id: string; zone: string },
  since: Day,
): Promise<WholeReceipt[]> {
  const receipts = await receiptsSince(db, subscriber, since)
  const ids = receipts.flatMap(({ mail, note }) => [mail, note].flatMap((fate) => fate?.id ?? []))
  const returns = await returnsOfMessages(db, ids)
  const whole = (fate: MailFate | null): WholeFate | null =>
    fate && {
      ...fate,
      cameBack: newestFailure(returns.filter(({ messageId }) => messageId === fate.id)) ?? null,
    }
  return receipts.map(({ mail, note, ...receipt }) => ({ ...receipt, mail: whole(mail), note: whole(note) }))
}
