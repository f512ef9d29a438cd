import { addDays, parseDay } from '../core/dates.ts'
import { Fault, FieldFaults, readFields } from '../core/errors.ts'
import { splitTopics } from '../queries/language/split-topics.ts'
import { requirePauseEnd, type Subscription } from '../subscribers/change.ts'
import { parseTopic, readSettings, readTopics, type TypedSettings } from '../subscribers/read-signup.ts'
import type { TopicText } from '../subscribers/subscriber.ts'
import type { StoredTopic } from '../subscribers/topic.repo.ts'
import { isTopicsText, parseTopicName, readTopicsText } from '../subscribers/topics-text.ts'
import type { ChangeContext } from './change-by-link.ts'

// The changes that each form of a subscriber's own page requests. Values that do not differ are returned unchanged.

const PAUSE_DAYS = { week: 7, month: 30 }

/** Settings of one form, and its topics if it has any. Throws FieldFaults of both. */
export const settingsAndTopics = (
  typed: TypedSettings & { topic: string },
  held: ChangeContext,
): Partial<Subscription> =>
  readFields((fields) => ({
    ...readSettings(typed, held.subscriber, fields),
    ...(typed.topic.trim() !== '' && fields.read('topic', {}, () => addedTopics(typed.topic, held))),
  }))

/** The text may contain several topics, also with names. Throws FieldFaults: topic. */
export const addedTopics = (text: string, { topics }: ChangeContext): Partial<Subscription> =>
  readFields((fields) =>
    fields.read<Partial<Subscription>>('topic', {}, () => {
      if (text.trim() === '') throw new Fault('query.empty')
      const read = isTopicsText(text) ? readTopicsText(text) : readTopics({ topics: [text] })
      if (read.every((topic) => isThere(topics, topic.query))) throw new Fault('topic.exists')
      return { topics: [...plain(topics), ...read] }
    }),
  )

export interface TypedTopic {
  id: number
  query: string
  /** Undefined: unchanged. Empty: the topic has no name of its own. */
  name?: string
}

/** Changes the query or the name. Throws FieldFaults: query, name; topic if it was removed in the meantime. */
export function editedTopic(
  { id, query, name: typed }: TypedTopic,
  { topics }: ChangeContext,
): Partial<Subscription> {
  const kept = topics.find((topic) => topic.id === id)
  if (!kept) throw new FieldFaults([{ field: 'topic', fault: new Fault('topic.removed') }])
  const others = topics.filter((topic) => topic !== kept)
  const name = typed ?? (kept.name === kept.query ? '' : kept.name)
  const edited = readNamedTopic(name, () =>
    query.trim() === kept.query ? kept.query : readOneTopic(query, others),
  )
  return { topics: plain(topics.map((topic) => (topic === kept ? edited : topic))) }
}

/** Appends a topic; without a name, the query is its name. Throws FieldFaults: query, name. */
export function addedNamedTopic(
  { query, name }: TopicText,
  { topics }: ChangeContext,
): Partial<Subscription> {
  return { topics: [...plain(topics), readNamedTopic(name, () => readOneTopic(query, topics))] }
}

const readNamedTopic = (name: string, readQuery: () => string): TopicText =>
  readFields((fields) => {
    const query = fields.read('query', '', readQuery)
    return { query, name: fields.read('name', '', () => parseTopicName(name)) || query }
  })

/** Reads exactly one topic that is not among the others. Throws query.*, topic.several, topic.exists. */
export function readOneTopic(typed: string, others: readonly TopicText[]): string {
  const [text = '', ...more] = splitTopics(typed)
  if (more.length > 0) throw new Fault('topic.several', { count: more.length + 1 })
  if (isThere(others, text)) throw new Fault('topic.exists')
  return parseTopic(text).query
}

export const withoutTopic = (id: number, { topics }: ChangeContext): Partial<Subscription> => ({
  topics: plain(topics.filter((topic) => topic.id !== id)),
})

/** Moves a topic one position up or down. */
export function reorderedTopics(
  { id, to }: { id: number; to: string },
  { topics }: ChangeContext,
): Partial<Subscription> {
  const place = topics.findIndex((topic) => topic.id === id)
  const other = to === 'up' ? place - 1 : place + 1
  if (place < 0 || !topics[other]) return {}
  return { topics: plain(topics.with(place, topics[other]).with(other, topics[place]!)) }
}

/** Pauses for a week, a month, or until a date. Throws FieldFaults: until. */
export function pauseChange(
  typed: { for: string; until: string },
  { today }: ChangeContext,
): Partial<Subscription> {
  const days = typed.for === 'week' || typed.for === 'month' ? PAUSE_DAYS[typed.for] : undefined
  if (days) return { state: 'paused', pausedUntil: addDays(today, days) }
  return readFields((fields) =>
    fields.read<Partial<Subscription>>('until', {}, () => {
      // An empty field counts as today, so that the message is about the pause and not about the format of a date.
      const pausedUntil = parseDay(typed.until.trim() || today)
      requirePauseEnd(pausedUntil, today)
      return { state: 'paused', pausedUntil }
    }),
  )
}

export const resumeChange: Partial<Subscription> = { state: 'active', pausedUntil: null }

const isThere = (topics: readonly TopicText[], text: string): boolean =>
  topics.some(({ query }) => query === text)

const plain = (topics: readonly (TopicText | StoredTopic)[]): TopicText[] =>
  topics.map(({ name, query }) => ({ name, query }))
