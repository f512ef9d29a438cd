import {
  addDays,
  type Day,
  dayExists,
  daysIn,
  HOUR_MS,
  instantOf,
  localDayOf,
  weekdayOf,
} from '../core/dates.ts'
import type { Schedule } from '../subscribers/subscriber.ts'

// When a digest is due. If daylight saving skips the hour, it is due at the first instant after the gap; if the hour
// occurs twice, the first one counts. If a zone skipped a day, nothing was due on it.

/** A local date, and the instant of the schedule's hour on it. */
export interface DueDate {
  localDate: Day
  dueAt: Date
}

const WEEK = 7

/** A digest that could not be planned within 20 hours of its hour is missed: the next one offers its papers. */
export const PLAN_WITHIN_MS = 20 * HOUR_MS

/** How far back missed dates are recorded. */
export const MISSED_DAYS = 60

export const isLate = (dueAt: Date, now: Date): boolean => now.getTime() >= dueAt.getTime() + PLAN_WITHIN_MS

/** When a digest is due on that local date; undefined if the schedule excludes the day, or the zone skipped it. */
export function dueOn(schedule: Schedule, localDate: Day): DueDate | undefined {
  const { zone, hour, days } = schedule
  if (!days.includes(weekdayOf(localDate)) || !dayExists(localDate, zone)) return undefined
  return { localDate, dueAt: instantOf(localDate, hour, zone) }
}

/** The newest date whose hour has passed at `now`; undefined for a schedule without days. */
export function newestDue(schedule: Schedule, now: Date): DueDate | undefined {
  const today = localDayOf(now, schedule.zone)
  for (let back = 0; back <= 2 * WEEK; back++) {
    const due = dueOn(schedule, addDays(today, -back))
    if (due && due.dueAt <= now) return due
  }
  return undefined
}

/** Every due date with from <= date < before, oldest first. */
export const dueBetween = (schedule: Schedule, from: Day, before: Day): DueDate[] =>
  daysIn({ from, to: addDays(before, -1) }).flatMap((date) => dueOn(schedule, date) ?? [])

/** The first date from `startDate` on whose hour is after `now`; undefined for a schedule without days. */
export function nextDue(schedule: Schedule & { startDate: Day | null }, now: Date): DueDate | undefined {
  const today = localDayOf(now, schedule.zone)
  const from = schedule.startDate && schedule.startDate > today ? schedule.startDate : today
  return dueBetween(schedule, from, addDays(from, 2 * WEEK + 1)).find(({ dueAt }) => dueAt > now)
}
