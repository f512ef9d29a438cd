import type { Database } from '../core/database/database.ts'
import { addDays, type Day, dayOf, HOUR_MS, midnight } from '../core/dates.ts'
import type { Deps } from '../core/deps.ts'
import { endExpiredMessages } from '../mail/outbox/message.repo.ts'
import { requireSource } from '../sources/registry.ts'
import type { SourceCalendar } from '../sources/source.ts'
import { type SourceDay, sourceDaysBetween } from '../sources/source-day.repo.ts'
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
import { closeFinishedPlans, prunedThrough } from './reconciliation.repo.ts'
import { isReconciled } from './reconciliation.ts'
import { snapshotAt } from './sources-line.ts'

const MAX_DURATION_MS = 60_000

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
    db.$transaction((tx) => openDigests(tx, plan, { ...options, after }), {
      timeout: MAX_DURATION_MS,
      maxWait: MAX_DURATION_MS,
    })
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
    if (usual === undefined) return []
    const { calendar } = requireSource(source).source
    return [{ source, calendar, usualMs: usual, hasCome: hasPapersOn(days) }]
  })
}

function hasPapersOn(days: readonly SourceDay[]): (day: Day) => boolean {
  const come = new Set(
    days.filter(({ papers, closedAt }) => papers > 0 || closedAt !== null).map(({ day }) => day),
  )
  return (day) => come.has(day)
}
