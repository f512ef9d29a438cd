import { addDays, DAY_MS, type Day, HOUR_MS, midnight } from '../../core/dates.ts'
import type { SourceCalendar } from '../source.ts'

const HOURS_AFTER_MIDNIGHT = 4

/**
 * OpenAlex has no lists by day: a fetch brings the works that were not there at the last one. One fetch a day, in the
 * night of Europe and America, because OpenAlex counts requests, and from midnight UTC.
 */
export const calendar: SourceCalendar = {
  dayOffReason: () => undefined,
  opensAt: (day) => new Date(midnight(day).getTime() + HOURS_AFTER_MIDNIGHT * HOUR_MS),
  stallsAt: (day) => endOf(day),
  closesAt: (day) => endOf(day),
  refetchAfterMs: () => DAY_MS,
  refreshVotesAfterMs: () => null,
}

const endOf = (day: Day): Date => midnight(addDays(day, 1))
