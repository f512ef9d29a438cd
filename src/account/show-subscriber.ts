import type { DatabaseOrTransaction } from '../core/database/database.ts'
import type { Deps } from '../core/deps.ts'
import { type DueDate, nextDue } from '../digests/due.ts'
import { type Consent, consentsOf } from '../subscribers/consent.repo.ts'
import type { ConsentEvent } from '../subscribers/consent.ts'
import { consentNotesOf } from '../subscribers/signup.repo.ts'
import { listSubscribers, newestSubscribers, type SubscriberCursor } from '../subscribers/subscriber.repo.ts'
import type { Subscriber, SubscriberState, TopicText } from '../subscribers/subscriber.ts'
import { type Suppression, suppressionOf } from '../subscribers/suppression.repo.ts'
import { topicsBySubscriber, topicsOf } from '../subscribers/topic.repo.ts'
import { findSubscriber, type SubscriberRef } from './with-subscriber.ts'

export interface SubscriberWithTopics {
  subscriber: Subscriber
  topics: TopicText[]
}

export interface ShownSubscriber extends SubscriberWithTopics {
  suppression: Suppression | null
  /** Oldest first. */
  consents: Consent[]
  /** When the next digest may be due; undefined if they get none. */
  next: DueDate | undefined
}

/** Throws address.*, subscriber.unknown. */
export async function showSubscriber({ db, clock }: Deps, who: SubscriberRef): Promise<ShownSubscriber> {
  const subscriber = await findSubscriber(db, who)
  return {
    subscriber,
    topics: await topicsOf(db, subscriber.id),
    suppression: await suppressionOf(db, subscriber.addressHash),
    consents: await consentsWithNotes(db, subscriber.id),
    next: subscriber.state === 'active' ? nextDue(subscriber, clock.now()) : undefined,
  }
}

/** Merges the operator's notes on consent, which are stored with sign-ups: rows of table consent are never deleted. */
export async function consentsWithNotes(db: DatabaseOrTransaction, id: string): Promise<Consent[]> {
  const notes = await consentNotesOf(db, id)
  const consents = await consentsOf(db, id)
  return consents.map((consent) => {
    const isOperators = NOTED.includes(consent.how) && YES.includes(consent.event)
    const place = isOperators ? notes.findIndex(({ at }) => at.getTime() === consent.at.getTime()) : -1
    const [noted] = place < 0 ? [] : notes.splice(place, 1)
    return noted ? { ...consent, how: `${consent.how}: ${noted.note}` } : consent
  })
}

const NOTED = ['operator', 'import']
const YES: readonly ConsentEvent[] = ['confirmed', 'topics-added']

/** Oldest first. */
export async function showSubscribers(
  { db }: Deps,
  { state }: { state?: SubscriberState },
): Promise<SubscriberWithTopics[]> {
  const topics = await topicsBySubscriber(db)
  const subscribers = await listSubscribers(db, state)
  return subscribers.map((subscriber) => ({ subscriber, topics: topics.get(subscriber.id) ?? [] }))
}

/** Newest first, up to `most`; `after` continues from a position. */
export async function showNewestSubscribers(
  { db }: Deps,
  input: { state?: SubscriberState; most: number; after?: SubscriberCursor },
): Promise<SubscriberWithTopics[]> {
  const subscribers = await newestSubscribers(db, input)
  const ids = subscribers.map(({ id }) => id)
  const topics = await topicsBySubscriber(db, ids)
  return subscribers.map((subscriber) => ({ subscriber, topics: topics.get(subscriber.id) ?? [] }))
}
