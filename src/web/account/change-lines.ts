import type { Day } from '../../core/dates.ts'
import { dateRelativeTo, hourOfDay, weekdaysText } from '../../i18n/dates.ts'
import { fill, listed, words } from '../../i18n/words.ts'
import {
  changedSettings,
  type SettingName,
  type Subscription,
  topicDifference,
} from '../../subscribers/change.ts'
import type { TopicText } from '../../subscribers/subscriber.ts'

/** Describes what a change altered: "Hour: 08:00 → 19:00". `today` is the reader's date. */
export function changeLines(before: Subscription, after: Subscription, today: Day): string[] {
  return [
    ...changedSettings(before, after).map((name) => settingLine(name, before, after)),
    ...topicLines(before.topics, after.topics),
    ...pauseLines(before, after, today),
  ]
}

const line = (what: string, before: string, after: string): string =>
  fill(words.manage.said.line, { what, before, after })

function settingLine(name: SettingName, before: Subscription, after: Subscription): string {
  const textOf = VALUE[name]
  return line(LABEL[name], textOf(before), textOf(after))
}

const LABEL: Record<SettingName, string> = {
  hour: words.form.hour,
  zone: words.form.zone,
  days: words.form.days,
  maxPapers: words.form.max,
  format: words.form.format,
  detail: words.form.detail,
}

const VALUE: Record<SettingName, (subscription: Subscription) => string> = {
  hour: ({ hour }) => hourOfDay(hour),
  zone: ({ zone }) => zone,
  days: ({ days }) => weekdaysText(days),
  maxPapers: ({ maxPapers }) => String(maxPapers),
  format: ({ format }) => words.form.formats[format],
  detail: ({ detail }) => words.form.details[detail],
}

function topicLines(before: TopicText[], after: TopicText[]): string[] {
  const { said } = words.manage
  const { added, removed, edited, reordered } = topicDifference(before, after)
  return [
    ...added.map(({ name }) => fill(said.added, { name })),
    ...removed.map(({ name }) => fill(said.removed, { name })),
    ...edited.map(({ from, to }) => editLine(from, to)),
    ...(reordered ? [fill(said.order, { names: listed(after.map(({ name }) => name)) })] : []),
  ]
}

/**
 * For a topic named after its query, one line with both queries; for a topic with its own name, the query and the name.
 */
function editLine(from: TopicText, to: TopicText): string {
  const { said } = words.manage
  if (from.query === to.query) return line(said.name, from.name, to.name)
  if (from.name === from.query && to.name === to.query) return line(said.topic, from.query, to.query)
  const wordsLine = line(fill(said.topicNamed, { name: from.name }), from.query, to.query)
  return from.name === to.name ? wordsLine : fill(said.renamedToo, { line: wordsLine, name: to.name })
}

function pauseLines(before: Subscription, after: Subscription, today: Day): string[] {
  const { said } = words.manage
  if (before.state === after.state && before.pausedUntil === after.pausedUntil) return []
  if (after.state === 'active') return [said.resumed]
  return before.state === 'paused'
    ? [line(said.pause, untilText(before.pausedUntil, today), untilText(after.pausedUntil, today))]
    : [fill(said.paused, { until: untilText(after.pausedUntil, today) })]
}

/** "until Tuesday, 1 December", "until you resume" */
export const untilText = (until: Day | null, today: Day): string =>
  until ? fill(words.manage.until, { date: dateRelativeTo(today, until) }) : words.manage.untilResumed
