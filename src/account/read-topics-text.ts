import { Fault } from '../core/errors.ts'
import { FieldReader } from '../core/field-faults.ts'
import { parseTopic } from '../subscribers/read-signup.ts'
import { MAX_TOPICS, type TopicText } from '../subscribers/subscriber.ts'
import { parseTopicName, parseTopicsText } from '../subscribers/topics-text.ts'

/** Reads the topics of a text that `formatTopicsText` writes, with their names. Throws FieldFaults: topic. */
export function readTopicsText(text: string): TopicText[] {
  const fields = new FieldReader()
  // Before parsing any of them: a visitor may send thousands.
  const listed = fields.read('topic', [], () => fewTopics(parseTopicsText(text)))
  const topics = listed.map((topic) => fields.read('topic', topic, () => checked(topic)))
  fields.finish()
  return topics
}

/** A topic without a name is named after its query, however long. */
function checked({ name, query }: TopicText): TopicText {
  const called = name === query ? '' : parseTopicName(name)
  return { name: called || query, query: parseTopic(query).query }
}

function fewTopics(topics: TopicText[]): TopicText[] {
  const count = topics.length
  if (count > MAX_TOPICS) throw new Fault('topics.too-many', { count, most: MAX_TOPICS })
  return topics
}
