import {
  addDays,
  type Day,
  HOUR_MS,
  instantOf,
  MINUTE_MS,
  type Weekday,
  weekdayOf,
} from '../../core/dates.ts'
import type { SourceCalendar } from '../source.ts'

const ZONE = 'America/New_York'
const AFTER_MIDNIGHT_MS = 10 * MINUTE_MS
// A fetch that starts before this is over before the feed switches to the next day, including the wait for the
// throttle.
const BEFORE_MIDNIGHT_MS = 30 * MINUTE_MS
const LOOKS_AFTER_MS = [2 * HOUR_MS, 8 * HOUR_MS]

const midnight = (day: Day): number => instantOf(day, 0, ZONE).getTime()
const opens = (day: Day): number => midnight(day) + AFTER_MIDNIGHT_MS

/**
 * A source day is the announcement in the feed from midnight in New York. arXiv announces papers the evening before,
 * Sunday to Thursday, so the feeds of Saturday and Sunday are empty: https://info.arxiv.org/help/availability.html
 */
export const calendar: SourceCalendar = {
  dayOffReason: (day) => {
    if (['sat', 'sun'].includes(weekdayOf(day))) return 'weekend'
    // A holiday is the evening without an announcement: "deferred for 28 November 2019", a Thursday, appeared on Sunday
    // (arXiv's new/index.md), and the list of 2025 had "Sun 6 July". So the feed of the next day is empty.
    return isHoliday(addDays(day, -1)) ? 'holiday' : undefined
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

/** Whether the feed shows this day's announcement, or is still empty, now and for the next half hour. */
export const isInFeed = (day: Day, now: Date): boolean =>
  now.getTime() >= opens(day) && now.getTime() < midnight(addDays(day, 1)) - BEFORE_MIDNIGHT_MS

/** Evenings without an announcement: https://info.arxiv.org/help/availability.html, as published for each year. */
const PUBLISHED: Record<string, string[]> = {
  2025: ['01-01', '01-20', '06-19', '07-06', '09-01', '11-27', '12-25', '12-30'],
  2026: ['01-01', '01-19', '06-19', '07-03', '09-07', '11-26', '12-25', '12-29', '12-31'],
}

/**
 * Whether arXiv announces nothing in the evening (US Eastern) of a day: by its list, or by rule if the year has no
 * list.
 */
export function isHoliday(day: Day): boolean {
  const year = day.slice(0, 4)
  return PUBLISHED[year]?.includes(day.slice(5)) ?? usualHolidays(year).includes(day)
}

const usualHolidays = (year: string): Day[] => [
  `${year}-01-01`,
  nth(3, 'mon', `${year}-01-01`),
  `${year}-06-19`,
  observed(`${year}-07-04`),
  nth(1, 'mon', `${year}-09-01`),
  nth(4, 'thu', `${year}-11-01`),
  `${year}-12-25`,
]

const firstOn = (weekday: Weekday, from: Day): Day =>
  weekdayOf(from) === weekday ? from : firstOn(weekday, addDays(from, 1))

const nth = (n: number, weekday: Weekday, firstOfMonth: Day): Day =>
  addDays(firstOn(weekday, firstOfMonth), 7 * (n - 1))

function observed(day: Day): Day {
  if (weekdayOf(day) === 'sat') return addDays(day, -1)
  return weekdayOf(day) === 'sun' ? addDays(day, 1) : day
}
