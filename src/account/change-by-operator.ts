import type { Deps } from '../core/deps.ts'
import { FieldReader } from '../core/field-faults.ts'
import { applyChange } from '../digests/apply-change.ts'
import type { Subscription } from '../subscribers/change.ts'
import { NO_PAGE } from '../subscribers/consent.ts'
import { parseTopic } from '../subscribers/read-signup.ts'
import { readSettings, type TypedSettings } from '../subscribers/settings.ts'
import type { TopicText } from '../subscribers/subscriber.ts'
import { parseTopicName } from '../subscribers/topics-text.ts'
import { type SubscriberRef, withSubscriber } from './with-subscriber.ts'

/** A topic as the operator writes it; without a name, the query is its name. */
export interface WrittenTopic {
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
