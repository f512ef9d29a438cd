import { type Day, HOUR_MS, midnight, weekdayOf } from '../../core/dates.ts'
import type { SourceCalendar } from '../source.ts'

const after = (day: Day, hours: number): Date => new Date(midnight(day).getTime() + hours * HOUR_MS)

/**
 * bioRxiv and medRxiv post every day, on most weekends only a handful. A day is the date of posting; it grows until the
 * next day. There are no votes.
 */
export const calendar: SourceCalendar = {
  dayOffReason: (day) => (['sat', 'sun'].includes(weekdayOf(day)) ? 'weekend' : undefined),
  opensAt: (day) => after(day, 6),
  stallsAt: (day) => after(day, 30),
  closesAt: (day) => after(day, 24 + 30),
  refetchAfterMs: () => 3 * HOUR_MS,
  refreshVotesAfterMs: () => null,
}
