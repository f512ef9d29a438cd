import { addDays, type Day, type Weekday, weekdayOf } from '../../core/dates.ts'

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

const next = (weekday: Weekday, from: Day): Day =>
  weekdayOf(from) === weekday ? from : next(weekday, addDays(from, 1))

const nth = (n: number, weekday: Weekday, firstOfMonth: Day): Day =>
  addDays(next(weekday, firstOfMonth), 7 * (n - 1))

function observed(day: Day): Day {
  if (weekdayOf(day) === 'sat') return addDays(day, -1)
  return weekdayOf(day) === 'sun' ? addDays(day, 1) : day
}
