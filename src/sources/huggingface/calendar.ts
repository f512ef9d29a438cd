import { addDays, DAY_MS, type Day, HOUR_MS, MINUTE_MS, midnight, weekdayOf } from '../../core/dates.ts'
import type { SourceCalendar } from '../source.ts'

const after = (day: Day, ms: number): Date => new Date(midnight(day).getTime() + ms)

const FILLS_UNTIL_MS = 6 * HOUR_MS
const VOTES_MOVE_FOR_DAYS = 3
const VOTES_ARE_READ_FOR_DAYS = 14

/**
 * A day of Hugging Face fills between about 00:30 and 05:30 UTC and grows until it ends. Its votes change for two
 * weeks, mostly in the first days. There are no papers at weekends or on New Year's Day.
 */
export const calendar: SourceCalendar = {
  dayOffReason: (day) => {
    if (['sat', 'sun'].includes(weekdayOf(day))) return 'weekend'
    return /-01-01$/.test(day) ? 'holiday' : undefined
  },
  opensAt: (day) => after(day, 30 * MINUTE_MS),
  stallsAt: (day) => after(day, 12 * HOUR_MS),
  closesAt: (day) => after(day, 30 * HOUR_MS),
  refetchAfterMs: ({ day, now }) => (now < after(day, FILLS_UNTIL_MS) ? 30 * MINUTE_MS : HOUR_MS),
  refreshVotesAfterMs: ({ day, now }) => {
    const settled = midnight(addDays(day, VOTES_ARE_READ_FOR_DAYS + 1))
    const ms = now < midnight(addDays(day, VOTES_MOVE_FOR_DAYS + 1)) ? 6 * HOUR_MS : DAY_MS
    return now.getTime() + ms < settled.getTime() ? ms : null
  },
}
