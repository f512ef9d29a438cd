import type { Database } from '../core/database/database.ts'
import { addDays, type Day, localDayOf } from '../core/dates.ts'
import { Fault } from '../core/errors.ts'
import { recordChange } from '../subscribers/change.repo.ts'
import {
  changedSettings,
  isRescheduled,
  isSameSubscription,
  type Subscription,
  topicDifference,
  withoutEndedPause,
} from '../subscribers/change.ts'
import { recordConsents } from '../subscribers/consent.repo.ts'
import type { ConsentEvent } from '../subscribers/consent.ts'
import { changeSubscriber } from '../subscribers/subscriber.repo.ts'
import {
  MAX_TOPICS,
  requireSubscription,
  requireTopicsSize,
  type Subscriber,
  type TopicText,
} from '../subscribers/subscriber.ts'
import { loadSubscription, setTopics } from '../subscribers/topic.repo.ts'
import { dueBetween, MISSED_DAYS, newestDue } from './due.ts'
import { startAfterChange } from './next-mail.ts'
import { lastDigestDate, openDigests } from './plan.repo.ts'
import { prunedThrough } from './reconciliation.repo.ts'
import { snapshotAt } from './sources-line.ts'

export interface ChangeInput {
  /** Locked by the transaction. */
  subscriber: Subscriber
  /** The new values; everything else stays. With a startDate the new schedule begins no earlier. */
  changes: Partial<Subscription>
  how: string
  now: Date
}

/**
 * Changes a subscription and records the change with its earlier values. Returns the change's id, or null if nothing
 * differs. Topics may change in any state, everything else while active or paused. Throws subscriber.state,
 * topics.too-many, topics.too-long, query.*.
 */
export async function applyChange(tx: Database, input: ChangeInput): Promise<number | null> {
  const { subscriber, changes, how, now } = input
  const today = localDayOf(now, subscriber.zone)
  const before = withoutEndedPause(await loadSubscription(tx, subscriber), today)
  const after = withoutEndedPause(normalize({ ...before, ...changes }), today)
  if (isSameSubscription(before, after)) return null
  if (!isSameSubscription({ ...before, topics: [] }, { ...after, topics: [] })) {
    requireSubscription(subscriber)
    requireSubscription(after)
  }
  after.startDate = isRescheduled(before, after)
    ? await startDateAfterChange(tx, subscriber, { ...after, startDate: changes.startDate }, now)
    : before.startDate
  const { topics, ...others } = after
  await changeSubscriber(tx, subscriber.id, others)
  if (!isSameSubscription(before, { ...before, topics }))
    await changeTopics(tx, subscriber.id, before.topics, topics)
  const consent = { subscriberId: subscriber.id, at: now }
  if (before.state !== subscriber.state)
    await recordConsents(tx, [{ ...consent, event: 'resumed', how: 'pause ended' }])
  await recordConsents(
    tx,
    eventsOf(before, after).map((event) => ({ ...consent, event, how })),
  )
  return recordChange(tx, { subscriberId: subscriber.id, at: now, how, before, after })
}

/** Removes repeated queries, and the end of a pause if there is no pause. */
const normalize = (wanted: Subscription): Subscription => ({
  ...wanted,
  topics: wanted.topics.filter(({ query }, i, all) => all.findIndex((topic) => topic.query === query) === i),
  pausedUntil: wanted.state === 'paused' ? wanted.pausedUntil : null,
})

async function changeTopics(
  tx: Database,
  subscriberId: string,
  before: readonly TopicText[],
  after: readonly TopicText[],
): Promise<void> {
  requireTopicsSize(after, before)
  const count = after.length
  if (count > MAX_TOPICS && count > before.length)
    throw new Fault('topics.too-many', { count, most: MAX_TOPICS })
  await setTopics(tx, { subscriberId, topics: after })
}

function eventsOf(before: Subscription, after: Subscription): ConsentEvent[] {
  const { added, removed, edited } = topicDifference(before.topics, after.topics)
  const isOther = edited.some(({ from, to }) => from.query !== to.query)
  const holds: [ConsentEvent, boolean][] = [
    ['topics-added', added.length > 0 || isOther],
    ['topics-removed', removed.length > 0 || isOther],
    ['changed', changedSettings(before, after).length > 0],
    [
      'paused',
      after.state === 'paused' && (before.state !== 'paused' || before.pausedUntil !== after.pausedUntil),
    ],
    ['resumed', after.state === 'active' && before.state === 'paused'],
  ]
  return holds.flatMap(([event, held]) => (held ? [event] : []))
}

/** Settles what was due under the old schedule, and returns the first date that counts under the new one. */
async function startDateAfterChange(
  tx: Database,
  before: Subscriber,
  after: Subscription,
  now: Date,
): Promise<Day> {
  await openOutstanding(tx, before, now)
  const first = startAfterChange({ before, after }, await lastDigestDate(tx, before.id), now)
  return after.startDate && after.startDate > first ? after.startDate : first
}

/** Opens the digests that are due but not open yet: no planner will find them under the new schedule. */
async function openOutstanding(tx: Database, subscriber: Subscriber, now: Date): Promise<void> {
  const { id: subscriberId, zone, hour, days, startDate } = subscriber
  const schedule = { zone, hour, days }
  const newest = newestDue(schedule, now)
  const last = await lastDigestDate(tx, subscriberId)
  if (!newest || !startDate || (last && last >= newest.localDate) || startDate > newest.localDate) return
  const pruned = await prunedThrough(tx)
  const recorded = [last, pruned].flatMap((date) => (date ? [addDays(date, 1)] : []))
  const from = [startDate, ...recorded, addDays(newest.localDate, -MISSED_DAYS)].sort().at(-1)!
  const snapshot = await snapshotAt(tx, { now })
  for (const due of dueBetween(schedule, from, addDays(newest.localDate, 1)))
    await openDigests(tx, { subscriberId, schedule, due, ...snapshot }, { only: false, now })
}
