import { type Day, localDayOf } from '../core/dates.ts'
import type { Deps } from '../core/deps.ts'
import { Fault } from '../core/errors.ts'
import { receivesSince } from '../digests/compose.ts'
import { recipientOf } from '../digests/digest.repo.ts'
import { newestDue } from '../digests/due.ts'
import { lastDigestDate } from '../digests/plan.repo.ts'
import { addressHash, parseAddress } from '../subscribers/address.ts'
import { tombstoneOf } from '../subscribers/erasure.repo.ts'
import { subscriberById, subscriberByKey } from '../subscribers/subscriber.repo.ts'
import { hasSubscription } from '../subscribers/subscriber.ts'
import { suppressionOf } from '../subscribers/suppression.repo.ts'
import { loadSubscription } from '../subscribers/topic.repo.ts'
import { type ExplainedSubscriber, loadExplainContext } from './explain/context.ts'
import { timelineOf } from './explain/timeline.ts'
import { verdictOf } from './explain/verdict.ts'

export type Explanation = Awaited<ReturnType<typeof explainSubscriber>>

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
export async function explainSubscriber(deps: Deps, input: ExplainInput) {
  const subject = await subjectOf(deps, input)
  const context = await loadExplainContext(deps, subject, input.date ?? (await newestDate(deps, subject)))
  const { zone, hour, days } = context.subscription
  return {
    /** As of the due hour of that date; email is null after an erasure. */
    subscriber: { id: subject.id, email: subject.email, state: context.state, zone, hour, days },
    date: context.date,
    verdict: verdictOf(context),
    /** In order of time. */
    steps: timelineOf(context),
  }
}

async function subjectOf(
  { db, config }: Deps,
  { email, id = '' }: ExplainInput,
): Promise<ExplainedSubscriber> {
  const key = email === undefined ? undefined : parseAddress(email).key
  const subscriber = await (key === undefined ? subscriberById(db, id) : subscriberByKey(db, key))
  if (subscriber) {
    const recipient = await recipientOf(db, subscriber.id)
    return {
      id: subscriber.id,
      email: subscriber.address,
      addressHash: subscriber.addressHash,
      since: recipient && receivesSince(recipient),
      importedAt: recipient?.importedAt ?? null,
      erasedAt: null,
      subscription: await loadSubscription(db, subscriber),
    }
  }
  const tombstone = key === undefined ? await tombstoneOf(db, id) : null
  if (tombstone) return { ...NOTHING_LEFT, id, erasedAt: tombstone.erasedAt }
  const suppression = key && (await suppressionOf(db, addressHash(key, config.SUPPRESSION_KEY)))
  if (!suppression) throw new Fault('subscriber.unknown')
  const { reason, at } = suppression
  throw new Fault('subscriber.unknown-suppressed', { reason, since: at.toISOString() })
}

/** Of an erased subscriber. */
const NOTHING_LEFT = {
  email: null,
  addressHash: null,
  since: null,
  importedAt: null,
  subscription: {
    zone: 'UTC',
    hour: 0,
    days: [],
    maxPapers: 1,
    format: 'html',
    detail: 'full',
    related: false,
    topics: [],
    state: 'unsubscribed',
    pausedUntil: null,
  },
} satisfies Omit<ExplainedSubscriber, 'id' | 'erasedAt'>

/** The newest date with a digest, or whose due hour has passed; else today. */
async function newestDate({ db, clock }: Deps, { id, subscription }: ExplainedSubscriber): Promise<Day> {
  const now = clock.now()
  const { startDate, zone } = subscription
  const last = await lastDigestDate(db, id)
  const due = hasSubscription(subscription) ? newestDue(subscription, now)?.localDate : undefined
  const begun = due && startDate && due < startDate ? undefined : due
  return [last ?? '', begun ?? ''].sort().at(-1) || localDayOf(now, zone)
}
