import { type Day, localDayOf } from '../core/dates.ts'
import type { Deps } from '../core/deps.ts'
import { Fault, type FieldReader, readFields } from '../core/errors.ts'
import { applyChange } from '../digests/apply-change.ts'
import { splitTopics } from '../queries/language/split-topics.ts'
import { requirePauseEnd, type Subscription } from '../subscribers/change.ts'
import { parseTopic, readSettings, type TypedSettings } from '../subscribers/read-signup.ts'
import type { TopicText } from '../subscribers/subscriber.ts'
import { topicsOf } from '../subscribers/topic.repo.ts'
import { parseTopicName } from '../subscribers/topics-text.ts'
import {
  type LockedSubscriber,
  runOperatorChange,
  type SubscriberRef,
  withSubscriber,
} from './find-subscriber.ts'

/** A topic as the operator writes it; without a name, the query is its name. */
interface WrittenTopic {
  query: string
  name?: string
}

/**
 * Sets the given values and leaves the rest; `topics` replaces all topics, in order. False if nothing differs. Throws
 * FieldFaults (topics, and the names of TypedSettings), topics.too-many, subscriber.state, subscriber.unknown.
 */
export const changeByOperator = (
  deps: Deps,
  { topics, settings, ...who }: SubscriberRef & { topics?: readonly WrittenTopic[]; settings: TypedSettings },
): Promise<boolean> =>
  runOperatorChange(deps, who, { what: 'set' }, async (locked) => {
    const changes = readFields((fields) => ({
      ...readSettings(settings, locked.subscriber, fields),
      ...(topics && { topics: topics.map((topic) => readTopic(topic, fields)) }),
    }))
    return apply(locked, changes)
  })

const apply = async (
  { tx, subscriber, now }: LockedSubscriber,
  changes: Partial<Subscription>,
): Promise<boolean> => (await applyChange(tx, { subscriber, changes, how: 'operator', now })) !== null

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
  await runOperatorChange(deps, who, { what: 'paused', until }, async (locked) => {
    if (until !== null) requirePauseEnd(until, localDayOf(locked.now, locked.subscriber.zone))
    await apply(locked, { state: 'paused', pausedUntil: until })
  })
}

/** Throws subscriber.state. Has no effect on an active subscriber. */
export async function resumeSubscriber(deps: Deps, who: SubscriberRef): Promise<void> {
  await runOperatorChange(deps, who, { what: 'resumed' }, (locked) => apply(locked, { state: 'active' }))
}

type TopicChange = SubscriberRef & {
  /** add: one or more topics. remove: the query or the name of one. */
  text: string
}

/** Returns all topics after the change. Throws query.*, topics.too-many, subscriber.unknown. */
export function addTopicsByOperator(deps: Deps, { text, ...who }: TopicChange): Promise<TopicText[]> {
  const added = splitTopics(text).map(parseTopic)
  return changeTopics(deps, who, (kept) => [...kept, ...added])
}

/** Returns the remaining topics. Throws topic.unknown, subscriber.unknown. */
export const removeTopicByOperator = (deps: Deps, { text, ...who }: TopicChange): Promise<TopicText[]> =>
  changeTopics(deps, who, (kept) => {
    const named = text.trim()
    const place = kept.findIndex(({ query, name }) => query === named || name === named)
    if (place < 0) throw new Fault('topic.unknown', { query: named.slice(0, 100) })
    return kept.toSpliced(place, 1)
  })

const changeTopics = (
  deps: Deps,
  who: SubscriberRef,
  change: (kept: TopicText[]) => TopicText[],
): Promise<TopicText[]> =>
  withSubscriber(deps, who, async (locked) => {
    const { tx, subscriber } = locked
    await apply(locked, { topics: change(await topicsOf(tx, subscriber.id)) })
    return topicsOf(tx, subscriber.id)
  })
