import type { Database } from '../core/database/database.ts'
import { type Day, dayOf } from '../core/dates.ts'
import type { Schedule } from '../subscribers/subscriber.ts'
import { type DueDate, PLAN_WITHIN_MS } from './due.ts'
import type { SourceNews } from './sources-line.ts'

/** The distinct schedules of active and paused subscribers. */
export async function schedulesInUse(db: Database): Promise<Schedule[]> {
  const rows = await db.subscriber.groupBy({
    by: ['zone', 'hour', 'days'],
    where: { state: { in: ['active', 'paused'] } },
    orderBy: [{ zone: 'asc' }, { hour: 'asc' }, { days: 'asc' }],
  })
  return rows as Schedule[]
}

/** The distinct schedules of active subscribers, how many have each, and the first date on which one of them starts. */
export async function activeSchedules(
  db: Database,
): Promise<(Schedule & { subscribers: number; startDate: Day | null })[]> {
  const rows = await db.subscriber.groupBy({
    by: ['zone', 'hour', 'days'],
    where: { state: 'active' },
    _count: true,
    _min: { startDate: true },
  })
  return rows.map(({ _count: subscribers, _min: { startDate }, ...schedule }) => ({
    ...(schedule as Schedule),
    subscribers,
    startDate: startDate && dayOf(startDate),
  }))
}

/** A schedule, and a date on which its digests are due. */
interface DueGroup {
  schedule: Schedule
  due: DueDate
}

export interface UnopenedGroup extends DueGroup {
  /** The first date on which one of its digests may be missing. */
  since: Day
}

/**
 * A report: the groups with a subscriber whose digest of that date is not open. Dates only go forward: a subscriber
 * with a digest of a later date is not missing this one, unless `only` requests exactly this date.
 */
export async function unopenedGroups(
  db: Database,
  groups: readonly DueGroup[],
  only: boolean,
): Promise<UnopenedGroup[]> {
  const columns = {
    zones: groups.map(({ schedule }) => schedule.zone),
    hours: groups.map(({ schedule }) => schedule.hour),
    days: groups.map(({ schedule }) => schedule.days.join()),
    dates: groups.map(({ due }) => due.localDate),
  }
  const rows = await db.$queryRaw<{ place: number; since: Date }[]>`
    select g.place::int as place, min(greatest(s.start_date, last.date + 1)) as since
    from unnest(${columns.zones}::text[], ${columns.hours}::int[], ${columns.days}::text[], ${columns.dates}::date[])
      with ordinality as g(zone, hour, days, date, place)
    join subscriber s on s.zone = g.zone and s.hour = g.hour and array_to_string(s.days, ',') = g.days
    left join lateral (
      select max(local_date) as date from digest
      where subscriber_id = s.id and (local_date <= g.date or not ${only})) last on true
    where s.state in ('active', 'paused') and s.start_date <= g.date and (last.date is null or last.date < g.date)
    group by g.place order by g.place`
  return rows.map(({ place, since }) => ({ ...groups[place - 1]!, since: dayOf(since) }))
}

export interface PlanInput extends DueGroup {
  /** Only for this subscriber; undefined: for all subscribers of the schedule. */
  subscriberId?: string
  /** The highest paper id that the plan may consider. */
  maxPaperId: number
  sources: SourceNews[]
}

/** Number of digests that are opened in one transaction, and may then be filled. */
const OPENED_AT_ONCE = 5000

/**
 * A bulk write: opens digests of due subscribers with ids after `after` who have none for that date, and counts them in
 * the plan. That count is final, whatever happens to the subscribers later. Call it in a transaction: it locks the plan
 * before any digest, so that concurrent calls cannot deadlock. A finished plan is reopened. The plan gets the current
 * maxPaperId and sources. Returns the id to continue after; null if no more are due.
 */
export async function openDigests(
  tx: Database,
  { subscriberId, schedule, due, maxPaperId, sources }: PlanInput,
  { only, now, after = '' }: { only: boolean; now: Date; after?: string },
): Promise<string | null> {
  const { zone, hour, days } = schedule
  const { localDate, dueAt } = due
  // A page then reads only its own subscribers, in the order of an index, instead of sorting all that are left.
  if (!subscriberId) await tx.$executeRaw`select set_config('enable_sort', 'off', true)`
  const [plan] = await tx.$queryRaw<{ id: number }[]>`
    insert into plan (zone, hour, days, local_date, due_at, max_paper_id, sources)
    values (${zone}, ${hour}, ${days.join()}, ${localDate}::date, ${dueAt}, ${maxPaperId}, ${JSON.stringify(sources)}::jsonb)
    on conflict (zone, hour, days, local_date) do update set due = plan.due
    returning id`
  // The pair of columns leads to the index with both. The statistics have no digests of today, so the index of dates
  // would seem as good, but it finds those of everyone.
  const [page] = await tx.$queryRaw<{ last: string | null }[]>`
    with due as materialized (
      select s.id from subscriber s
      where s.id > ${after} and s.zone = ${zone} and s.hour = ${hour} and s.days = ${[...days]}
        and s.state in ('active', 'paused') and s.start_date <= ${localDate}::date
        and (${subscriberId ?? null}::text is null or s.id = ${subscriberId ?? null})
        and (select true from digest d
          where d.subscriber_id = s.id and (d.subscriber_id, d.local_date) >= (s.id, ${localDate}::date)
            and (d.local_date = ${localDate}::date or not ${only}) limit 1) is not true
      order by s.id limit ${OPENED_AT_ONCE}
    ), opened as (
      insert into digest (plan_id, subscriber_id, local_date, due_at, outcome, papers, created_at)
      select ${plan!.id}, id, ${localDate}::date, ${dueAt}, 'due', '{}', ${now} from due
      on conflict (subscriber_id, local_date) do nothing
      returning id
    ), counted as (
      update plan set due = due + (select count(*) from opened), planned_at = null, closed_at = null,
        max_paper_id = greatest(max_paper_id, ${maxPaperId}), sources = ${JSON.stringify(sources)}::jsonb
      where id = ${plan!.id} and exists (select from opened))
    select case when count(*) = ${OPENED_AT_ONCE} then max(id) end as last from due`
  return page!.last
}

/** The newest local date for which a subscriber has a digest. */
export async function lastDigestDate(db: Database, subscriberId: string): Promise<Day | null> {
  const { _max } = await db.digest.aggregate({ where: { subscriberId }, _max: { localDate: true } })
  return _max.localDate && dayOf(_max.localDate)
}

export interface OpenPlan {
  id: number
  localDate: Day
  dueAt: Date
  maxPaperId: number
  sources: SourceNews[]
}

/** Plans with digests that may still be unfilled, in the order in which they were due. */
export async function plansToFill(db: Database): Promise<OpenPlan[]> {
  const plans = await db.plan.findMany({
    where: { plannedAt: null },
    orderBy: [{ dueAt: 'asc' }, { id: 'asc' }],
  })
  return plans.map(({ id, localDate, dueAt, maxPaperId, sources }) => {
    return {
      id,
      localDate: dayOf(localDate),
      dueAt,
      maxPaperId,
      sources: sources as unknown as SourceNews[],
    }
  })
}

/**
 * A claim: marks a plan as finished, unless it has unfilled digests. The plan is locked first: a statement that only
 * waits for `openDigests` would not see the digests that it opened.
 */
export const finishPlan = (db: Database, id: number, plannedAt: Date): Promise<void> =>
  db.$transaction(async (tx) => {
    await tx.$queryRaw`select id from plan where id = ${id} for update`
    const where = { id, plannedAt: null, digests: { none: { outcome: 'due' as const } } }
    await tx.plan.updateMany({ where, data: { plannedAt } })
  })

/** A bulk write: ends the digests of a plan that is too late: paused if the subscriber is paused, otherwise missed. */
export async function missDigests(db: Database, planId: number): Promise<{ paused: number; missed: number }> {
  const [row] = await db.$queryRaw<{ paused: number; missed: number }[]>`
    with ended as (
      update digest d set outcome = (case when s.state = 'paused' then 'paused' else 'missed' end)::digest_outcome
      from subscriber s
      where s.id = d.subscriber_id and d.plan_id = ${planId} and d.outcome = 'due'
      returning d.outcome)
    select count(*) filter (where outcome = 'paused')::int as paused,
           count(*) filter (where outcome = 'missed')::int as missed
    from ended`
  return row!
}

export interface OverdueDate {
  localDate: Day
  /** Plans that should be closed. */
  plans: number
  /** Number of subscribers who were due in them. */
  due: number
  /** When the last of them should have closed. */
  since: Date
}

/** A report: local dates with plans that are open at `now` although the deadline of all their messages has passed. */
export function overdueDates(db: Database, now: Date): Promise<OverdueDate[]> {
  return db.$queryRaw<OverdueDate[]>`
    select to_char(p.local_date, 'YYYY-MM-DD') as "localDate", count(*)::int as plans, sum(p.due)::int as due,
      max(p.due_at + make_interval(secs => ${PLAN_WITHIN_MS / 1000}::float8)) as since
    from plan p
    where p.closed_at is null and p.due_at + make_interval(secs => ${PLAN_WITHIN_MS / 1000}::float8) <= ${now}
      and not exists (
        select from digest d join message m on m.digest_id = d.id and m.local_date = d.local_date
        where d.plan_id = p.id and m.deadline > ${now})
    group by p.local_date order by p.local_date`
}

/** A report: the number of local dates with due subscribers, and how many of these have only closed plans. */
export async function closedDates(
  db: Database,
  { from, to }: { from: Day; to: Day },
): Promise<{ dates: number; closed: number }> {
  const [row] = await db.$queryRaw<[{ dates: number; closed: number }]>`
    select count(*)::int as dates, count(*) filter (where closed)::int as closed
    from (select bool_and(closed_at is not null) as closed from plan
      where local_date between ${from}::date and ${to}::date and due > 0 group by local_date) date`
  return row
}
