import { Fault, readFields } from '../core/errors.ts'
import { words } from '../i18n/words.ts'
import { readPaperName } from '../queries/language/paper-name.ts'
import { cleanText, splitTopics } from '../queries/language/split-topics.ts'
import { parseTopic } from './read-signup.ts'
import { requireFewTopics, type TopicText } from './subscriber.ts'

// Topics as a text file that people keep and edit: each line is a query, [Name] is above the query that it names, and #
// begins a comment. A \ precedes a query that begins with one of these, and a name that looks like a paper's.

const MAX_NAME_LENGTH = 100

const NAME = /^\[(.+)\]$/
const COMMENT = /^#/

const linesOf = (text: string): string[] =>
  text
    .replace(/^\ufeff/, '')
    .split(/\r\n|[\n\r]/)
    .map(cleanText)
    .filter(Boolean)

/** [2507.06457] is a paper, and [\2507.06457] a name. */
function nameIn(line: string): string | undefined {
  const name = NAME.exec(line)?.[1]?.trim()
  if (name?.startsWith('\\')) return isPaper(name.replace(/^\\+/, '')) ? name.slice(1) : name
  return readPaperName(line) === undefined ? name : undefined
}

const isPaper = (name: string): boolean => readPaperName(`[${name}]`) !== undefined

/** Whether a text has this format, rather than what people type into a plain field. */
export function isTopicsText(text: string): boolean {
  const lines = linesOf(text)
  return lines.length > 1 && lines.some((line) => nameIn(line) !== undefined || /^#(?: |$)/.test(line))
}

/** The topics of such a text, in its order, each query once. Throws topics.no-query. */
export function parseTopicsText(text: string): TopicText[] {
  const topics = new Map<string, TopicText>()
  let name: string | undefined
  for (const line of linesOf(text).filter((one) => !COMMENT.test(one))) {
    const next = nameIn(line)
    if (next !== undefined) {
      requireQuery(name)
      name = next
      continue
    }
    const query = line.replace(/^\\(?=\\*[#[])/, '')
    // A comma separates topics here too, but not those under one name.
    const queries = name === undefined ? splitTopics(query) : [query]
    for (const one of queries) if (!topics.has(one)) topics.set(one, { name: name ?? one, query: one })
    name = undefined
  }
  requireQuery(name)
  return [...topics.values()]
}

function requireQuery(name: string | undefined): void {
  if (name !== undefined) throw new Fault('topics.no-query', { name: name.slice(0, 100) })
}

/** Cleans a typed topic name. Throws topic.long-name. */
export function parseTopicName(typed: string): string {
  const name = cleanText(typed)
  if (name.length > MAX_NAME_LENGTH) throw new Fault('topic.long-name', { most: MAX_NAME_LENGTH })
  return name
}

/** The text that `parseTopicsText` reads as these topics. */
export const formatTopicsText = (topics: readonly TopicText[]): string =>
  [`# ${words.topicsFile.head}`, ...topics.map(topicText)].join('\n\n').concat('\n')

function topicText({ name, query }: TopicText): string {
  const line = /^\\*[#[]/.test(query) ? `\\${query}` : query
  const topics = splitTopics(query)
  const isPlain = name === query && topics.length === 1 && topics[0] === query
  return isPlain ? line : `[${nameText(cleanText(name))}]\n${line}`
}

const nameText = (name: string): string => (isPaper(name.replace(/^\\+/, '')) ? `\\${name}` : name)

/** Reads the topics of a text that `formatTopicsText` writes, with their names. Throws FieldFaults: topic. */
export const readTopicsText = (text: string): TopicText[] =>
  readFields((fields) => {
    // Before parsing any of them: a visitor may send thousands.
    const listed = fields.read('topic', [], () => requireFewTopics(parseTopicsText(text)))
    return listed.map((topic) => fields.read('topic', topic, () => checked(topic)))
  })

/** A topic without a name is named after its query, however long. */
function checked({ name, query }: TopicText): TopicText {
  const called = name === query ? '' : parseTopicName(name)
  return { name: called || query, query: parseTopic(query).query }
}
