import type { Database } from '../core/database/database.ts'
import { type Day, dayOf, midnight } from '../core/dates.ts'
import { Prisma } from '../generated/prisma/client.ts'
import { PLAN_WITHIN_MS } from './due.ts'

// SQL by hand: reports.

/** How many subscribers were due, and their outcomes. */
interface OutcomeCounts {
  /** Counted when their digests were opened; the other counts are from digests and messages. */
  due: number
  nothingMatched: number
  paused: number
  missed: number
  planned: number
  accepted: number
  refused: number
  gaveUp: number
  skipped: number
  uncertain: number
  /** Messages that may still be tried. */
  open: number
}

/** The totals of one local date, over all zones. */
export interface DayTotals extends OutcomeCounts {
  date: Day
  /** Every plan of the date is closed; false for a date without plans. */
  closed: boolean
}

/** Whether each due subscriber has an outcome, and each planned digest a message with a state. */
export const isReconciled = (counts: OutcomeCounts): boolean =>
  counts.due === counts.planned + counts.nothingMatched + counts.paused + counts.missed &&
  counts.planned ===
    counts.accepted + counts.refused + counts.gaveUp + counts.skipped + counts.uncertain + counts.open

const NOTHING: OutcomeCounts = {
  due: 0,
  nothingMatched: 0,
  paused: 0,
  missed: 0,
  planned: 0,
  accepted: 0,
  refused: 0,
  gaveUp: 0,
  skipped: 0,
  uncertain: 0,
  open: 0,
}

function sumCounts(all: readonly OutcomeCounts[]): OutcomeCounts {
  const sum = { ...NOTHING }
  for (const counts of all) {
    for (const name of Object.keys(sum) as (keyof OutcomeCounts)[]) sum[name] += counts[name]
  }
  return sum
}

interface PlanRow extends OutcomeCounts {
  id: number
  closed: boolean
  /** All digests are filled. */
  filled: boolean
  /** After this time none of its messages is tried and none of its digests filled. */
  over: Date
}

/** The totals of one local date, including dates whose digests are pruned. */
export async function dayTotals(db: Database, date: Day): Promise<DayTotals> {
  const kept = await storedDayTotals(db, date)
  // jsonb does not keep the order of keys.
  if (kept) return { date, ...sumCounts([kept]), closed: true }
  const plans = await planRows(db, Prisma.sql`p.local_date = ${date}::date`)
  return { date, ...sumCounts(plans), closed: plans.length > 0 && plans.every(({ closed }) => closed) }
}

/** The newest local date all of whose plans are closed; null if there is none. */
export async function newestClosedDate(db: Database): Promise<Day | null> {
  const rows = await db.$queryRaw<{ date: Date }[]>`
    select local_date as date from plan group by local_date having bool_and(closed_at is not null)
    order by local_date desc limit 1`
  return rows[0] ? dayOf(rows[0].date) : null
}

interface ClosedPlan extends OutcomeCounts {
  planId: number
}

/**
 * Closes every plan that has nothing open, or that has expired: 20 hours after its hour, or at its messages' last
 * deadline if that is later. Returns the plans that this call closed.
 */
export async function closeFinishedPlans(db: Database, now: Date): Promise<ClosedPlan[]> {
  const plans = await planRows(db, Prisma.sql`p.closed_at is null`)
  const ids = plans.filter((plan) => (plan.filled && plan.open === 0) || plan.over <= now).map(({ id }) => id)
  const closed = await db.plan.updateManyAndReturn({
    where: { id: { in: ids }, closedAt: null },
    data: { closedAt: now },
    select: { id: true },
  })
  const byId = new Map(plans.map((plan) => [plan.id, plan]))
  return closed.map(({ id }) => ({ planId: id, ...sumCounts([byId.get(id)!]) }))
}

function planRows(db: Database, which: Prisma.Sql): Promise<PlanRow[]> {
  return db.$queryRaw<PlanRow[]>`
    select p.id, p.due, p.closed_at is not null as closed, p.planned_at is not null as filled, c.*
    from plan p cross join lateral (
      select
        count(*) filter (where d.outcome = 'nothing_matched')::int as "nothingMatched",
        count(*) filter (where d.outcome = 'paused')::int as paused,
        count(*) filter (where d.outcome = 'missed')::int as missed,
        count(*) filter (where d.outcome = 'planned')::int as planned,
        count(*) filter (where m.state = 'accepted')::int as accepted,
        count(*) filter (where m.state = 'refused')::int as refused,
        count(*) filter (where m.state = 'gave_up')::int as "gaveUp",
        count(*) filter (where m.state = 'skipped')::int as skipped,
        count(*) filter (where m.state = 'uncertain' and m.next_try >= m.deadline)::int as uncertain,
        count(*) filter (where m.state in ('ready', 'taken', 'deferred')
          or (m.state = 'uncertain' and m.next_try < m.deadline))::int as open,
        greatest(max(m.deadline), p.due_at + make_interval(secs => ${PLAN_WITHIN_MS / 1000}::float8)) as over
      from digest d left join message m on m.digest_id = d.id and m.local_date = d.local_date
      where d.plan_id = p.id) c
    where ${which}`
}

/** The stored totals of a date whose digests may be pruned; null if all its digests are kept. */
export async function storedDayTotals(db: Database, date: Day): Promise<OutcomeCounts | null> {
  const row = await db.dayTotals.findUnique({
    where: { localDate: midnight(date) },
    select: { counts: true },
  })
  return (row?.counts ?? null) as OutcomeCounts | null
}

/** Stores the totals of a date permanently: its digests may be deleted from then on. */
export async function saveDayTotals(
  db: Database,
  { date, counts, now }: { date: Day; counts: OutcomeCounts; now: Date },
): Promise<void> {
  const kept = { counts: { ...counts } as Prisma.InputJsonObject, prunedAt: now }
  const localDate = midnight(date)
  await db.dayTotals.upsert({ where: { localDate }, create: { localDate, ...kept }, update: kept })
}

/** The newest local date whose digests may be deleted; null if all are kept. */
export async function prunedThrough(db: Database): Promise<Day | null> {
  const where = { counts: { not: Prisma.DbNull } }
  const { _max } = await db.dayTotals.aggregate({ where, _max: { localDate: true } })
  return _max.localDate && dayOf(_max.localDate)
}

/** Local dates before `before` that have plans but no stored totals, oldest first. */
export async function datesWithoutTotals(db: Database, before: Day): Promise<Day[]> {
  const rows = await db.$queryRaw<{ date: Date }[]>`
    select distinct p.local_date as date from plan p
    where p.local_date < ${before}::date
      and not exists (select from day_totals t where t.local_date = p.local_date and t.counts is not null)
    order by 1`
  return rows.map(({ date }) => dayOf(date))
}
