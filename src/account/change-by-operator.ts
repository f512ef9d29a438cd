import { type Day, localDayOf } from '../core/dates.ts'
import type { Deps } from '../core/deps.ts'
import { Fault, FieldReader } from '../core/errors.ts'
import { applyChange } from '../digests/apply-change.ts'
import { splitTopics } from '../queries/language/split-topics.ts'
import { requirePauseEnd, type Subscription } from '../subscribers/change.ts'
import { NO_PAGE } from '../subscribers/consent.ts'
import { parseTopic, readSettings, type TypedSettings } from '../subscribers/read-signup.ts'
import { requireSubscription, type TopicText } from '../subscribers/subscriber.ts'
import { topicsOf } from '../subscribers/topic.repo.ts'
import { parseTopicName, readTopicsText } from '../subscribers/topics-text.ts'
import { type LockedSubscriber, type SubscriberRef, withSubscriber } from './find-subscriber.ts'

/** A topic as the operator writes it; without a name, the query is its name. */
interface WrittenTopic {
  query: string
  name?: string
}

/**
 * Sets the given values and leaves the rest; `topics` replaces all topics, in order. False if nothing differs. Throws
 * FieldFaults (topics, and the names of TypedSettings), topics.too-many, subscriber.state, subscriber.unknown.
 */
export async function changeByOperator(
  deps: Deps,
  { topics, settings, ...who }: SubscriberRef & { topics?: readonly WrittenTopic[]; settings: TypedSettings },
): Promise<boolean> {
  const changed = await withSubscriber(deps, who, async ({ tx, subscriber, now }) => {
    const fields = new FieldReader()
    const changes: Partial<Subscription> = readSettings(settings, subscriber, fields)
    if (topics) changes.topics = topics.map((topic) => readTopic(topic, fields))
    fields.finish()
    const change = await applyChange(tx, { subscriber, changes, how: 'operator', wording: NO_PAGE, now })
    return change === null ? undefined : subscriber.id
  })
  if (changed) deps.log.info('subscriber.changed', { subscriber: changed, what: 'set' })
  return changed !== undefined
}

const readTopic = ({ query, name = '' }: WrittenTopic, fields: FieldReader): TopicText =>
  fields.read('topics', { query, name }, () => {
    const topic = parseTopic(query.trim())
    return { query: topic.query, name: parseTopicName(name) || topic.name }
  })

/**
 * Pauses digests until the local date `until`, on which they resume; null: until the subscriber resumes them. Throws
 * subscriber.state, setting.until.
 */
export async function pauseSubscriber(
  deps: Deps,
  { until, ...who }: SubscriberRef & { until: Day | null },
): Promise<void> {
  const id = await withSubscriber(deps, who, async ({ tx, subscriber, now }) => {
    requireSubscription(subscriber)
    if (until !== null) requirePauseEnd(until, localDayOf(now, subscriber.zone))
    const changes = { state: 'paused', pausedUntil: until } as const
    await applyChange(tx, { subscriber, changes, how: 'operator', wording: NO_PAGE, now })
    return subscriber.id
  })
  deps.log.info('subscriber.changed', { subscriber: id, what: 'paused', until })
}

/** Throws subscriber.state. Has no effect on an active subscriber. */
export async function resumeSubscriber(deps: Deps, who: SubscriberRef): Promise<void> {
  const id = await withSubscriber(deps, who, async ({ tx, subscriber, now }) => {
    requireSubscription(subscriber)
    const changes = { state: 'active' } as const
    const changed = await applyChange(tx, { subscriber, changes, how: 'operator', wording: NO_PAGE, now })
    return changed === null ? undefined : subscriber.id
  })
  if (id) deps.log.info('subscriber.changed', { subscriber: id, what: 'resumed' })
}

type TopicChange = SubscriberRef & {
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

interface ImportedTopics {
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
