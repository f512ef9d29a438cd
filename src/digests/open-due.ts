import { batchLimits, type Database } from '../core/database/database.ts'
import { addDays, type Day } from '../core/dates.ts'
import type { Deps } from '../core/deps.ts'
import { endExpiredMessages } from '../mail/outbox/message.repo.ts'
import { resumeEndedPauses } from '../subscribers/subscriber.repo.ts'
import type { Schedule } from '../subscribers/subscriber.ts'
import { type DueDate, dueBetween, dueOn, MISSED_DAYS, newestDue } from './due.ts'
import {
  openDigests,
  type PlanInput,
  schedulesInUse,
  type UnopenedGroup,
  unopenedGroups,
} from './plan.repo.ts'
import { closeFinishedPlans, isReconciled, prunedThrough } from './reconciliation.repo.ts'
import { snapshotAt } from './sources-line.ts'
import { pendingSources, usualSources } from './usual-sources.ts'

interface OpenInput {
  /** Only this local date; undefined: the newest date of each schedule whose hour has passed. */
  date: Day | undefined
  now: Date
  /** Called when some digests of many are open and may be filled. */
  onOpened?: () => void
}

/**
 * Opens a digest for each subscriber who is due, and one for each earlier date on which they were due but nothing was
 * recorded because the service was down. First resumes each subscriber whose pause ends by that date. If papers that
 * are usually there by the hour are missing, a date is opened up to three hours later, unless `date` is given.
 */
export async function openDue(deps: Deps, { date, now, onOpened }: OpenInput): Promise<void> {
  const { db } = deps
  const usual = date === undefined ? await usualSources(deps, now) : []
  const groups = (await schedulesInUse(db)).flatMap((schedule) => {
    const due = dueFor(schedule, date, now)
    return due && pendingSources({ ...due, now }, usual).length === 0 ? [{ schedule, due }] : []
  })
  const unopened = await unopenedGroups(db, groups, date !== undefined)
  if (unopened.length === 0) return
  const pruned = await prunedThrough(db)
  const snapshot = await snapshotAt(db, { now, sources: deps.config.SOURCES })
  for (const { schedule, due, since } of unopened) {
    await resumeEndedPauses(db, schedule, due.localDate, now)
    for (const missed of missedDates({ schedule, due, since }, pruned)) {
      await openAll(db, { schedule, due: missed, ...snapshot }, { only: false, now, onOpened })
    }
    await openAll(db, { schedule, due, ...snapshot }, { only: date !== undefined, now, onOpened })
  }
}

/** In transactions that are short, and none of which spans two plans. */
async function openAll(
  db: Database,
  plan: PlanInput,
  { onOpened, ...options }: { only: boolean; now: Date; onOpened?: () => void },
): Promise<void> {
  const openAfter = (after: string) =>
    db.$transaction((tx) => openDigests(tx, plan, { ...options, after }), batchLimits())
  for (let last = await openAfter(''); last !== null; last = await openAfter(last)) onOpened?.()
}

function dueFor(schedule: Schedule, date: Day | undefined, now: Date): DueDate | undefined {
  if (date === undefined) return newestDue(schedule, now)
  const due = dueOn(schedule, date)
  return due && due.dueAt <= now ? due : undefined
}

// The records of a pruned date are deleted, so they cannot show whether a digest is missing.
function missedDates({ schedule, due, since }: UnopenedGroup, pruned: Day | null): DueDate[] {
  const starts = [since, addDays(due.localDate, -MISSED_DAYS), ...(pruned ? [addDays(pruned, 1)] : [])]
  return dueBetween(schedule, starts.sort().at(-1)!, due.localDate)
}

/** Closes every finished or expired plan and logs it, as an error if its totals are not reconciled. */
export async function closePlans({ db, clock, log }: Deps): Promise<void> {
  const now = clock.now()
  await endExpiredMessages(db, now)
  for (const plan of await closeFinishedPlans(db, now)) {
    const write = isReconciled(plan) && plan.open === 0 ? log.info : log.error
    write('digests.closed', { ...plan })
  }
}
