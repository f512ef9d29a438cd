import type { Config } from '../config/config.ts'
import { Fault } from '../core/errors.ts'
import { FieldReader } from '../core/field-faults.ts'
import { describeQuery } from '../queries/language/describe-query.ts'
import { parseQuery } from '../queries/language/parse-query.ts'
import { splitFields } from '../queries/language/split-topics.ts'
import { isBlank, type QueryParts, writeQuery } from '../queries/language/write-query.ts'
import { GRAMMAR_VERSION } from '../queries/query.ts'
import { type Address, parseAddress } from './address.ts'
import { readSettings, type TypedSettings } from './settings.ts'
import { MAX_TOPICS, type SignupRequest, type SubscriberSettings, type TopicText } from './subscriber.ts'
import type { ParsedTopic } from './topic.repo.ts'

/** A sign-up request as typed: on the form, in JSON, on the command line. */
export interface TypedSignup extends TypedSettings {
  email: string
  /** Each may contain several, split as `splitTopics` does. */
  topics: readonly string[]
  /** One more topic, in parts. */
  parts?: QueryParts
}

export interface CheckedSignup {
  address: Address
  request: SignupRequest
}

const defaultSettings = (config: Config): SubscriberSettings => ({
  zone: config.DIGEST_ZONE,
  hour: config.DIGEST_HOUR,
  days: config.DIGEST_DAYS,
  maxPapers: config.DIGEST_MAX,
  format: 'html',
  detail: 'full',
})

/** Throws FieldFaults with every field that is wrong: email, topic, those of TypedSettings and of QueryParts. */
export function readSignup(config: Config, typed: TypedSignup): CheckedSignup {
  const fields = new FieldReader()
  const address = fields.read('email', { address: '', key: '' }, () => parseAddress(typed.email))
  const topics = fields.read('topic', [], () => readTopics(typed))
  const settings = readSettings(typed, defaultSettings(config), fields)
  fields.finish()
  return { address, request: { ...settings, topics } }
}

/** The typed settings, with the site's defaults for the rest. Throws FieldFaults with the names of TypedSettings. */
export function readTypedSettings(config: Config, typed: TypedSettings): SubscriberSettings {
  const fields = new FieldReader()
  const settings = readSettings(typed, defaultSettings(config), fields)
  fields.finish()
  return settings
}

/** Each topic once. Throws FieldFaults: topic, and the names of QueryParts. */
export function readTopics({ topics, parts }: Pick<TypedSignup, 'topics' | 'parts'>): TopicText[] {
  const fields = new FieldReader()
  const written = parts && !isBlank(parts) ? fields.read('any', '', () => writeQuery(parts)) : ''
  // Before parsing any of them: a visitor may send thousands.
  const texts = fields.read('topic', [], () => splitWithinLimit([...topics, written]))
  const parsed = texts.map((text) => fields.read('topic', undefined, () => parseTopic(text)))
  fields.finish()
  return distinct(parsed.filter((topic) => topic !== undefined))
}

/** Throws query.* with the column if the text cannot be read. */
export function parseTopic(text: string): ParsedTopic {
  return { name: text, query: text, tree: parseQuery(text), grammar: GRAMMAR_VERSION }
}

/** Whether the current grammar reads a query: a stored one may be older. */
export function isReadable(query: string): boolean {
  try {
    parseQuery(query)
    return true
  } catch (error) {
    if (error instanceof Fault) return false
    throw error
  }
}

/** Describes a query in plain words. Throws query.*. */
export const describeTopic = (query: string): string => describeQuery(parseQuery(query))

function splitWithinLimit(typed: readonly string[]): string[] {
  const texts = splitFields(typed)
  const count = texts.length
  if (count > MAX_TOPICS) throw new Fault('topics.too-many', { count, most: MAX_TOPICS })
  return texts
}

const distinct = (topics: TopicText[]): TopicText[] => [
  ...new Map(topics.map(({ name, query }) => [query, { name, query }])).values(),
]
