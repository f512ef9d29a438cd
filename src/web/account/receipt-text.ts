import type { FateWithReturn, ReceiptWithReturns } from '../../account/show-subscriber.ts'
import { type Day, localDayOf } from '../../core/dates.ts'
import { dateAndTime } from '../../i18n/dates.ts'
import { counted, fill, words } from '../../i18n/words.ts'

/**
 * Describes the outcome of a date for a subscriber who waits for an email: "4 papers, taken by your mail server at
 * 08:00".
 */
export function receiptText(receipt: ReceiptWithReturns, zone: string): string {
  const { localDate, outcome, papers, mail, note } = receipt
  const { outcomes } = words.receipts
  if (outcome === 'planned' || outcome === 'welcome') {
    const template = outcome === 'planned' ? words.receipts.mail : welcomeWords(papers)
    const what = mailText(mail, localDate, zone)
    const text = fill(template, { papers: counted(papers, words.counts.paper), what })
    return outcome === 'planned' && isLost(mail) ? fill(words.receipts.carried, { text }) : text
  }
  const text = outcomes[outcome]
  return note ? fill(words.receipts.note, { outcome: text, what: mailText(note, localDate, zone) }) : text
}

/** As far as we know the email was never sent, so its papers are offered again. */
const isLost = (mail: FateWithReturn | null): boolean =>
  !mail?.acceptedAt &&
  (mail?.state === 'gave_up' ||
    (mail?.state === 'skipped' && ['expired', 'restored'].includes(mail.reason ?? '')))

const welcomeWords = (papers: number): string =>
  papers > 0 ? words.receipts.welcomeWith : words.receipts.welcome

function mailText(mail: FateWithReturn | null, localDate: Day, zone: string): string {
  const { mails, skipped } = words.receipts
  if (!mail) return mails.waiting
  const { state, reason, ended, acceptedAt, cameBack } = mail
  const taken = acceptedAt && fill(mails.accepted, { at: timeOf(acceptedAt, localDate, zone) })
  if (cameBack)
    return fill(taken ? mails.cameBack : mails.onlyCameBack, {
      taken: taken ?? '',
      why: returnReason(cameBack),
    })
  if (taken) return taken
  const reasons: Record<string, string | undefined> = skipped
  switch (state) {
    case 'deferred':
    case 'refused':
    case 'gave_up':
      return mails[state]
    case 'uncertain':
      return ended ? mails.uncertain : mails.again
    case 'skipped':
      if (reason === 'restored') return mails.restored
      return fill(mails.skipped, { why: reasons[reason ?? ''] ?? skipped.expired })
    default:
      return mails.waiting
  }
}

function returnReason({ class: kind, effect }: NonNullable<FateWithReturn['cameBack']>): string {
  const { cameBack } = words.receipts
  const reasons: Record<string, string | undefined> = cameBack
  return effect === 'elsewhere' ? cameBack.elsewhere : (reasons[kind] ?? cameBack.unknown)
}

/** "08:00"; with the date if it differs from `localDate`. */
function timeOf(at: Date, localDate: Day, zone: string): string {
  const text = dateAndTime(at.toISOString(), zone)
  return localDayOf(at, zone) === localDate ? text.slice(-5) : text
}
