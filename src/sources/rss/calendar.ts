import { addDays, type Day, HOUR_MS, midnight } from '../../core/dates.ts'
import type { SourceCalendar } from '../source.ts'

const REFETCH_HOURS = 3

/** A feed has no lists by day: a fetch brings the items that were not there at the last one. */
export const calendar: SourceCalendar = {
  dayOffReason: () => undefined,
  opensAt: (day) => midnight(day),
  stallsAt: (day) => endOf(day),
  closesAt: (day) => endOf(day),
  refetchAfterMs: () => REFETCH_HOURS * HOUR_MS,
  refreshVotesAfterMs: () => null,
}

const endOf = (day: Day): Date => midnight(addDays(day, 1))
