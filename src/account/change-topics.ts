import type { Deps } from '../core/deps.ts'
import { Fault } from '../core/errors.ts'
import { applyChange } from '../digests/apply-change.ts'
import { splitTopics } from '../queries/language/split-topics.ts'
import { NO_PAGE } from '../subscribers/consent.ts'
import { parseTopic } from '../subscribers/read-signup.ts'
import type { TopicText } from '../subscribers/subscriber.ts'
import { topicsOf } from '../subscribers/topic.repo.ts'
import { readTopicsText } from './read-topics-text.ts'
import { type LockedSubscriber, type SubscriberRef, withSubscriber } from './with-subscriber.ts'

export type TopicChange = SubscriberRef & {
  /** add: one or more topics. remove: the query or the name of one. */
  text: string
}

/** Returns all topics after the change. Throws query.*, topics.too-many, subscriber.unknown. */
export function addTopicsByOperator(deps: Deps, { text, ...who }: TopicChange): Promise<TopicText[]> {
  const added = splitTopics(text).map(parseTopic)
  return withSubscriber(deps, who, async (held) => {
    const kept = await topicsOf(held.tx, held.subscriber.id)
    return changeTopics(held, [...kept, ...added])
  })
}

export interface ImportedTopics {
  topics: TopicText[]
  added: TopicText[]
}

/**
 * Adds the topics of a text, with their names, except those whose query the subscriber already has. Returns all topics
 * after the change, and the added ones. Throws FieldFaults, topics.too-many, subscriber.unknown.
 */
export function importTopicsByOperator(deps: Deps, { text, ...who }: TopicChange): Promise<ImportedTopics> {
  const read = readTopicsText(text)
  return withSubscriber(deps, who, async (held) => {
    const kept = await topicsOf(held.tx, held.subscriber.id)
    const added = read.filter(({ query }) => kept.every((topic) => topic.query !== query))
    return { topics: await changeTopics(held, [...kept, ...added]), added }
  })
}

/** Returns the remaining topics. Throws topic.unknown, subscriber.unknown. */
export function removeTopicByOperator(deps: Deps, { text, ...who }: TopicChange): Promise<TopicText[]> {
  return withSubscriber(deps, who, async (held) => {
    const kept = await topicsOf(held.tx, held.subscriber.id)
    const named = text.trim()
    const place = kept.findIndex(({ query, name }) => query === named || name === named)
    if (place < 0) throw new Fault('topic.unknown', { query: named.slice(0, 100) })
    return changeTopics(held, kept.toSpliced(place, 1))
  })
}

async function changeTopics(
  { tx, subscriber, now }: LockedSubscriber,
  topics: TopicText[],
): Promise<TopicText[]> {
  await applyChange(tx, { subscriber, changes: { topics }, how: 'operator', wording: NO_PAGE, now })
  return topicsOf(tx, subscriber.id)
}
