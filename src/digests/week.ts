import { addDays, type Day, dayOf } from '../core/dates.ts'

/** Days of papers, both of them included. */
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
 * The days that the digest of somebody who chose one day of the week tells of: the week up to the day before, and every
 * day of the papers in it, which reach further back after a pause; not from before they subscribed.
 */
export function weekOf(localDate: Day, confirmedAt: Date | null, days: readonly Day[]): DayRange {
  const { from, to } = weekTo([addDays(localDate, -1), ...days].toSorted().at(-1)!)
  const confirmed = confirmedAt && dayOf(confirmedAt)
  const since = confirmed && from < confirmed && confirmed <= to ? confirmed : from
  return { from: [since, ...days].toSorted()[0]!, to }
}
