import { type Day, localDayOf, type Weekday } from '../core/dates.ts'
import type { Deps } from '../core/deps.ts'
import { Fault } from '../core/errors.ts'
import { receivesSince } from '../digests/compose.ts'
import { recipientOf } from '../digests/digest.repo.ts'
import { newestDue } from '../digests/due.ts'
import { lastDigestDate } from '../digests/plan.repo.ts'
import { addressHash, parseAddress } from '../subscribers/address.ts'
import { tombstoneOf } from '../subscribers/erasure.repo.ts'
import { subscriberById, subscriberByKey } from '../subscribers/subscriber.repo.ts'
import type { Subscriber } from '../subscribers/subscriber.ts'
import { suppressionOf } from '../subscribers/suppression.repo.ts'
import { loadSubscription } from '../subscribers/topic.repo.ts'
import { type ExplainedSubscriber, loadExplainContext } from './explain/context.ts'
import type { Verdict } from './explain/format.ts'
import type { PastState } from './explain/past-subscription.ts'
import { timelineOf } from './explain/timeline.ts'
import { verdictOf } from './explain/verdict.ts'
import type { TimelineEntry } from './message-timeline.ts'

export interface Explanation {
  /** As of the due hour of that date; email is null after an erasure. */
  subscriber: {
    id: string
    email: string | null
    state: PastState
    zone: string
    hour: number
    days: Weekday[]
  }
  /** The local date that is explained. */
  date: Day
  verdict: Verdict
  /** In order of time. */
  steps: TimelineEntry[]
}

export interface ExplainInput {
  /** Give either email or id. */
  email?: string
  id?: string
  /** The subscriber's local date; by default the newest on which something was due. */
  date?: Day
}

/**
 * Explains why a subscriber did or did not get an email on a date. Changes nothing. An erased subscriber is found by id
 * but not by address. Throws address.*, subscriber.unknown, subscriber.unknown-suppressed.
 */
export async function explainSubscriber(deps: Deps, input: ExplainInput): Promise<Explanation> {
  const subject = await subjectOf(deps, input)
  const context = await loadExplainContext(deps, subject, input.date ?? (await newestDate(deps, subject)))
  const { zone, hour, days } = context.subscription
  return {
    subscriber: { id: subject.id, email: subject.email, state: context.state, zone, hour, days },
    date: context.date,
    verdict: verdictOf(context),
    steps: timelineOf(context),
  }
}

async function subjectOf(deps: Deps, { email, id = '' }: ExplainInput): Promise<ExplainedSubscriber> {
  const { db } = deps
  const key = email === undefined ? undefined : parseAddress(email).key
  const subscriber = await (key === undefined ? subscriberById(db, id) : subscriberByKey(db, key))
  if (subscriber) return { ...(await subjectOfSubscriber(deps, subscriber)), email: subscriber.address }
  const tombstone = key === undefined ? await tombstoneOf(db, id) : null
  if (tombstone) return subjectOfTombstone(id, tombstone.erasedAt)
  throw key === undefined ? new Fault('subscriber.unknown') : await unknownSubscriber(deps, key)
}

async function subjectOfSubscriber(
  { db }: Deps,
  subscriber: Subscriber,
): Promise<Omit<ExplainedSubscriber, 'email'>> {
  const { id, state, addressHash: hash } = subscriber
  const recipient = await recipientOf(db, id)
  const since = recipient && receivesSince(recipient)
  return {
    id,
    state,
    addressHash: hash,
    since,
    importedAt: recipient?.importedAt ?? null,
    erasedAt: null,
    subscription: await loadSubscription(db, subscriber),
  }
}

async function unknownSubscriber({ db, config }: Deps, key: string): Promise<Fault> {
  const suppression = await suppressionOf(db, addressHash(key, config.SUPPRESSION_KEY))
  if (!suppression) return new Fault('subscriber.unknown')
  const { reason, at } = suppression
  return new Fault('subscriber.unknown-suppressed', { reason, since: at.toISOString() })
}

const subjectOfTombstone = (id: string, erasedAt: Date): ExplainedSubscriber => ({
  id,
  email: null,
  addressHash: null,
  state: 'unsubscribed',
  since: null,
  importedAt: null,
  erasedAt,
  subscription: {
    zone: 'UTC',
    hour: 0,
    days: [],
    maxPapers: 1,
    format: 'html',
    detail: 'full',
    topics: [],
    state: 'unsubscribed',
    pausedUntil: null,
  },
})

/** The newest date with a digest, or whose due hour has passed; today if there is neither. */
async function newestDate(
  { db, clock }: Deps,
  { id, state, subscription }: ExplainedSubscriber,
): Promise<Day> {
  const now = clock.now()
  const last = await lastDigestDate(db, id)
  const due = state === 'active' || state === 'paused' ? newestDue(subscription, now)?.localDate : undefined
  const begun = due && subscription.startDate && due >= subscription.startDate ? due : undefined
  return (
    [last, begun]
      .filter((day) => day != null)
      .sort()
      .at(-1) ?? localDayOf(now, subscription.zone)
  )
}
