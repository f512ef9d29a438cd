import { addDays, type Day, localDayOf } from '../core/dates.ts'
import type { Schedule } from '../subscribers/subscriber.ts'
import { type DueDate, dueBetween, dueOn, isLate, newestDue, nextDue } from './due.ts'

type Started = Schedule & { startDate: Day | null }

export interface NextMail extends DueDate {
  /** Its hour has come: it is made with the next tick. */
  now: boolean
}

/**
 * When a digest comes next to somebody whose newest one is of the local date `last`; undefined for a schedule without
 * days. A zone that lies further west may repeat a date: nobody is due on it twice.
 */
export function nextMail(schedule: Started, last: Day | null, now: Date): NextMail | undefined {
  const startDate = later(schedule.startDate, last && addDays(last, 1))
  const open = newestDue(schedule, now)
  const isOpen = open && startDate && open.localDate >= startDate && !isLate(open.dueAt, now)
  if (isOpen) return { ...open, now: true }
  const next = nextDue({ ...schedule, startDate }, now)
  return next && { ...next, now: false }
}

/**
 * The first date that counts once `after` takes the place of `before`. What would still have come today comes at once
 * where the new hour has passed already, unless that is too long ago; a date on which nothing was due before is not
 * made up for.
 */
export function startAfterChange(
  { before, after }: { before: Started; after: Schedule },
  last: Day | null,
  now: Date,
): Day {
  const today = localDayOf(now, after.zone)
  const from = later(addDays(today, -1), last && addDays(last, 1))!
  const counts = ({ localDate, dueAt }: DueDate) =>
    dueAt > now || (!isLate(dueAt, now) && wasComing(before, localDate, now))
  return dueBetween(after, from, addDays(from, LOOK_AHEAD)).find(counts)?.localDate ?? addDays(today, 1)
}

// Two weeks, and the days that `from` lies back.
const LOOK_AHEAD = 17

function wasComing(schedule: Started, date: Day, now: Date): boolean {
  const due = dueOn(schedule, date)
  return due !== undefined && due.dueAt > now && schedule.startDate !== null && schedule.startDate <= date
}

const later = (one: Day | null, other: Day | null): Day | null =>
  one === null || (other !== null && other > one) ? other : one
