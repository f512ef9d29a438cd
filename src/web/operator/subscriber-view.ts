import { receiptsSince } from '../../delivery/receipt-store.ts'
import { explainSubscriber } from '../../flows/operator/explain-subscriber.ts'
import { showSubscriber } from '../../flows/subscriber/show-subscriber.ts'
import { actionsOn } from '../../platform/action-store.ts'
import { addDays, localDayOf, parseDay } from '../../platform/dates.ts'
import { tombstoneOf } from '../../subscribers/erasure-store.ts'
import { isJoined } from '../../subscribers/subscriber.ts'
import { SUPPRESSION_REASONS } from '../../subscribers/suppression-store.ts'
import type { Deps } from '../../wiring.ts'
import { fullDate, weekdayDateWithYear } from '../../words/dates.ts'
import { scheduleText, sizeText, understoodOf } from '../signup/wish-view.ts'
import { receiptText } from '../subscriber/receipts-view.ts'

const RECEIPT_DAYS = 30

/** Everything of one subscriber that the operator looks for. Throws subscriber.unknown, date.invalid. */
export async function subscriberView(deps: Deps, { id, date }: { id: string; date?: string }) {
  const { subscriber, topics, suppression, consents, next } = await showSubscriber(deps, { id })
  const { zone, state } = subscriber
  const today = localDayOf(deps.clock.now(), zone)
  const explained = await explainSubscriber(deps, { id, date: date ? parseDay(date) : undefined })
  const receipts = await receiptsSince(deps.db, subscriber, addDays(today, -RECEIPT_DAYS))
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
      text: receiptText(receipt, zone),
    })),
    explained: { ...explained, text: fullDate(explained.date) },
    today,
    actions: await actionsOn(deps.db, id),
  }
}

/** What is left of somebody who was erased; null for anybody else. */
export async function erasedView({ db }: Deps, id: string) {
  const tombstone = await tombstoneOf(db, id)
  return tombstone && { id, actions: await actionsOn(db, id) }
}
