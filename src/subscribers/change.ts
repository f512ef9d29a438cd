import { addDays, type Day } from '../core/dates.ts'
import { Fault } from '../core/errors.ts'
import { dateInWords } from '../i18n/dates.ts'
import type { SubscriberSettings, SubscriberState, TopicText } from './subscriber.ts'

/** Everything that decides what a subscriber gets. */
export interface Subscription extends SubscriberSettings {
  /** In the subscriber's order; each with the id of its row, if it has one. */
  topics: (TopicText & { id?: number })[]
  state: SubscriberState
  /** The local date on which digests resume; null while active, or paused without an end. */
  pausedUntil: Day | null
  /** The first local date that counts under this schedule. It follows from a change and is not a change of its own. */
  startDate?: Day | null
}

export interface Change {
  id: number
  subscriberId: string
  at: Date
  /** page, operator, … */
  how: string
  before: Subscription
  after: Subscription
}

const SETTING_NAMES = ['zone', 'hour', 'days', 'maxPapers', 'format', 'detail', 'related'] as const
export type SettingName = (typeof SETTING_NAMES)[number]

/** A topic that changed in place: its query, its name, or both. */
interface TopicEdit {
  from: TopicText
  to: TopicText
}

export const changedSettings = (before: Subscription, after: Subscription): SettingName[] =>
  SETTING_NAMES.filter((name) => String(before[name]) !== String(after[name]))

export const isRescheduled = (before: Subscription, after: Subscription): boolean =>
  changedSettings(before, after).some((name) => name === 'zone' || name === 'hour' || name === 'days')

/**
 * Compares topics, in the subscriber's order. A topic whose query was replaced by another one at the same position counts
 * as edited. `reordered`: those present before and after are in a different order.
 */
export function topicDifference(before: readonly TopicText[], after: readonly TopicText[]) {
  const edits = pairTopics(before, after)
  const added = after.filter((topic) => edits.every(({ to }) => to !== topic))
  const removed = before.filter((topic) => edits.every(({ from }) => from !== topic))
  const places = edits.map(({ from }) => before.indexOf(from))
  return {
    added,
    removed,
    edited: edits.filter(({ from, to }) => from.name !== to.name || from.query !== to.query),
    reordered: places.some((place, i) => i > 0 && place < places[i - 1]!),
  }
}

/** Each topic that is present before and after, in the order of `after`. */
export const pairTopics = (before: readonly TopicText[], after: readonly TopicText[]): TopicEdit[] =>
  after.flatMap((to, place) => {
    const from = before.find(({ query }) => query === to.query) ?? replacedTopic(before, after, place)
    return from ? [{ from, to }] : []
  })

function replacedTopic(
  before: readonly TopicText[],
  after: readonly TopicText[],
  place: number,
): TopicText | undefined {
  const there = before.length === after.length ? before[place] : undefined
  return there && after.every(({ query }) => query !== there.query) ? there : undefined
}

/** Whether two subscriptions are equal in effect. */
export const isSameSubscription = (one: Subscription, other: Subscription): boolean =>
  changedSettings(one, other).length === 0 &&
  one.state === other.state &&
  one.pausedUntil === other.pausedUntil &&
  JSON.stringify(one.topics.map(textOf)) === JSON.stringify(other.topics.map(textOf))

const textOf = ({ name, query }: TopicText) => [name, query]

/** Value of `how` for a pause that the subscriber did not request: an email bounced from a full mailbox. */
export const MAILBOX_FULL = 'mailbox full'

const MAX_DAYS = 365

/**
 * A subscription whose pause has ended on the subscriber's own `today` is active, although its row keeps the state
 * paused until the next date on which something is due.
 */
export const withoutEndedPause = <T extends Pick<Subscription, 'state' | 'pausedUntil'>>(
  subscription: T,
  today: Day,
): T =>
  subscription.state === 'paused' && subscription.pausedUntil !== null && subscription.pausedUntil <= today
    ? { ...subscription, state: 'active', pausedUntil: null }
    : subscription

/** Throws setting.until if the end of a pause is in the past, or more than a year away. */
export function requirePauseEnd(until: Day, today: Day): void {
  const latest = addDays(today, MAX_DAYS)
  if (until <= today || until > latest) {
    const [earliest, last] = [addDays(today, 1), latest].map(dateInWords)
    throw new Fault('setting.until', { value: until, earliest: earliest!, latest: last! })
  }
}

/**
 * The changes that restore what a change altered, and nothing else: later changes of other things stay. It omits what
 * has its old value already, or cannot get it back. A schedule is restored with its start date. `today` is the
 * subscriber's.
 */
export function changesToUndo(
  now: Subscription,
  { before, after }: Pick<Change, 'before' | 'after'>,
  today: Day,
): Partial<Subscription> {
  const settings = changedSettings(before, after).map((name) => [name, before[name]])
  const topics = restoreTopics(now.topics, before.topics, after.topics)
  const start = isRescheduled(before, after) ? { startDate: before.startDate } : {}
  return { ...Object.fromEntries(settings), ...start, ...restorePause(now, before, after, today), topics }
}

function restorePause(
  now: Subscription,
  before: Subscription,
  after: Subscription,
  today: Day,
): Partial<Subscription> {
  const { state, pausedUntil } = before
  if (state === after.state && pausedUntil === after.pausedUntil) return {}
  const isOver = state === 'paused' && pausedUntil !== null && pausedUntil <= today
  return isOver && now.state === 'active' ? {} : { state, pausedUntil }
}

function restoreTopics(now: TopicText[], before: TopicText[], after: TopicText[]): TopicText[] {
  const { added, removed, edited, reordered } = topicDifference(before, after)
  const left = now.filter(({ query }) => added.every((topic) => topic.query !== query))
  const topics = left.map((topic) => revertEdit(topic, edited))
  for (const topic of removed) {
    const isThere = topics.some(({ query }) => query === topic.query)
    if (!isThere) topics.splice(Math.min(before.indexOf(topic), topics.length), 0, topic)
  }
  return reordered ? inOrderOf(before, topics) : topics
}

function revertEdit(topic: TopicText, edited: TopicEdit[]): TopicText {
  const edit = edited.find(({ to }) => to.query === topic.query)
  if (!edit) return topic
  const { from, to } = edit
  return { query: from.query, name: from.name === to.name ? topic.name : from.name }
}

/** Puts the topics that were there before into their earlier order, within the positions that they have now. */
function inOrderOf(before: TopicText[], topics: TopicText[]): TopicText[] {
  const place = ({ query }: TopicText) => before.findIndex((topic) => topic.query === query)
  const sorted = topics.filter((topic) => place(topic) >= 0).sort((a, b) => place(a) - place(b))
  return topics.map((topic) => (place(topic) >= 0 ? sorted.shift()! : topic))
}
