import { addDays, type Day, dayOf, HOUR_MS, midnight } from '../core/dates.ts'
import type { Deps } from '../core/deps.ts'
import { requireSource } from '../sources/registry.ts'
import type { SourceCalendar } from '../sources/source.ts'
import { type SourceDay, sourceDaysBetween } from '../sources/source-day.repo.ts'

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

const MIN_DAYS = 5
const MAX_DAYS = 14

/**
 * When a source's papers usually arrive, in milliseconds after the day's midnight UTC: the median of up to 14 newest
 * days with a known arrival. Undefined if fewer than 5 days are known.
 */
export function usualArrivalMs(days: readonly { day: Day; cameAt: Date | null }[]): number | undefined {
  const known = days.flatMap(({ day, cameAt }) => (cameAt ? [{ day, cameAt }] : []))
  if (known.length < MIN_DAYS) return undefined
  const newest = known.toSorted((a, b) => b.day.localeCompare(a.day)).slice(0, MAX_DAYS)
  const after = newest.map(({ day, cameAt }) => cameAt.getTime() - midnight(day).getTime())
  return after.sort((a, b) => a - b)[Math.floor((after.length - 1) / 2)]
}

/** Three weeks include two weeks of days with papers, despite holidays. */
const LEARNED_FROM_DAYS = 21

/** The configured sources whose usual hour is known from past days. */
export async function usualSources({ db, config }: Deps, now: Date): Promise<UsualSource[]> {
  const today = dayOf(now)
  const rows = await sourceDaysBetween(db, { from: addDays(today, -LEARNED_FROM_DAYS), to: today })
  const bySource = Map.groupBy(rows, ({ source }) => source)
  return config.SOURCES.flatMap((source) => {
    const days = bySource.get(source) ?? []
    const usual = usualArrivalMs(days)
    const { calendar, isRolling } = requireSource(source).source
    // A rolling source may have nothing new on any day.
    if (usual === undefined || isRolling) return []
    return [{ source, calendar, usualMs: usual, hasCome: hasPapersOn(days) }]
  })
}

function hasPapersOn(days: readonly SourceDay[]): (day: Day) => boolean {
  const come = new Set(
    days.filter(({ papers, closedAt }) => papers > 0 || closedAt !== null).map(({ day }) => day),
  )
  return (day) => come.has(day)
}
