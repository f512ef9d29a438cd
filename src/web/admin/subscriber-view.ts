import { type WholeFate, type WholeReceipt, wholeReceipts } from '../../account/receipts.ts'
import { showSubscriber } from '../../account/show-subscriber.ts'
import { classText } from '../../bounces/return-words.ts'
import { actionsOn } from '../../core/action.repo.ts'
import { addDays, type Day, localDayOf } from '../../core/dates.ts'
import type { Deps } from '../../core/deps.ts'
import { fullDate, moment, weekdayDateWithYear } from '../../i18n/dates.ts'
import { counted, words } from '../../i18n/words.ts'
import type { Receipt } from '../../mail/outbox/receipt.repo.ts'
import { explainSubscriber } from '../../operator/explain-subscriber.ts'
import { reasonText } from '../../operator/message-life.ts'
import { stateName } from '../../operator/retry-message.ts'
import { tombstoneOf } from '../../subscribers/erasure.repo.ts'
import { isJoined } from '../../subscribers/subscriber.ts'
import { SUPPRESSION_REASONS } from '../../subscribers/suppression.repo.ts'
import { scheduleText, sizeText, understoodOf } from '../signup/wish-view.ts'

const RECEIPT_DAYS = 30

/** Everything of one subscriber that the operator looks for. Throws subscriber.unknown. */
export async function subscriberView(deps: Deps, { id, date }: { id: string; date?: Day }) {
  const { subscriber, topics, suppression, consents, next } = await showSubscriber(deps, { id })
  const { zone, state } = subscriber
  const today = localDayOf(deps.clock.now(), zone)
  const explained = await explainSubscriber(deps, { id, date })
  const receipts = await wholeReceipts(deps, subscriber, addDays(today, -RECEIPT_DAYS))
  return {
    subscriber,
    can: {
      pause: state === 'active',
      resume: state === 'paused',
      link: isJoined(subscriber),
      unsubscribe: state !== 'unsubscribed',
      suppress: !suppression,
    },
    reasons: SUPPRESSION_REASONS.toReversed(),
    suppression,
    consents,
    schedule: scheduleText(subscriber),
    size: sizeText(subscriber),
    next: next && fullDate(next.localDate),
    topics: topics.map((topic) => ({ ...topic, understood: understoodOf(topic.query) })),
    receipts: receipts.map((receipt) => ({
      ...receipt,
      date: weekdayDateWithYear(receipt.localDate),
      text: receiptLine(receipt, zone),
    })),
    explained: { ...explained, text: fullDate(explained.date) },
    today,
    actions: await actionsOn(deps.db, id),
  }
}

const OUTCOMES: Record<Receipt['outcome'], string> = {
  due: 'being prepared now',
  planned: 'a digest',
  nothing_matched: 'nothing matched',
  paused: 'paused',
  missed: 'missed',
  rescheduled: 'no email: the hour had already passed when they chose it',
  welcome: 'welcome email',
}

/** "a digest, 3 papers: accepted 24 Nov 2026, 08:00" */
function receiptLine({ outcome, papers, mail, note }: WholeReceipt, zone: string): string {
  const what = [OUTCOMES[outcome], papers > 0 && counted(papers, words.counts.paper)].filter(Boolean)
  const fates = [mail, note].flatMap((fate) => (fate ? [fateText(fate, zone)] : []))
  return [what.join(', '), ...fates].join(': ')
}

function fateText({ state, reason, acceptedAt, cameBack }: WholeFate, zone: string): string {
  const back = cameBack ? `, returned: ${classText(cameBack)}` : ''
  if (acceptedAt) return `accepted ${moment(acceptedAt.toISOString(), zone)}${back}`
  if (cameBack) return `${stateName(state)}${back}`
  return `${stateName(state)}${reason ? ` (${reasonText(reason)})` : ''}`
}

/** The tombstone of an erased subscriber and the actions on it; null if there is none. */
export async function erasedView({ db }: Deps, id: string) {
  const tombstone = await tombstoneOf(db, id)
  return tombstone && { id, actions: await actionsOn(db, id) }
}
