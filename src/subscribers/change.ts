import type { Day } from '../core/dates.ts'
import type { SubscriberSettings, SubscriberState, TopicText } from './subscriber.ts'

/** All that decides what somebody gets. */
export interface Subscription extends SubscriberSettings {
  /** In the subscriber's order; with the id of its row where one is known. */
  topics: (TopicText & { id?: number })[]
  state: SubscriberState
  /** The local date on which digests come again; null while active, or until somebody resumes. */
  pausedUntil: Day | null
  /** The first local date that counts under this schedule; follows from a change, and is none by itself. */
  startDate?: Day | null
}

/** One change of what somebody gets, with what stood before it and after it. */
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

/** A topic that changed in place: other words, another name, or both. */
export interface TopicEdit {
  from: TopicText
  to: TopicText
}

export interface TopicDifference {
  /** In their order. */
  added: TopicText[]
  removed: TopicText[]
  edited: TopicEdit[]
  /** Those that stood before and stand now come in another order. */
  reordered: boolean
}

/** The settings that differ. */
export const changedSettings = (before: Subscription, after: Subscription): SettingName[] =>
  SETTING_NAMES.filter((name) => String(before[name]) !== String(after[name]))

export const isRescheduled = (before: Subscription, after: Subscription): boolean =>
  changedSettings(before, after).some((name) => name === 'zone' || name === 'hour' || name === 'days')

/** What happened to the topics. One whose query gave way to another at the same place was edited. */
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

/** Each topic that stood before and stands now, as it was and as it is, in the order of now. */
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

/** Whether two standings come to the same. */
export const isSameSubscription = (one: Subscription, other: Subscription): boolean =>
  changedSettings(one, other).length === 0 &&
  one.state === other.state &&
  one.pausedUntil === other.pausedUntil &&
  JSON.stringify(one.topics.map(textOf)) === JSON.stringify(other.topics.map(textOf))

const textOf = ({ name, query }: TopicText) => [name, query]
