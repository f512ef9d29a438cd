import { addDays, type Day, instantOf, localDayOf, type Weekday } from '../core/dates.ts'
import { Fault } from '../core/errors.ts'

export const SUBSCRIBER_STATES = ['pending', 'active', 'paused', 'unsubscribed', 'suppressed'] as const
export type SubscriberState = (typeof SUBSCRIBER_STATES)[number]

export const FORMATS = ['html', 'text'] as const
export type MailFormat = (typeof FORMATS)[number]

export const DETAILS = ['full', 'titles'] as const
/** How much of each paper an email shows. */
export type MailDetail = (typeof DETAILS)[number]

export const MAX_PAPERS = 25
export const MAX_TOPICS = 20
/**
 * The maximum size of one subscriber's topics together, in bytes: encoded three characters for a byte, they fit in a
 * form (BODY_LIMIT) and in a row of an export (MAX_RECORD_LENGTH).
 */
const MAX_TOPICS_BYTES = 24 * 1024
/** The codes of the faults about these limits. */
export const TOPIC_LIMIT_FAULTS: readonly string[] = ['topics.too-many', 'topics.too-long']

export interface Schedule {
  zone: string
  /** 0 to 23, local. */
  hour: number
  /** In the order of the week, at least one. */
  days: Weekday[]
}

export interface SubscriberSettings extends Schedule {
  maxPapers: number
  format: MailFormat
  detail: MailDetail
  /** Emails also show up to three papers that match no topic but come close to one. */
  related: boolean
}

export interface TopicText {
  name: string
  query: string
}

const bytesOf = (topics: readonly TopicText[]): number =>
  Buffer.byteLength(topics.map(({ name, query }) => (name === query ? query : name + query)).join(''))

/** The topics, or their queries. Throws topics.too-many. */
export function requireFewTopics<T>(topics: T[]): T[] {
  const count = topics.length
  if (count > MAX_TOPICS) throw new Fault('topics.too-many', { count, most: MAX_TOPICS })
  return topics
}

/** Refuses topics that are too long together, unless they were longer `before`. Throws topics.too-long. */
export function requireTopicsSize(topics: readonly TopicText[], before: readonly TopicText[] = []): void {
  const bytes = bytesOf(topics)
  if (bytes > MAX_TOPICS_BYTES && bytes > bytesOf(before))
    throw new Fault('topics.too-long', { bytes, most: MAX_TOPICS_BYTES })
}

/** Those of the `requested` topics that a subscriber with the topics `kept` has room for, in order. */
export function topicsThatFit(kept: readonly TopicText[], requested: readonly TopicText[]): TopicText[] {
  const all = [...kept]
  for (const topic of requested)
    if (all.length < MAX_TOPICS && bytesOf([...all, topic]) <= MAX_TOPICS_BYTES) all.push(topic)
  return all.slice(kept.length)
}

export interface SignupRequest extends SubscriberSettings {
  topics: TopicText[]
}

export interface Subscriber extends SubscriberSettings {
  id: string
  address: string
  addressKey: string
  addressHash: string
  state: SubscriberState
  /** The state that an undo or a lifted suppression restores; null if there was no earlier one. */
  stateBefore: SubscriberState | null
  epoch: number
  createdAt: Date
  confirmedAt: Date | null
  startDate: Day | null
  pausedUntil: Day | null
}

/** Whether they have a subscription: digests are sent, or resume after a pause. */
export const hasSubscription = ({ state }: Pick<Subscriber, 'state'>): boolean =>
  state === 'active' || state === 'paused'

/** Throws subscriber.state. */
export function requireSubscription(subscriber: Pick<Subscriber, 'state'>): void {
  if (hasSubscription(subscriber)) return
  throw new Fault('subscriber.state', { state: subscriber.state, needed: 'active or paused' })
}

/** The first local day whose hour is after `now`: no digest is due before it. */
export function startDateOf(now: Date, { zone, hour }: Schedule): Day {
  const today = localDayOf(now, zone)
  return instantOf(today, hour, zone) > now ? today : addDays(today, 1)
}
