import { splitTopics } from '../../filters/split-topics.ts'
import { Fault } from '../../platform/errors.ts'
import { NO_PAGE } from '../../subscribers/consent.ts'
import { recordConsent } from '../../subscribers/consent-store.ts'
import { MOST_TOPICS, type TopicText } from '../../subscribers/subscriber.ts'
import { addTopics, removeTopic, topicsOf } from '../../subscribers/topic-store.ts'
import type { Deps } from '../../wiring.ts'
import { parseTopic } from '../signup/read-signup.ts'
import { withSubscriber } from './with-subscriber.ts'

export interface TopicChange {
  email: string
  /** add: may hold several topics. remove: the query, or the name, of one. */
  text: string
}

/** Returns all topics of the subscriber then. Throws query.*, topics.too-many, subscriber.unknown. */
export function addTopicsByOperator(deps: Deps, { email, text }: TopicChange): Promise<TopicText[]> {
  const topics = splitTopics(text).map(parseTopic)
  return withSubscriber(deps, email, async ({ tx, subscriber, now }) => {
    const { added, leftOut } = await addTopics(tx, { subscriberId: subscriber.id, topics, most: MOST_TOPICS })
    const all = await topicsOf(tx, subscriber.id)
    if (leftOut.length > 0) {
      throw new Fault('topics.too-many', { count: all.length + leftOut.length, most: MOST_TOPICS })
    }
    const consent = { subscriberId: subscriber.id, at: now, how: 'operator', wording: NO_PAGE }
    if (added.length > 0) await recordConsent(tx, { ...consent, event: 'topics-added' })
    return all
  })
}

/** Returns the topics that are left. Throws topic.unknown, subscriber.unknown. */
export function removeTopicByOperator(deps: Deps, { email, text }: TopicChange): Promise<TopicText[]> {
  return withSubscriber(deps, email, async ({ tx, subscriber, now }) => {
    const removed = await removeTopic(tx, subscriber.id, text.trim())
    if (!removed) throw new Fault('topic.unknown', { query: text.trim().slice(0, 100) })
    const consent = { subscriberId: subscriber.id, at: now, how: 'operator', wording: NO_PAGE }
    await recordConsent(tx, { ...consent, event: 'topics-removed' })
    return topicsOf(tx, subscriber.id)
  })
}
