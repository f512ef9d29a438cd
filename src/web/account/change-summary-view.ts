import { UNDO_HOW } from '../../account/change-by-link.ts'
import type { LinkHolder } from '../../account/open-manage-page.ts'
import type { Day } from '../../core/dates.ts'
import { type DueDate, nextDue } from '../../digests/due.ts'
import {
  dateAndTime,
  dateRelativeTo,
  hourOfDay,
  longDate,
  longDateWithoutYear,
  weekdaysText,
} from '../../i18n/dates.ts'
import { capitalized, counted, fill, listed, words } from '../../i18n/words.ts'
import { cityOfZone } from '../../i18n/zones.ts'
import { truncateAtWord } from '../../mail/rendering/text.ts'
import { topicName } from '../../queries/language/topic-name.ts'
import {
  changedSettings,
  type SettingName,
  type Subscription,
  topicDifference,
} from '../../subscribers/change.ts'
import { describeTopic, isReadable } from '../../subscribers/read-signup.ts'
import type { Schedule, SubscriberSettings, TopicText } from '../../subscribers/subscriber.ts'

/** A confirmation of a change. */
export interface ChangeSummaryView {
  heading: string
  lines: string[]
  /** When the next email is sent now; empty if that did not change. */
  next: string
  /** The id of the change that a button undoes; null if there is nothing to undo. */
  undo: number | null
}

/** A confirmation of something that cannot be undone. */
export const summaryOfLine = (heading: string, line = ''): ChangeSummaryView => ({
  heading,
  lines: [line].filter(Boolean),
  next: '',
  undo: null,
})

export const NO_CHANGE_SUMMARY = summaryOfLine(words.manage.said.nothing)

export function changeSummaryView(holder: LinkHolder): ChangeSummaryView | null {
  const { change, today } = holder
  if (!change) return null
  const isRescheduled = scheduleKey(change.before) !== scheduleKey(change.after)
  return {
    heading: saidHeading(change, holder.subscriber.zone),
    lines: changeLines(change.before, change.after, today),
    next: change.isNewest && isRescheduled ? nextAfter(holder) : '',
    undo: change.canBeUndone ? change.id : null,
  }
}

function saidHeading({ isNewest, how, at }: NonNullable<LinkHolder['change']>, zone: string): string {
  const { said } = words.manage
  if (!isNewest) return fill(said.earlier, { at: dateAndTime(at.toISOString(), zone) })
  return how === UNDO_HOW ? said.undone : said.saved
}

function nextAfter({ subscriber, next, today }: LinkHolder): string {
  const { said } = words.manage
  if (!next) return ''
  const when = { when: nextEmailText(next, today), hour: hourOfDay(subscriber.hour) }
  return next.now ? said.nextNow : fill(said.next, when)
}

const scheduleKey = ({ zone, hour, days, state, pausedUntil }: Subscription): string =>
  [zone, hour, days, state, pausedUntil].join()

/** "soon", "today", "Friday 4 December" */
export function nextEmailText({ localDate, now }: NonNullable<LinkHolder['next']>, today: string): string {
  const { when } = words.manage
  if (now) return when.now
  return localDate === today ? when.today : dateRelativeTo(today, localDate)
}

/** Describes what a change altered: "Hour: 08:00 → 19:00". `today` is the reader's date. */
export function changeLines(before: Subscription, after: Subscription, today: Day): string[] {
  return [
    ...changedSettings(before, after).map((name) =>
      line(LABEL[name], VALUE[name](before), VALUE[name](after)),
    ),
    ...topicLines(before.topics, after.topics),
    ...pauseLines(before, after, today),
  ]
}

const line = (what: string, before: string, after: string): string =>
  fill(words.manage.said.line, { what, before, after })

const LABEL: Record<SettingName, string> = {
  hour: words.form.hour,
  zone: words.form.zone,
  days: words.form.days,
  maxPapers: words.form.max,
  format: words.form.format,
  detail: words.form.detail,
  related: words.form.related,
}

const VALUE: Record<SettingName, (subscription: Subscription) => string> = {
  hour: ({ hour }) => hourOfDay(hour),
  zone: ({ zone }) => cityOfZone(zone),
  days: ({ days }) => weekdaysText(days),
  maxPapers: ({ maxPapers }) => String(maxPapers),
  format: ({ format }) => words.form.formats[format],
  detail: ({ detail }) => words.form.details[detail],
  related: ({ related }) => words.form.relatedChoices[related ? 'true' : 'false'],
}

function topicLines(before: TopicText[], after: TopicText[]): string[] {
  const { said } = words.manage
  const { added, removed, edited, reordered } = topicDifference(before, after)
  return [
    ...added.map(nameText).map((name) => fill(said.added, { name })),
    ...removed.map(nameText).map((name) => fill(said.removed, { name })),
    ...edited.map(({ from, to }) => editLine(from, to)),
    ...(reordered ? [fill(said.order, { names: listed(after.map(nameText)) })] : []),
  ]
}

/** A topic as its heading names it, within a sentence. */
const nameText = (topic: TopicText): string => shortTopic(topicName(topic))

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

/** "until Tuesday 1 December", "until you resume" */
export const untilText = (until: Day | null, today: Day): string =>
  until ? fill(words.manage.until, { date: dateRelativeTo(today, until) }) : words.manage.untilResumed

const MAX_TOPIC_LENGTH = 120

/** A topic as a heading, or in a sentence. */
export const shortTopic = (topic: string): string => truncateAtWord(topic, MAX_TOPIC_LENGTH)

/** Describes a stored query, or says that the current grammar cannot read it. */
export const understoodOf = (query: string): string =>
  isReadable(query) ? describeTopic(query) : words.requestSummary.unreadable

/** "Monday to Friday at 08:00, Tokyo" */
export const scheduleText = ({ days, hour, zone }: Schedule): string =>
  fill(words.requestSummary.schedule, {
    days: capitalized(weekdaysText(days)),
    hour: hourOfDay(hour),
    zone: cityOfZone(zone),
  })

/** "At most 15 papers, titles only, in plain text" */
export function sizeText({ maxPapers, format, detail }: SubscriberSettings): string {
  const papers = counted(maxPapers, words.requestSummary.max)
  const size = detail === 'titles' ? fill(words.requestSummary.titles, { size: papers }) : papers
  return format === 'text' ? fill(words.requestSummary.text, { size }) : size
}

/** "Wednesday 25 November 2026 at 08:00 (Tokyo)" */
export const firstEmailText = (next: DueDate, { hour, zone }: Schedule): string =>
  fill(words.schedule.moment, {
    day: longDate(next.localDate),
    hour: hourOfDay(hour),
    zone: cityOfZone(zone),
  })

/** "Monday to Friday at 08:00, UTC; first mail Wednesday 25 November.", if they confirm now. */
export function whenText(schedule: Schedule, now: Date): string {
  const next = nextDue({ ...schedule, startDate: null }, now)
  return fill(words.form.when, {
    schedule: scheduleText(schedule),
    first: next ? longDateWithoutYear(next.localDate) : '',
  })
}
