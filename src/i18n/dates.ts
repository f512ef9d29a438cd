import { Temporal } from 'temporal-polyfill'
import { type Day, localDayOf, WEEKDAYS, type Weekday, weekdayOf } from '../core/dates.ts'
import { memoize } from '../core/memoize.ts'
import { listed, words } from './words.ts'

/** Number of days whose parts are kept: an email names several. */
const MAX_DAYS = 10_000

// From our own words: Intl's output changes with the version of Node, but a retried email must not change.

const partsOf = memoize((day: Day) => {
  const { year, month, day: date } = Temporal.PlainDate.from(day)
  return { year, date, month: month as keyof typeof words.months, weekday: weekdayOf(day) }
}, MAX_DAYS)

/** "Tuesday 24 November 2026" */
export function longDate(day: Day): string {
  const { year, month, date, weekday } = partsOf(day)
  return `${words.weekdays[weekday]} ${date} ${words.months[month]} ${year}`
}

/** The date of an instant in ISO 8601, in a zone: "Tuesday 24 November 2026". */
export const longDateOf = (instant: string, zone: string): string =>
  longDate(localDayOf(new Date(instant), zone))

/** "Tuesday 24 November" */
export function longDateWithoutYear(day: Day): string {
  const { month, date, weekday } = partsOf(day)
  return `${words.weekdays[weekday]} ${date} ${words.months[month]}`
}

/** "Tuesday 24 November"; with the year if it differs from that of `today`. */
export const dateRelativeTo = (today: Day, day: Day): string =>
  partsOf(day).year === partsOf(today).year ? longDateWithoutYear(day) : longDate(day)

/** "24 Nov" */
export function shortDate(day: Day): string {
  const { month, date } = partsOf(day)
  return `${date} ${words.monthsShort[month]}`
}

/** "Tue 24 Nov" */
export const weekdayDate = (day: Day): string => `${words.weekdaysShort[weekdayOf(day)]} ${shortDate(day)}`

/** "Tue 24 Nov 2026" */
export const weekdayDateWithYear = (day: Day): string => `${weekdayDate(day)} ${partsOf(day).year}`

/** "23 Nov", "17–23 Nov", "28 Nov – 4 Dec" */
export function dateRange(from: Day, to: Day): string {
  if (from === to) return shortDate(to)
  const [first, last] = [partsOf(from), partsOf(to)]
  const isOneMonth = first.month === last.month && first.year === last.year
  return isOneMonth ? `${first.date}–${shortDate(to)}` : `${shortDate(from)} – ${shortDate(to)}`
}

/** "24 November" */
export function dayAndMonth(day: Day): string {
  const { month, date } = partsOf(day)
  return `${date} ${words.months[month]}`
}

/** "24 November", "17–23 November", "28 Nov – 4 Dec" */
export function dateRangeInWords(from: Day, to: Day): string {
  if (from === to) return dayAndMonth(to)
  const [first, last] = [partsOf(from), partsOf(to)]
  const isOneMonth = first.month === last.month && first.year === last.year
  return isOneMonth ? `${first.date}–${dayAndMonth(to)}` : `${shortDate(from)} – ${shortDate(to)}`
}

/** "3 Nov 2026" */
export const dateWithYear = (day: Day): string => `${shortDate(day)} ${partsOf(day).year}`

/** "3 November 2026" */
export function dateInWords(day: Day): string {
  const { year, month, date } = partsOf(day)
  return `${date} ${words.months[month]} ${year}`
}

/** "November 2026" */
export function monthOf(day: Day): string {
  const { year, month } = partsOf(day)
  return `${words.months[month]} ${year}`
}

/** "24 Nov 2026, 08:03" in a zone; `instant` in ISO 8601. */
export function dateAndTime(instant: string, zone: string): string {
  const local = Temporal.Instant.from(instant).toZonedDateTimeISO(zone)
  return `${dateWithYear(local.toPlainDate().toString())}, ${local.toPlainTime().toString().slice(0, 5)}`
}

/** "08:00" */
export const hourOfDay = (hour: number): string => `${String(hour).padStart(2, '0')}:00`

/** "every day", "Monday to Friday", "Monday, Wednesday and Friday" */
export function weekdaysText(days: Weekday[]): string {
  const chosen = WEEKDAYS.filter((day) => days.includes(day))
  if (chosen.length === WEEKDAYS.length) return words.schedule.everyDay
  if (chosen.join() === WEEKDAYS.slice(0, 5).join()) return words.schedule.workdays
  return listed(chosen.map((day) => words.weekdays[day]))
}
