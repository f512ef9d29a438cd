import { type DueDate, nextDue } from '../../digests/due.ts'
import { hourOfDay, longDate, longDateWithoutYear, weekdaysText } from '../../i18n/dates.ts'
import { counted, fill, words } from '../../i18n/words.ts'
import { describeTopic, isReadable } from '../../subscribers/read-signup.ts'
import type { Schedule, SubscriberSettings, TopicText } from '../../subscribers/subscriber.ts'

/** A topic as typed, and in words. */
export interface TopicView {
  query: string
  words: string
}

export const topicViews = (topics: TopicText[]): TopicView[] =>
  topics.map(({ query }) => ({ query, words: understoodOf(query) }))

/** Describes a stored query, or says that the current grammar cannot read it. */
export const understoodOf = (query: string): string =>
  isReadable(query) ? describeTopic(query) : words.requestSummary.unreadable

/** "Monday to Friday at 08:00, Asia/Tokyo" */
export const scheduleText = ({ days, hour, zone }: Schedule): string =>
  fill(words.requestSummary.schedule, { days: capital(weekdaysText(days)), hour: hourOfDay(hour), zone })

/** "At most 15 papers, titles only, in plain text" */
export function sizeText({ maxPapers, format, detail }: SubscriberSettings): string {
  const papers = counted(maxPapers, words.requestSummary.max)
  const size = detail === 'titles' ? fill(words.requestSummary.titles, { size: papers }) : papers
  return format === 'text' ? fill(words.requestSummary.text, { size }) : size
}

/** "Wednesday, 25 November 2026 at 08:00 (Asia/Tokyo)" */
export const firstEmailText = (next: DueDate, { hour, zone }: Schedule): string =>
  fill(words.schedule.moment, { day: longDate(next.localDate), hour: hourOfDay(hour), zone })

/** "Monday to Friday at 08:00, UTC; first mail Wednesday, 25 November.", if they confirm now. */
export function whenText(schedule: Schedule, now: Date): string {
  const next = nextDue({ ...schedule, startDate: null }, now)
  return fill(words.form.when, {
    schedule: scheduleText(schedule),
    first: next ? longDateWithoutYear(next.localDate) : '',
  })
}

const capital = (text: string): string => text.slice(0, 1).toUpperCase() + text.slice(1)
