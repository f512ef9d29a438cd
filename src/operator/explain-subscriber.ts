import type { SubscriberRef } from '../account/find-subscriber.ts'
import { type Day, localDayOf } from '../core/dates.ts'
import type { Deps } from '../core/deps.ts'
import { Fault } from '../core/errors.ts'
import { receivesSince } from '../digests/compose.ts'
import { recipientOf } from '../digests/digest.repo.ts'
import { newestDue } from '../digests/due.ts'
import { lastDigestDate } from '../digests/plan.repo.ts'
import { addressHash, parseAddress } from '../subscribers/address.ts'
import { subscriberById, subscriberByKey } from '../subscribers/subscriber.repo.ts'
import { hasSubscription } from '../subscribers/subscriber.ts'
import { suppressionOf } from '../subscribers/suppression.repo.ts'
import { loadSubscription } from '../subscribers/topic.repo.ts'
import { type ExplainedSubscriber, loadExplainContext } from './explain/context.ts'
import { timelineOf } from './explain/timeline.ts'
import { verdictOf } from './explain/verdict.ts'

export type Explanation = Awaited<ReturnType<typeof explainSubscriber>>

/**
 * Explains why a subscriber did or did not get an email on a date, by default the newest on which something was due.
 * Changes nothing. Throws address.*, subscriber.unknown, subscriber.unknown-suppressed.
 */
export async function explainSubscriber(deps: Deps, { date, ...who }: SubscriberRef & { date?: Day }) {
  const subject = await subjectOf(deps, who)
  const context = await loadExplainContext(deps, subject, date ?? (await newestDate(deps, subject)))
  const { zone, hour, days } = context.subscription
  return {
    /** As of the due hour of that date. */
    subscriber: { id: subject.id, email: subject.email, state: context.state, zone, hour, days },
    date: context.date,
    verdict: verdictOf(context),
    /** In order of time. */
    steps: timelineOf(context),
  }
}

async function subjectOf({ db, config }: Deps, who: SubscriberRef): Promise<ExplainedSubscriber> {
  const key = 'email' in who ? parseAddress(who.email).key : undefined
  const subscriber = await ('id' in who ? subscriberById(db, who.id) : subscriberByKey(db, key!))
  if (subscriber) {
    const recipient = await recipientOf(db, subscriber.id)
    return {
      id: subscriber.id,
      email: subscriber.address,
      addressHash: subscriber.addressHash,
      since: recipient && receivesSince(recipient),
      importedAt: recipient?.importedAt ?? null,
      subscription: await loadSubscription(db, subscriber),
    }
  }
  const suppression = key && (await suppressionOf(db, addressHash(key, config.SUPPRESSION_KEY)))
  if (!suppression) throw new Fault('subscriber.unknown')
  const { reason, at } = suppression
  throw new Fault('subscriber.unknown-suppressed', { reason, since: at.toISOString() })
}

/** The newest date with a digest, or whose due hour has passed; else today. */
async function newestDate({ db, clock }: Deps, { id, subscription }: ExplainedSubscriber): Promise<Day> {
  const now = clock.now()
  const { startDate, zone } = subscription
  const last = await lastDigestDate(db, id)
  const due = hasSubscription(subscription) ? newestDue(subscription, now)?.localDate : undefined
  const begun = due && startDate && due < startDate ? undefined : due
  return [last ?? '', begun ?? ''].sort().at(-1) || localDayOf(now, zone)
}
