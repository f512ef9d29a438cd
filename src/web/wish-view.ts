import type { DueDate } from '../digests/due.ts'
import { describeTopic } from '../flows/signup/read-signup.ts'
import type { Schedule, SubscriberSettings, TopicText } from '../subscribers/subscriber.ts'
import { hourOfDay, longDate, weekdays } from '../words/dates.ts'

/** A topic as typed, and as it was understood. */
export interface TopicView {
  query: string
  words: string
}

export const topicViews = (topics: TopicText[]): TopicView[] =>
  topics.map(({ query }) => ({ query, words: describeTopic(query) }))

/** "Monday to Friday, 08:00, Asia/Tokyo" */
export const scheduleText = ({ days, hour, zone }: Schedule): string =>
  `${capital(weekdays(days))}, ${hourOfDay(hour)}, ${zone}`

/** "at most 15 papers, in plain text" */
export const sizeText = ({ maxPapers, format }: SubscriberSettings): string =>
  `At most ${maxPapers} papers${format === 'text' ? ', in plain text' : ''}`

/** "Wednesday, 25 November 2026, 08:00, Asia/Tokyo" */
export const firstMailText = (next: DueDate, { hour, zone }: Schedule): string =>
  `${longDate(next.localDate)}, ${hourOfDay(hour)}, ${zone}`

const capital = (text: string): string => text.slice(0, 1).toUpperCase() + text.slice(1)
