import { bouncesOfMessages, type ListedBounce } from '../bounces/bounce-list.repo.ts'
import { newestFailure } from '../bounces/bounce-text.ts'
import type { Day } from '../core/dates.ts'
import type { Deps } from '../core/deps.ts'
import { type MailOutcome, type Receipt, receiptsSince } from '../mail/outbox/receipt.repo.ts'

/** The outcome of an email, and whether it bounced. */
export interface FateWithReturn extends MailOutcome {
  /** The newest bounce report; null if there is none. */
  cameBack: Pick<ListedBounce, 'class' | 'status' | 'done'> | null
}

/** The outcome of one date, including later bounce reports. */
export interface ReceiptWithReturns extends Omit<Receipt, 'mail' | 'note'> {
  mail: FateWithReturn | null
  note: FateWithReturn | null
}

/** A subscriber's receipts from a date on, newest first. */
export async function receiptsWithReturns(
  { db }: Pick<Deps, 'db'>,
  subscriber: { id: string; zone: string },
  since: Day,
): Promise<ReceiptWithReturns[]> {
  const receipts = await receiptsSince(db, subscriber, since)
  const ids = receipts.flatMap(({ mail, note }) => [mail, note].flatMap((fate) => fate?.id ?? []))
  const returns = await bouncesOfMessages(db, ids)
  const whole = (fate: MailOutcome | null): FateWithReturn | null =>
    fate && {
      ...fate,
      cameBack: newestFailure(returns.filter(({ messageId }) => messageId === fate.id)) ?? null,
    }
  return receipts.map(({ mail, note, ...receipt }) => ({ ...receipt, mail: whole(mail), note: whole(note) }))
}
