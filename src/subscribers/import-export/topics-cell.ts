import { z } from 'zod'
import { Fault } from '../../core/errors.ts'
import { cleanText, splitTopics } from '../../queries/language/split-topics.ts'
import { parseTopic, readTopics } from '../read-signup.ts'
import { MAX_TOPICS, type TopicText } from '../subscriber.ts'

// A query never begins with such a bracket, so a cell that does and is JSON is a list.
const list = z.array(z.union([z.string(), z.object({ name: z.string(), query: z.string() })]))

/**
 * The topics in a cell: as on the form, split by semicolons, commas and new lines; or JSON, `[{"name": …, "query":
 * …}]`. Throws FieldFaults, query.*, topics.too-many.
 */
export function readTopicsCell(cell: string): TopicText[] {
  const listed = listIn(cell)
  if (!listed) return readTopics({ topics: [cell] })
  const topics = listed.map((one) => (typeof one === 'string' ? { name: one, query: one } : one))
  if (topics.length > MAX_TOPICS)
    throw new Fault('topics.too-many', { count: topics.length, most: MAX_TOPICS })
  const read = topics.map(({ name, query }) => {
    const { query: text } = parseTopic(cleanText(query))
    return { name: cleanText(name) || text, query: text }
  })
  return [...new Map(read.map((topic) => [topic.query, topic])).values()]
}

function listIn(cell: string) {
  if (!cell.trimStart().startsWith('[')) return undefined
  try {
    return list.safeParse(JSON.parse(cell)).data
  } catch {
    return undefined
  }
}

/** A cell that `readTopicsCell` reads as the same topics; readable for people if possible. */
export function topicsCell(topics: readonly TopicText[]): string {
  const plain = topics.map(({ query }) => query).join('; ')
  const isPlain =
    !plain.startsWith('[') &&
    topics.every(({ name, query }) => name === query) &&
    String(splitTopics(plain)) === String(topics.map(({ query }) => query)) &&
    splitTopics(plain).length === topics.length
  return isPlain ? plain : JSON.stringify(topics)
}
