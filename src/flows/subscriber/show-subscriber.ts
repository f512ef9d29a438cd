import { type DueDate, nextDue } from '../../digests/due.ts'
import { Fault } from '../../platform/errors.ts'
import { parseAddress } from '../../subscribers/address.ts'
import { type Consent, consentsOf } from '../../subscribers/consent-store.ts'
import type { Subscriber, SubscriberState, TopicText } from '../../subscribers/subscriber.ts'
import { listSubscribers, subscriberByKey } from '../../subscribers/subscriber-store.ts'
import { type Suppression, suppressionOf } from '../../subscribers/suppression-store.ts'
import { topicsOf, topicsOfAll } from '../../subscribers/topic-store.ts'
import type { Deps } from '../../wiring.ts'

export interface SubscriberWithTopics {
  subscriber: Subscriber
  topics: TopicText[]
}

export interface ShownSubscriber extends SubscriberWithTopics {
  suppression: Suppression | null
  /** Oldest first. */
  consents: Consent[]
  /** When the next digest may come; undefined for somebody who gets none. */
  next: DueDate | undefined
}

/** Throws address.*, subscriber.unknown. */
export async function showSubscriber(
  { db, clock }: Deps,
  { email }: { email: string },
): Promise<ShownSubscriber> {
  const subscriber = await subscriberByKey(db, parseAddress(email).key)
  if (!subscriber) throw new Fault('subscriber.unknown')
  return {
    subscriber,
    topics: await topicsOf(db, subscriber.id),
    suppression: await suppressionOf(db, subscriber.addressHash),
    consents: await consentsOf(db, subscriber.id),
    next: subscriber.state === 'active' ? nextDue(subscriber, clock.now()) : undefined,
  }
}

/** In the order in which they came. */
export async function showSubscribers(
  { db }: Deps,
  { state }: { state?: SubscriberState },
): Promise<SubscriberWithTopics[]> {
  const topics = await topicsOfAll(db)
  const subscribers = await listSubscribers(db, state)
  return subscribers.map((subscriber) => ({ subscriber, topics: topics.get(subscriber.id) ?? [] }))
}
