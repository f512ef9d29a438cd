import { addDays, type Day, dayOf } from '../core/dates.ts'

/** A range of days of papers, both ends included. */
export interface DayRange {
  from: Day
  to: Day
}

const WEEK = 7

/** The seven days that end with `to`. */
export const weekTo = (to: Day): DayRange => ({ from: addDays(to, 1 - WEEK), to })

export const daysIn = ({ from, to }: DayRange): Day[] =>
  from > to ? [] : [from, ...daysIn({ from: addDays(from, 1), to })]

export const isWithinWeek = ({ from, to }: DayRange): boolean => from >= addDays(to, -WEEK)

/**
 * The days that a weekly digest covers: the week up to the day before, and every day of its papers, which reach further
 * back after a pause, but not to before the subscriber confirmed.
 */
export function weekOf(localDate: Day, confirmedAt: Date | null, days: readonly Day[]): DayRange {
  const { from, to } = weekTo([addDays(localDate, -1), ...days].toSorted().at(-1)!)
  const confirmed = confirmedAt && dayOf(confirmedAt)
  const since = confirmed && from < confirmed && confirmed <= to ? confirmed : from
  return { from: [since, ...days].toSorted()[0]!, to }
}
