import type { Day } from '../core/dates.ts'
import {
  type Change,
  changedSettings,
  isRescheduled,
  type Subscription,
  type TopicEdit,
  topicDifference,
} from './change.ts'
import type { TopicText } from './subscriber.ts'

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
