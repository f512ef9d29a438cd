import { addDays, type Day, localDayOf } from '../core/dates.ts'
import type { Deps } from '../core/deps.ts'
import type { Schedule } from '../subscribers/subscriber.ts'
import { type DueDate, dueBetween, dueOn, isLate, newestDue, nextDue } from './due.ts'
import { activeSchedules } from './plan.repo.ts'

type Started = Schedule & { startDate: Day | null }

export interface NextMail extends DueDate {
  /** Its hour has passed: it is planned with the next tick. */
  now: boolean
}

/**
 * When the next digest is due for a subscriber whose newest one has the local date `last`; undefined for a schedule
 * without days. A zone further west may repeat a date: no digest is due twice on one date.
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
 * The first date that counts once `after` replaces `before`. A digest that was still due today is due at once if the
 * new hour has passed, unless that is too long ago. A date on which nothing was due before is not caught up.
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

// Two weeks, and the days by which `from` precedes today.
const LOOK_AHEAD = 17

function wasComing(schedule: Started, date: Day, now: Date): boolean {
  const due = dueOn(schedule, date)
  return due !== undefined && due.dueAt > now && schedule.startDate !== null && schedule.startDate <= date
}

const later = (one: Day | null, other: Day | null): Day | null =>
  one === null || (other !== null && other > one) ? other : one

/**
 * The next instant at which digests are due, and how many subscribers have that hour, including those who start later;
 * undefined if no digest will be due.
 */
export async function earliestNextDue({
  db,
  clock,
}: Deps): Promise<{ at: Date; subscribers: number } | undefined> {
  const now = clock.now()
  const dues = (await activeSchedules(db)).flatMap(({ subscribers, ...schedule }) => {
    const next = nextDue(schedule, now)
    return next ? [{ at: next.dueAt.getTime(), subscribers }] : []
  })
  if (dues.length === 0) return undefined
  const at = Math.min(...dues.map((due) => due.at))
  const subscribers = dues.reduce((sum, due) => sum + (due.at === at ? due.subscribers : 0), 0)
  return { at: new Date(at), subscribers }
}
