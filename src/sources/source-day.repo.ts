import type { Database } from '../core/database/database.ts'
import { addDays, type Day, dayOf, midnight } from '../core/dates.ts'
import { endIncident, recordIncident } from '../core/incident.repo.ts'
import type { SourceDay as SourceDayRow } from '../generated/prisma/client.ts'
import { parseSourceName, requireSource } from './registry.ts'
import {
  arrivalTime,
  daysToFetch,
  MAX_DAYS_BACK,
  outcomeOfFetch,
  retryTime,
  type SourceDayOutcome,
  type SourceDayReason,
  type SuccessfulFetch,
  stoppedReason,
} from './source-day-state.ts'

// SQL by hand: claims of a day.

export interface SourceDayKey {
  /** "arxiv:cs.CL" */
  source: string
  day: Day
}

/**
 * The state of one source on one day (UTC). `papers`: how many it lists, besides those that it lists only as newer
 * versions.
 */
export interface SourceDay extends SourceDayKey, Omit<SourceDayRow, 'day' | 'reason' | 'attempts'> {
  /** Why the day has this state; null if its papers explain it. */
  reason: SourceDayReason | null
  /** Failed fetches since the last successful one. */
  failures: number
}

/** The incident's name while the fetches of a source fail. */
export const sourceIncidentName = (source: string): string => `source ${source}`
/** The incident's name while a source responds from another address; its detail is that address. */
export const movedIncidentName = (source: string): string => `moved ${source}`

// If a process dies during a fetch, other processes cannot claim the day for this long.
const CLAIM_MS = 15 * 60_000
/** How many rejected papers are stored by name. */
const MAX_REJECTED = 100

/** The source days that are due for a fetch, oldest first. */
export async function dueSourceDays(
  db: Database,
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

async function newestClosedDays(db: Database): Promise<Map<string, Day>> {
  const rows = await db.sourceDay.groupBy({
    by: 'source',
    where: { closedAt: { not: null } },
    _max: { day: true },
  })
  return new Map(rows.flatMap(({ source, _max }) => (_max.day ? [[source, dayOf(_max.day)]] : [])))
}

/** All source days between two days, both included, by day and source. */
export async function sourceDaysBetween(
  db: Database,
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
  db: Database,
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
  /** How many papers the source lists on the day, including this fetch. */
  papers: number
  /** How many papers it lists only as newer versions; 0 by default. */
  revised?: number
  /** Requests of this fetch; 0 by default. */
  requests?: number
  reason?: SuccessfulFetch['reason']
  /** The address to which the source has moved. */
  movedTo?: string
  /** Papers that the database rejected; empty by default. */
  rejected?: readonly string[]
  now: Date
}

/** Records a successful fetch. A closed day stays closed. Throws source.unknown. */
export async function recordSuccessfulFetch(db: Database, fetched: Fetched): Promise<SourceDayOutcome> {
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
  await endIncident(db, sourceIncidentName(source))
  await recordMove(db, fetched)
  return outcome
}

async function recordMove(db: Database, { source, movedTo, now }: Fetched): Promise<void> {
  const name = movedIncidentName(source)
  if (movedTo) await recordIncident(db, { name, what: 'moved', detail: movedTo, since: now })
  else await endIncident(db, name)
}

/** Records an import: the day has papers, but its fetches, due time and closing time do not change. */
export async function recordImport(
  db: Database,
  { source, day, papers, rejected = [], now }: Omit<Fetched, 'revised' | 'requests' | 'reason' | 'movedTo'>,
): Promise<void> {
  const key = { source, day: midnight(day) }
  const values = { papers, rejected: rejected.slice(0, MAX_REJECTED), fetchedAt: now }
  const state = papers > 0 ? ({ state: 'fresh', reason: null } as const) : {}
  await db.sourceDay.upsert({
    where: { source_day: key },
    create: { ...key, ...values, ...state },
    update: { ...values, ...state },
  })
}

/** When the last successful fetch of any day was; null before the first. */
export async function lastFetchOf(db: Database, source: string): Promise<Date | null> {
  const { _max } = await db.sourceDay.aggregate({ where: { source }, _max: { fetchedAt: true } })
  return _max.fetchedAt
}

/**
 * Closes a past day of a rolling source, which is not fetched any more: its papers stay, and so does a failure if there
 * are none.
 */
export async function closePastDay(db: Database, { source, day, now }: SourceDayKey & { now: Date }) {
  const key = { source, day: midnight(day) }
  const existing = await db.sourceDay.findUnique({ where: { source_day: key } })
  const isQuiet = !existing || (existing.papers === 0 && existing.attempts === 0)
  const closedAt = existing?.closedAt ?? now
  const values = { closedAt, nextTry: null, ...(isQuiet && { state: 'quiet' as const, reason: 'none' }) }
  await db.sourceDay.upsert({ where: { source_day: key }, create: { ...key, ...values }, update: values })
}

interface Failed extends SourceDayKey {
  now: Date
  fault: string
  /** The HTTP status, if there was a response. */
  status?: number
  /** What else the operator needs to know, such as an address; by default the status. */
  detail?: string
  /** The pause that the source asked for, in seconds. */
  seconds?: number
  /** Requests of this fetch; 0 by default. */
  requests?: number
}

/**
 * Records a failed fetch, and an incident that lasts until one succeeds. Each retry waits longer. A day that has papers
 * or is closed keeps its state, but says if the source is stopped.
 */
export async function recordFailedFetch(db: Database, failed: Failed): Promise<void> {
  const { source, now, fault, status, seconds, requests = 0, detail = String(status ?? '') } = failed
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
    ...(stoppedReason(fault) && { reason: stoppedReason(fault) }),
    ...(!isOver && { nextTry: retryTime({ now, failures: attempts, fault, seconds }) }),
  }
  await db.sourceDay.upsert({
    where: { source_day: key },
    create: { ...key, ...values, requests },
    update: { ...values, requests: { increment: requests } },
  })
  const incident = { name: sourceIncidentName(source), what: fault, detail, since: now }
  await recordIncident(db, incident)
}

/** Records that no request was sent: the state of the day does not change, and the next attempt is `seconds` later. */
export async function recordThrottled(
  db: Database,
  { source, day, now, seconds }: SourceDayKey & { now: Date; seconds: number },
): Promise<void> {
  const nextTry = new Date(now.getTime() + seconds * 1000)
  await db.$executeRaw`
    insert into source_day (source, day, next_try) values (${source}, ${day}::date, ${nextTry})
    on conflict (source, day) do update set next_try = excluded.next_try
    where source_day.closed_at is null or source_day.next_try is not null`
}
