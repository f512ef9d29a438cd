import type { Day } from '../core/dates.ts'
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

/** One change of a subscription, with its values before and after. */
export interface Change {
  id: number
  subscriberId: string
  at: Date
  /** page, operator, … */
  how: string
  before: Subscription
  after: Subscription
}

const SETTING_NAMES = ['zone', 'hour', 'days', 'maxPapers', 'format', 'detail'] as const
export type SettingName = (typeof SETTING_NAMES)[number]

/** A topic that changed in place: its query, its name, or both. */
export interface TopicEdit {
  from: TopicText
  to: TopicText
}

export interface TopicDifference {
  /** In the subscriber's order. */
  added: TopicText[]
  removed: TopicText[]
  edited: TopicEdit[]
  /** The topics present before and after are in a different order. */
  reordered: boolean
}

/** The settings that differ. */
export const changedSettings = (before: Subscription, after: Subscription): SettingName[] =>
  SETTING_NAMES.filter((name) => String(before[name]) !== String(after[name]))

export const isRescheduled = (before: Subscription, after: Subscription): boolean =>
  changedSettings(before, after).some((name) => name === 'zone' || name === 'hour' || name === 'days')

/** Compares topics. A topic whose query was replaced by another one at the same position counts as edited. */
export function topicDifference(before: readonly TopicText[], after: readonly TopicText[]): TopicDifference {
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
