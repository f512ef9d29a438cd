import type { DatabaseOrTransaction } from '../core/database/database.ts'
import { addDays, type Day, dayOf, midnight } from '../core/dates.ts'
import { parseSourceName, requireSource } from './registry.ts'
import {
  arrivalTime,
  daysToFetch,
  MAX_DAYS_BACK,
  outcomeOfFetch,
  retryTime,
  type SourceDayOutcome,
  type SourceDayReason,
  type SourceDayState,
  type SuccessfulFetch,
} from './source-day-state.ts'

export interface SourceDayKey {
  /** "arxiv:cs.CL" */
  source: string
  day: Day
}

/** What we know of one source on one day (UTC). */
export interface SourceDay extends SourceDayKey {
  state: SourceDayState
  /** Why it stands so; null where its papers speak for themselves. */
  reason: SourceDayReason | null
  /** How many papers we know it to list on that day, without those that it lists as newer versions alone. */
  papers: number
  revised: number
  /** Those of `papers` that arrived after the day was closed. */
  late: number
  /** Good answers, and requests that all fetches took. */
  fetches: number
  requests: number
  /** Fetches that failed since the last good one. */
  failures: number
  lastStatus: number | null
  lastFault: string | null
  /** Papers of the last good answer or import that the database rejected, by identifier or title. */
  rejected: string[]
  fetchedAt: Date | null
  /** When its first papers arrived; null if unknown. */
  cameAt: Date | null
  /** Null once nothing more is asked. */
  nextTry: Date | null
  closedAt: Date | null
}

// A process that dies while it fetches keeps the day from the others for as long.
const CLAIM_MS = 15 * 60_000
/** Of the papers that the database rejected, by name. */
const MAX_REJECTED = 100

/** The source days that ought to be fetched now, oldest first. */
export async function dueSourceDays(
  db: DatabaseOrTransaction,
  { sources, now }: { sources: readonly string[]; now: Date },
): Promise<SourceDayKey[]> {
  const today = dayOf(now)
  const rows = await sourceDaysBetween(db, { from: addDays(today, -MAX_DAYS_BACK), to: today })
  const newestClosed = await newestClosedDays(db)
  const due = sources.flatMap((source) => {
    const calendar = parseSourceName(source)?.source.calendar
    if (!calendar) return []
    const waits = new Set(
      rows.filter((row) => row.source === source && !isDue(row, now)).map((row) => row.day),
    )
    const days = daysToFetch(calendar, now, newestClosed.get(source)).filter((day) => !waits.has(day))
    return days.map((day) => ({ source, day }))
  })
  return due.sort((a, b) => a.day.localeCompare(b.day))
}

const isDue = ({ closedAt, nextTry }: SourceDay, now: Date): boolean =>
  nextTry ? nextTry <= now : closedAt === null

async function newestClosedDays(db: DatabaseOrTransaction): Promise<Map<string, Day>> {
  const rows = await db.sourceDay.groupBy({
    by: 'source',
    where: { closedAt: { not: null } },
    _max: { day: true },
  })
  return new Map(rows.flatMap(({ source, _max }) => (_max.day ? [[source, dayOf(_max.day)]] : [])))
}

/** What is known of all sources from one day to another, by day and source. */
export async function sourceDaysBetween(
  db: DatabaseOrTransaction,
  { from, to }: { from: Day; to: Day },
): Promise<SourceDay[]> {
  const rows = await db.sourceDay.findMany({
    where: { day: { gte: midnight(from), lte: midnight(to) } },
    orderBy: [{ day: 'asc' }, { source: 'asc' }],
  })
  return rows.map(({ attempts, reason, ...row }) => ({
    ...row,
    reason: reason as SourceDayReason | null,
    failures: attempts,
    day: dayOf(row.day),
  }))
}

/** True for the one process that may fetch a due source day now. */
export async function claimSourceDay(
  db: DatabaseOrTransaction,
  { source, day }: SourceDayKey,
  now: Date,
): Promise<boolean> {
  const until = new Date(now.getTime() + CLAIM_MS)
  const claimed = await db.$executeRaw`
    insert into source_day (source, day, next_try) values (${source}, ${day}::date, ${until})
    on conflict (source, day) do update set next_try = excluded.next_try
    where source_day.next_try <= ${now} or (source_day.next_try is null and source_day.closed_at is null)`
  return claimed === 1
}

interface Fetched extends SourceDayKey {
  /** How many papers the source is now known to list on the day. */
  papers: number
  /** How many more as newer versions alone; 0 unless given. */
  revised?: number
  /** That this fetch took; 0 unless given. */
  requests?: number
  reason?: SuccessfulFetch['reason']
  /** Papers that the database rejected; none unless given. */
  rejected?: readonly string[]
  now: Date
}

/** After a good fetch. A day that was closed stays closed. Throws source.unknown. */
export async function recordSuccessfulFetch(
  db: DatabaseOrTransaction,
  fetched: Fetched,
): Promise<SourceDayOutcome> {
  const { source, papers, revised = 0, requests = 0, rejected = [], now } = fetched
  const { calendar } = requireSource(source).source
  const key = { source, day: midnight(fetched.day) }
  const existing = await db.sourceDay.findUnique({ where: { source_day: key } })
  const before = existing ?? { fetches: 0, papers: 0, closedAt: null, late: 0, reason: null }
  const wasMadeUp = before.reason === 'made-up'
  const outcome = outcomeOfFetch({ ...fetched, calendar, closedAt: before.closedAt, wasMadeUp })
  const values = {
    ...outcome,
    papers,
    revised,
    late: before.closedAt ? before.late + Math.max(0, papers - before.papers) : 0,
    attempts: 0,
    lastStatus: 200,
    lastFault: null,
    rejected: rejected.slice(0, MAX_REJECTED),
    fetchedAt: now,
    cameAt: arrivalTime({ ...fetched, calendar, before }),
  }
  await db.sourceDay.upsert({
    where: { source_day: key },
    create: { ...key, ...values, fetches: 1, requests },
    update: { ...values, fetches: { increment: 1 }, requests: { increment: requests } },
  })
  return outcome
}

/** After an import: papers are there, and whether the source itself was asked does not change. */
export async function recordImport(
  db: DatabaseOrTransaction,
  { source, day, papers, rejected = [], now }: Omit<Fetched, 'revised' | 'requests' | 'reason'>,
): Promise<void> {
  const state: SourceDayState = papers > 0 ? 'fresh' : 'waiting'
  await db.$executeRaw`
    insert into source_day (source, day, state, papers, rejected, fetched_at)
    values (${source}, ${day}::date, ${state}::source_day_state, ${papers}, ${rejected.slice(0, MAX_REJECTED)}, ${now})
    on conflict (source, day) do update set papers = excluded.papers, fetched_at = excluded.fetched_at,
      rejected = excluded.rejected,
      state = case when excluded.papers > 0 then excluded.state else source_day.state end,
      reason = case when excluded.papers > 0 then null else source_day.reason end`
}

interface Failed extends SourceDayKey {
  now: Date
  /** Code of the fault. */
  fault: string
  /** HTTP status, where there was an answer. */
  status?: number
  /** How long the source wants to be left alone. */
  seconds?: number
  /** That this fetch took; 0 unless given. */
  requests?: number
}

/** After a fetch that failed: tried again later and later. A day that has papers, or is closed, stays what it was. */
export async function recordFailedFetch(db: DatabaseOrTransaction, failed: Failed): Promise<void> {
  const { source, now, fault, status, seconds, requests = 0 } = failed
  const key = { source, day: midnight(failed.day) }
  const existing = await db.sourceDay.findUnique({ where: { source_day: key } })
  const attempts = (existing?.attempts ?? 0) + 1
  const stays = existing && (existing.papers > 0 || existing.closedAt)
  const isOver = existing?.closedAt && !existing.nextTry
  const values = {
    attempts,
    lastStatus: status ?? null,
    lastFault: fault,
    ...(!stays && { state: 'failed' as const, reason: null }),
    ...(!isOver && { nextTry: retryTime({ now, failures: attempts, seconds }) }),
  }
  await db.sourceDay.upsert({
    where: { source_day: key },
    create: { ...key, ...values, requests },
    update: { ...values, requests: { increment: requests } },
  })
}

/** Where the source was not asked after all: what is known of the day stays, and it is tried again so much later. */
export async function recordThrottled(
  db: DatabaseOrTransaction,
  { source, day, now, seconds }: SourceDayKey & { now: Date; seconds: number },
): Promise<void> {
  const nextTry = new Date(now.getTime() + seconds * 1000)
  await db.$executeRaw`
    insert into source_day (source, day, next_try) values (${source}, ${day}::date, ${nextTry})
    on conflict (source, day) do update set next_try = excluded.next_try
    where source_day.closed_at is null or source_day.next_try is not null`
}
