import type { FateWithReturn, ReceiptWithReturns } from '../../account/show-subscriber.ts'
import { type Day, localDayOf } from '../../core/dates.ts'
import { dateAndTime } from '../../i18n/dates.ts'
import { capitalized, counted, fill, words } from '../../i18n/words.ts'

/** "4 papers" and "Delivered 08:00": what a date brought a subscriber who waits for an email, and what became of it. */
export function receiptTexts(
  { localDate, outcome, papers, mail, note }: ReceiptWithReturns,
  zone: string,
  hasTopics = true,
): { what: string; state: string } {
  const { outcomes, welcome, welcomeWith, carried, note: about } = words.receipts
  const count = counted(papers, words.counts.paper)
  const stateOf = (one: FateWithReturn | null) => mailText(one, localDate, zone)
  if (outcome === 'planned') {
    const state = isLost(mail) ? fill(carried, { text: stateOf(mail) }) : stateOf(mail)
    return { what: count, state: capitalized(state) }
  }
  if (outcome === 'welcome') {
    const what = papers > 0 ? fill(welcomeWith, { papers: count }) : welcome
    return { what, state: capitalized(stateOf(mail)) }
  }
  const happened = outcome === 'nothing_matched' && !hasTopics ? outcomes.nothing_new : outcomes[outcome]
  return { what: capitalized(happened), state: note ? fill(about, { what: stateOf(note) }) : '' }
}

/** As far as we know the email was never sent, so its papers are offered again. */
const isLost = (mail: FateWithReturn | null): boolean =>
  !mail?.acceptedAt &&
  (mail?.state === 'gave_up' ||
    (mail?.state === 'skipped' && ['expired', 'restored'].includes(mail.reason ?? '')))

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
export function timeOf(at: Date, localDate: Day, zone: string): string {
  const text = dateAndTime(at.toISOString(), zone)
  return localDayOf(at, zone) === localDate ? text.slice(-5) : text
}
