import { addDays, type Day, dayOf, midnight } from '../core/dates.ts'
import type { SourceCalendar } from '../sources/source.ts'

const HOUR_MS = 3600 * 1000

/** How long a digest waits for papers that are usually there by its hour, before it is planned without them. */
const WAITS_FOR_MS = 3 * HOUR_MS

/** The latest time at which a digest is planned. */
export const waitDeadline = (dueAt: Date): Date => new Date(dueAt.getTime() + WAITS_FOR_MS)

/** A source whose usual hour is known from past days. */
export interface UsualSource {
  source: string
  calendar: Pick<SourceCalendar, 'dayOffReason' | 'stallsAt'>
  /** When its papers usually arrive, in milliseconds after a day's midnight UTC. */
  usualMs: number
  /** Whether papers of a day have arrived, or no more are expected. */
  hasCome(day: Day): boolean
}

/**
 * The sources that a digest due at `dueAt` still waits for. Only the newest day whose usual hour is before `dueAt`
 * counts. A digest does not wait for a day that has not begun, or for one that has stalled.
 */
export function pendingSources(
  { dueAt, now }: { dueAt: Date; now: Date },
  sources: readonly UsualSource[],
): string[] {
  if (now >= waitDeadline(dueAt)) return []
  return sources.filter((source) => isPending(source, { dueAt, now })).map(({ source }) => source)
}

function isPending(
  { calendar, usualMs, hasCome }: UsualSource,
  { dueAt, now }: { dueAt: Date; now: Date },
): boolean {
  const usualOf = (day: Day) => midnight(day).getTime() + usualMs
  let day = dayOf(dueAt)
  while (usualOf(day) > dueAt.getTime()) day = addDays(day, -1)
  return !calendar.dayOffReason(day) && calendar.stallsAt(day) > now && !hasCome(day)
}
