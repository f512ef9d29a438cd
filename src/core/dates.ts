import { Temporal } from 'temporal-polyfill'
import { Fault, undefinedIfThrown } from './errors.ts'

/** A day without a zone, "2026-11-24". Days of sources are UTC days. */
export type Day = string

export const MINUTE_MS = 60_000
export const HOUR_MS = 60 * MINUTE_MS
export const DAY_MS = 24 * HOUR_MS

export const WEEKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const
export type Weekday = (typeof WEEKDAYS)[number]

/** The UTC day of an instant. */
export const dayOf = (instant: Date): Day => instant.toISOString().slice(0, -'T00:00:00.000Z'.length)

/** Midnight UTC of a day: how Prisma writes a date column. */
export const midnight = (day: Day): Date => new Date(`${day}T00:00:00Z`)

export const addDays = (day: Day, days: number): Day =>
  dayOf(new Date(midnight(day).getTime() + days * DAY_MS))

export const weekdayOf = (day: Day): Weekday => WEEKDAYS[(midnight(day).getUTCDay() + 6) % WEEKDAYS.length]!

/** Throws date.invalid unless the text is a real day, YYYY-MM-DD, from the year 1000: callers compute with it. */
export function parseDay(text: string): Day {
  const isWritten = /^[1-9]\d{3}-\d{2}-\d{2}$/.test(text)
  const day = isWritten && undefinedIfThrown(() => Temporal.PlainDate.from(text, { overflow: 'reject' }))
  if (!day) throw new Fault('date.invalid', { date: text.slice(0, 40) })
  return day.toString()
}

/** A zone that Intl accepts and that contains a slash, or UTC: abbreviations such as EST have no daylight saving. */
export function isZone(name: string): boolean {
  if (name === 'UTC') return true
  return (
    name.includes('/') &&
    undefinedIfThrown(() => new Intl.DateTimeFormat('en', { timeZone: name })) !== undefined
  )
}

/** Every day from one to another, both included. */
export function daysIn({ from, to }: { from: Day; to: Day }): Day[] {
  const days: Day[] = []
  for (let day = from; day <= to; day = addDays(day, 1)) days.push(day)
  return days
}

export const localDayOf = (instant: Date, zone: string): Day =>
  Temporal.Instant.fromEpochMilliseconds(instant.getTime()).toZonedDateTimeISO(zone).toPlainDate().toString()

/**
 * The instant at which an hour begins on a local day. In a gap of daylight saving it is the first instant after the
 * gap, in a fold the first of the two.
 */
export function instantOf(day: Day, hour: number, zone: string): Date {
  const local = Temporal.PlainDate.from(day).toPlainDateTime({ hour })
  const earlier = local.toZonedDateTime(zone, { disambiguation: 'earlier' })
  if (earlier.toPlainDateTime().equals(local)) return new Date(earlier.epochMilliseconds)
  const transition = earlier.getTimeZoneTransition('next')
  return new Date(transition!.epochMilliseconds)
}

/** Whether a zone ever had that day: Pacific/Apia went from 29 to 31 December 2011. */
export const dayExists = (day: Day, zone: string): boolean =>
  Temporal.PlainDate.from(day).toZonedDateTime(zone).toPlainDate().toString() === day
