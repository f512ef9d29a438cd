import { addDays, type Day, instantOf, weekdayOf } from '../../core/dates.ts'
import type { SourceCalendar } from '../source.ts'
import { isHoliday } from './holidays.ts'

const ZONE = 'America/New_York'
const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const AFTER_MIDNIGHT_MS = 10 * MINUTE_MS
// A fetch that begins as late as this is over before the feed turns to the next day, waits for its turn included.
const BEFORE_MIDNIGHT_MS = 30 * MINUTE_MS
const LOOKS_AFTER_MS = [2 * HOUR_MS, 8 * HOUR_MS]

const midnight = (day: Day): number => instantOf(day, 0, ZONE).getTime()
const opens = (day: Day): number => midnight(day) + AFTER_MIDNIGHT_MS

// A holiday names the evening without an announcement: "deferred for 28 November 2019", a Thursday, went out on Sunday
// (arXiv's new/index.md), and "Sun 6 July" stood in the list of 2025. So the feed of the day after is the empty one.
const followsHoliday = (day: Day): boolean => isHoliday(addDays(day, -1))

/**
 * A source day is the announcement that the feed of its midnight in New York shows, made the evening before: Sunday to
 * Thursday, so that the feeds of Saturday and Sunday are empty: https://info.arxiv.org/help/availability.html
 */
export const calendar: SourceCalendar = {
  dayOffReason: (day) => {
    if (['sat', 'sun'].includes(weekdayOf(day))) return 'weekend'
    return followsHoliday(day) ? 'holiday' : undefined
  },
  opensAt: (day) => new Date(opens(day)),
  stallsAt: (day) => new Date(opens(day) + 12 * HOUR_MS),
  closesAt: (day) => new Date(opens(addDays(day, 1))),
  refetchAfterMs: ({ day, now, papers }) => {
    if (papers === 0) return calendar.dayOffReason(day) ? HOUR_MS : 20 * MINUTE_MS
    const looks = [...LOOKS_AFTER_MS.map((ms) => opens(day) + ms), opens(addDays(day, 1))]
    const next = looks.find((at) => at > now.getTime())
    return next ? next - now.getTime() : 20 * MINUTE_MS
  },
  refreshVotesAfterMs: () => null,
}

/** Whether what the feed shows now, and for the next half hour, is this day's announcement, or none yet. */
export const isInFeed = (day: Day, now: Date): boolean =>
  now.getTime() >= opens(day) && now.getTime() < midnight(addDays(day, 1)) - BEFORE_MIDNIGHT_MS
