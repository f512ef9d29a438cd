import type { DatabaseOrTransaction } from '../platform/database.ts'
import { addDays, type Day, dayOf, midnight } from '../platform/dates.ts'
import { afterFailure, afterFetch, daysToFetch, MOST_DAYS_BACK, type SourceDayState } from './calendar.ts'

export interface SourceDayName {
  source: string
  day: Day
}

/** What we know of one source on one day (UTC). */
export interface SourceDay extends SourceDayName {
  state: SourceDayState
  /** How many papers we know it to list on that day. */
  papers: number
  /** Fetches that failed since the last good one. */
  failures: number
  lastStatus: number | null
  lastFault: string | null
  fetchedAt: Date | null
  nextTry: Date | null
  closedAt: Date | null
}

// A process that dies while it fetches keeps the day from the others for as long.
const CLAIM_MS = 15 * 60_000

/** The source days that ought to be fetched now, oldest first. */
export async function dueSourceDays(
  db: DatabaseOrTransaction,
  { sources, now }: { sources: readonly string[]; now: Date },
): Promise<SourceDayName[]> {
  const today = dayOf(now)
  const rows = await sourceDaysBetween(db, { from: addDays(today, -MOST_DAYS_BACK), to: today })
  const newestClosed = await newestClosedDays(db)
  const due = sources.flatMap((source) => {
    const waits = new Set(
      rows.filter((row) => row.source === source && !isDue(row, now)).map((row) => row.day),
    )
    const days = daysToFetch(now, newestClosed.get(source)).filter((day) => !waits.has(day))
    return days.map((day) => ({ source, day }))
  })
  return due.sort((a, b) => a.day.localeCompare(b.day))
}

const isDue = ({ closedAt, nextTry }: SourceDay, now: Date): boolean =>
  !closedAt && !(nextTry && nextTry > now)

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
  return rows.map(({ attempts, ...row }) => ({ ...row, failures: attempts, day: dayOf(row.day) }))
}

/** True for the one process that may fetch a due source day now. */
export async function claimSourceDay(
  db: DatabaseOrTransaction,
  { source, day }: SourceDayName,
  now: Date,
): Promise<boolean> {
  const until = new Date(now.getTime() + CLAIM_MS)
  const claimed = await db.$executeRaw`
    insert into source_day (source, day, next_try) values (${source}, ${day}::date, ${until})
    on conflict (source, day) do update set next_try = excluded.next_try
    where source_day.closed_at is null and (source_day.next_try is null or source_day.next_try <= ${now})`
  return claimed === 1
}

interface Fetched extends SourceDayName {
  /** How many papers the source is now known to list on the day. */
  papers: number
  now: Date
}

/** After a good fetch. A day that was closed stays closed. */
export async function recordFetch(db: DatabaseOrTransaction, fetched: Fetched): Promise<void> {
  const { source, day, papers, now } = fetched
  const { state, nextTry, closedAt } = afterFetch(fetched)
  await db.$executeRaw`
    insert into source_day (source, day, state, papers, last_status, fetched_at, next_try, closed_at)
    values (${source}, ${day}::date, ${state}::source_day_state, ${papers}, 200, ${now}, ${nextTry}, ${closedAt})
    on conflict (source, day) do update set
      state = excluded.state, papers = excluded.papers, attempts = 0, last_status = 200, last_fault = null,
      fetched_at = excluded.fetched_at, next_try = excluded.next_try,
      closed_at = coalesce(source_day.closed_at, excluded.closed_at)`
}

/** After an import: papers are there, and whether the source itself was asked does not change. */
export async function recordImport(db: DatabaseOrTransaction, imported: Fetched): Promise<void> {
  const { source, day, papers, now } = imported
  const state: SourceDayState = papers > 0 ? 'fresh' : 'waiting'
  await db.$executeRaw`
    insert into source_day (source, day, state, papers, fetched_at)
    values (${source}, ${day}::date, ${state}::source_day_state, ${papers}, ${now})
    on conflict (source, day) do update set papers = excluded.papers, fetched_at = excluded.fetched_at,
      state = case when excluded.papers > 0 then excluded.state else source_day.state end`
}

interface Failed extends SourceDayName {
  now: Date
  /** Code of the fault. */
  fault: string
  /** HTTP status, where there was an answer. */
  status?: number
  /** How long the source wants to be left alone. */
  seconds?: number
}

/** After a fetch that failed: tried again later and later, up to an hour. A day that was closed stays as it was. */
export async function recordFailure(db: DatabaseOrTransaction, failed: Failed): Promise<void> {
  const { source, now, fault, status, seconds } = failed
  const day = midnight(failed.day)
  const known = await db.sourceDay.findUnique({ where: { source_day: { source, day } } })
  const attempts = (known?.attempts ?? 0) + 1
  const last = { attempts, lastStatus: status ?? null, lastFault: fault }
  const change = known?.closedAt ? last : { ...last, ...afterFailure({ now, failures: attempts, seconds }) }
  await db.sourceDay.upsert({
    where: { source_day: { source, day } },
    create: { source, day, ...change },
    update: change,
  })
}
