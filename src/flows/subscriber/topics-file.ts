import { topicsIn, topicsText } from '../../filters/topics-text.ts'
import { Fault } from '../../platform/errors.ts'
import { FieldReader } from '../../platform/field-faults.ts'
import { MOST_TOPICS, type TopicText } from '../../subscribers/subscriber.ts'
import { topicsOf } from '../../subscribers/topic-store.ts'
import type { Deps } from '../../wiring.ts'
import { parseTopic } from '../signup/read-signup.ts'
import { openManage } from './account-link.ts'
import { shortName } from './own-changes.ts'

/** The topics of whoever holds a manage link, as a text. Throws link.*. */
export async function topicsFile(deps: Deps, token: string): Promise<string> {
  const { id } = await openManage(deps, token)
  return topicsText(await topicsOf(deps.db, id))
}

/** The topics of such a text, with the names that stand there. Throws FieldFaults: topic. */
export function readTopicsFile(text: string): TopicText[] {
  const fields = new FieldReader()
  // Before the first is parsed: anybody may send thousands.
  const listed = fields.read('topic', [], () => fewTopics(topicsIn(text)))
  const topics = listed.flatMap(({ name, query }) =>
    fields.read('topic', [], () => [{ name: shortName(name === query ? '' : name) || query, query: parseTopic(query).query }]),
  )
  fields.finish()
  return topics
}

function fewTopics(topics: TopicText[]): TopicText[] {
  const count = topics.length
  if (count > MOST_TOPICS) throw new Fault('topics.too-many', { count, most: MOST_TOPICS })
  return topics
}
