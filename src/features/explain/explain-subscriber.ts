import type { SubscriberRef } from '../../account/find-subscriber.ts'
import { type Day, localDayOf } from '../../core/dates.ts'
import type { Deps } from '../../core/deps.ts'
import { errorEntries } from '../../core/error-table.ts'
import { Fault } from '../../core/errors.ts'
import { newestDue } from '../../digests/due.ts'
import { lastDigestDate } from '../../digests/plan.repo.ts'
import { addressHash, parseAddress } from '../../subscribers/address.ts'
import { subscriberById, subscriberByKey } from '../../subscribers/subscriber.repo.ts'
import { hasSubscription, type Subscriber } from '../../subscribers/subscriber.ts'
import { suppressionOf } from '../../subscribers/suppression.repo.ts'
import { loadRecorded } from './recorded.ts'
import { stepsOf } from './steps.ts'
import { verdictOf } from './verdict.ts'

export const explainErrors = errorEntries(404, 1, {
  'subscriber.unknown-suppressed':
    'No subscriber has this address, and it is suppressed ({reason}, since {since}), so it gets no email.',
})

export type Explanation = Awaited<ReturnType<typeof explainSubscriber>>

/**
 * Explains why a subscriber did or did not get an email on a date, by default the newest on which something was due.
 * Changes nothing. Throws address.*, subscriber.unknown, subscriber.unknown-suppressed.
 */
export async function explainSubscriber(deps: Deps, { date, ...who }: SubscriberRef & { date?: Day }) {
  const subscriber = await explainedSubscriber(deps, who)
  const { id, address: email } = subscriber
  const recorded = await loadRecorded(deps, subscriber, date ?? (await newestDate(deps, subscriber)))
  const { zone, hour, days } = recorded.subscription
  return {
    /** As of the due hour of that date. */
    subscriber: { id, email, state: recorded.state, zone, hour, days },
    date: recorded.date,
    verdict: verdictOf(recorded),
    /** In order of time. */
    steps: stepsOf(recorded),
  }
}

async function explainedSubscriber({ db, config }: Deps, who: SubscriberRef): Promise<Subscriber> {
  const key = 'email' in who ? parseAddress(who.email).key : undefined
  const subscriber = await ('id' in who ? subscriberById(db, who.id) : subscriberByKey(db, key!))
  if (subscriber) return subscriber
  const suppression = key && (await suppressionOf(db, addressHash(key, config.SUPPRESSION_KEY)))
  if (!suppression) throw new Fault('subscriber.unknown')
  const { reason, at } = suppression
  throw new Fault(explainErrors['subscriber.unknown-suppressed'], { reason, since: at.toISOString() })
}

/** The newest date with a digest, or whose due hour has passed; else today. */
async function newestDate({ db, clock }: Deps, subscriber: Subscriber): Promise<Day> {
  const now = clock.now()
  const { id, startDate, zone } = subscriber
  const last = await lastDigestDate(db, id)
  const due = hasSubscription(subscriber) ? newestDue(subscriber, now)?.localDate : undefined
  const begun = due && startDate && due < startDate ? undefined : due
  return [last ?? '', begun ?? ''].sort().at(-1) || localDayOf(now, zone)
}
