import { Temporal } from 'temporal-polyfill'
import { addDays, type Day, parseDay, type Weekday, weekdayOf } from '../core/dates.ts'
import { Fault, undefinedIfThrown } from '../core/errors.ts'

export type SpanUnit = 'day' | 'week' | 'month'

/**
 * A day, a week or a month. `name` is its name in paths: "2026-11-24", "2026-W48", "2026-11"; empty for the last seven
 * days, which have a path without a name.
 */
export interface Span {
  unit: SpanUnit
  name: string
  from: Day
  to: Day
}

/** The span that contains a day. */
export function spanOf(unit: SpanUnit, day: Day): Span {
  const date = Temporal.PlainDate.from(day)
  if (unit === 'day') return { unit, name: day, from: day, to: day }
  if (unit === 'month') {
    const [from, to] = [date.with({ day: 1 }), date.with({ day: date.daysInMonth })]
    return { unit, name: day.slice(0, 7), from: from.toString(), to: to.toString() }
  }
  const from = addDays(day, 1 - date.dayOfWeek)
  const name = `${date.yearOfWeek}-W${String(date.weekOfYear).padStart(2, '0')}`
  return { unit, name, from, to: addDays(from, 6) }
}

const FIRST_DAYS: readonly Weekday[] = ['mon', 'tue', 'wed']

/** The week up to a day: its ISO week, or up to Wednesday, when that has few papers, the last seven days. */
export const weekUpTo = (day: Day): Span =>
  FIRST_DAYS.includes(weekdayOf(day))
    ? { unit: 'week', name: '', from: addDays(day, -6), to: day }
    : spanOf('week', day)

/** The first day of the span with this name. Throws for a name of another form. */
function firstDay(unit: SpanUnit, name: string): Day {
  if (unit !== 'week') return parseDay(unit === 'day' ? name : `${name}-01`)
  const [, year, week] = /^(\d{4})-W(\d{2})$/.exec(name)!
  // 4 January is always in week 1.
  return addDays(`${year}-01-04`, 7 * (Number(week) - 1))
}

/** Reads the name of a span; "2026-w5" and "2026-3" count too. Throws date.invalid and span.invalid. */
export function parseSpan(unit: SpanUnit, text: string): Span {
  const name = text.toUpperCase().replace(/\d+/g, (digits) => digits.padStart(2, '0'))
  const span = undefinedIfThrown(() => spanOf(unit, firstDay(unit, name)))
  // Not every year has a week 53. Years have four digits, also those of the weeks around a month.
  if (span?.name === name && span.from >= '1000' && span.from < '9999-12') return span
  if (unit === 'day') throw new Fault('date.invalid', { date: text.slice(0, 40) })
  throw new Fault('span.invalid', { name: text.slice(0, 40) })
}
