import { addDays, type Day, dayOf, midnight } from '../core/dates.ts'
import type { SourceCalendar } from '../sources/source.ts'

const HOUR_MS = 3600 * 1000

/** A digest waits for papers that are usually there by its hour for so long at most, and goes then with what there is. */
const WAITS_FOR_MS = 3 * HOUR_MS

/** When a digest goes at the latest. */
export const waitDeadline = (dueAt: Date): Date => new Date(dueAt.getTime() + WAITS_FOR_MS)

/** A source whose usual hour is known from past days. */
export interface UsualSource {
  source: string
  calendar: Pick<SourceCalendar, 'dayOffReason' | 'stallsAt'>
  /** When its papers usually come, in milliseconds after a day's midnight UTC. */
  usualMs: number
  /** Whether anything has come of a day, or nothing more will. */
  hasCome(day: Day): boolean
}

/**
 * The sources that a digest due at `dueAt` still waits for. Only the newest day counts whose usual hour lies before
 * that: nobody waits for a day that has not begun, nor for one that is given up as stalled.
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
