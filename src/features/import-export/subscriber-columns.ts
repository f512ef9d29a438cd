import { isDeepStrictEqual } from 'node:util'
import { z } from 'zod'
import { undefinedIfThrown } from '../../core/errors.ts'
import { cleanText } from '../../queries/language/split-topics.ts'
import { parseTopic, readTopics } from '../../subscribers/read-signup.ts'
import { requireFewTopics, requireTopicsSize, type TopicText } from '../../subscribers/subscriber.ts'

/** The columns of an export, in this order. An import accepts any of them and requires only `email`. */
export const SUBSCRIBER_COLUMNS = [
  'email',
  'state',
  'topics',
  'hour',
  'zone',
  'days',
  'confirmed_at',
  'confirmed_how',
  'max',
  'format',
  'detail',
  'related',
  'paused_until',
  'created_at',
  'unsubscribed_at',
  'suppressed_reason',
  'suppressed_at',
  'state_before',
  'id',
  'epoch',
] as const
export type SubscriberColumn = (typeof SUBSCRIBER_COLUMNS)[number]

/** Suppressed addresses as keyed hashes; `key` identifies the SUPPRESSION_KEY. */
export const SUPPRESSION_COLUMNS = ['address_hash', 'reason', 'at', 'key'] as const

// A query never begins with such a bracket, so a cell that does and is JSON is a list.
const list = z.array(z.union([z.string(), z.object({ name: z.string(), query: z.string() })]))

/**
 * The topics in a cell: as on the form, split by semicolons, commas and new lines; or JSON, `[{"name": …, "query":
 * …}]`. Throws FieldFaults, query.*, topics.too-many, topics.too-long.
 */
export function readTopicsCell(
  cell: string,
  parse: (text: string) => { query: string } = parseTopic,
): TopicText[] {
  const listed = listIn(cell)
  if (!listed) return readTopics({ topics: [cell] }, parse)
  const topics = listed.map((one) => (typeof one === 'string' ? { name: one, query: one } : one))
  const read = requireFewTopics(topics).map(({ name, query }) => {
    const { query: text } = parse(cleanText(query))
    return { name: cleanText(name) || text, query: text }
  })
  const all = [...new Map(read.map((topic) => [topic.query, topic])).values()]
  requireTopicsSize(all)
  return all
}

function listIn(cell: string) {
  if (!cell.trimStart().startsWith('[')) return undefined
  return list.safeParse(undefinedIfThrown(() => JSON.parse(cell))).data
}

/** A cell that `readTopicsCell` reads as the same topics; readable for people if possible. */
export function topicsCell(topics: readonly TopicText[]): string {
  const plain = topics.map(({ query }) => query).join('; ')
  const read = undefinedIfThrown(() => readTopicsCell(plain, (query) => ({ query })))
  if (isDeepStrictEqual(read, topics)) return plain
  // Most topics have no name of their own. Written once, long ones stay within MAX_RECORD_LENGTH.
  return JSON.stringify(topics.map((one) => (one.name === one.query ? one.query : one)))
}
