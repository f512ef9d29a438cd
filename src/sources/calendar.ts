import { addDays, type Day, dayOf, midnight, weekdayOf } from '../platform/dates.ts'

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS

const FIRST_TRY_MS = 30 * MINUTE_MS // after midnight UTC, when the day begins
const STALLS_AFTER_MS = 12 * HOUR_MS
const CLOSES_AFTER_MS = 30 * HOUR_MS // 06:00 UTC of the next day
const FETCH_EVERY_MS = HOUR_MS
const PAUSES_AFTER_FAILURE_MS = [5, 15, 60].map((minutes) => minutes * MINUTE_MS)

const DAYS_BACK = 14
/** Days older than this are left alone. */
export const MOST_DAYS_BACK = 60

const after = (day: Day, ms: number): Date => new Date(midnight(day).getTime() + ms)

/**
 * The days that a source ought to be asked for by now, oldest first: two weeks, and after a longer standstill all
 * since the newest day that is closed, up to sixty.
 */
export function daysToFetch(now: Date, newestClosed: Day | undefined): Day[] {
  const today = dayOf(now)
  const begun = now >= after(today, FIRST_TRY_MS) ? today : addDays(today, -1)
  const standstill = newestClosed ? addDays(newestClosed, 1) : today
  const from = [standstill, addDays(today, -DAYS_BACK)].sort()[0]!
  return daysFromTo([from, addDays(today, -MOST_DAYS_BACK)].sort()[1]!, begun)
}

function daysFromTo(from: Day, to: Day): Day[] {
  const days: Day[] = []
  for (let day = from; day <= to; day = addDays(day, 1)) days.push(day)
  return days
}

/**
 * waiting: nothing yet. fresh: has papers. quiet: closed without any, as at weekends. stalled: nothing on a weekday
 * past noon (UTC). failed: the last fetch failed.
 */
export type SourceDayState = 'waiting' | 'fresh' | 'quiet' | 'stalled' | 'failed'

export interface Outcome {
  state: SourceDayState
  nextTry: Date | null
  closedAt: Date | null
}

/** What a good fetch makes of a day with so many papers. A day closes when nothing more can come. */
export function afterFetch({ day, now, papers }: { day: Day; now: Date; papers: number }): Outcome {
  if (now >= after(day, CLOSES_AFTER_MS))
    return { state: papers > 0 ? 'fresh' : 'quiet', nextTry: null, closedAt: now }
  const nextTry = new Date(now.getTime() + FETCH_EVERY_MS)
  return { state: papers > 0 ? 'fresh' : emptyState(day, now), nextTry, closedAt: null }
}

function emptyState(day: Day, now: Date): 'waiting' | 'stalled' {
  const isWeekend = ['sat', 'sun'].includes(weekdayOf(day))
  return !isWeekend && now >= after(day, STALLS_AFTER_MS) ? 'stalled' : 'waiting'
}

/** What the nth failure in a row (from 1) makes of a day. `seconds`: how long the source wants to be left alone. */
export function afterFailure({
  now,
  failures,
  seconds = 0,
}: {
  now: Date
  failures: number
  seconds?: number
}): Outcome {
  const pause = PAUSES_AFTER_FAILURE_MS[failures - 1] ?? PAUSES_AFTER_FAILURE_MS.at(-1)!
  return {
    state: 'failed',
    nextTry: new Date(now.getTime() + Math.max(pause, seconds * 1000)),
    closedAt: null,
  }
}
