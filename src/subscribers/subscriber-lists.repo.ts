import type { Database } from '../core/database/database.ts'
import type { Day } from '../core/dates.ts'
import { type ConsentEvent, NO_PAGE } from './consent.ts'
import type { SubscriberState } from './subscriber.ts'

// SQL by hand: reports.

/** Number of subscribers by state; erased ones are not counted. */
export async function countByState(db: Database): Promise<{ state: SubscriberState; count: number }[]> {
  const rows = await db.subscriber.groupBy({
    by: 'state',
    where: { erasedAt: null },
    _count: true,
    orderBy: { state: 'asc' },
  })
  return rows.map(({ state, _count: count }) => ({ state, count }))
}

interface QueryCount {
  id: number
  query: string
  /** Subscribers with such a topic: `joined` are active or paused, `subscribers` are all. */
  joined: number
  subscribers: number
}

/** Distinct queries, those with most subscribers first; up to `most` of them after the first `skip`. */
export const queriesByCount = (
  db: Database,
  { most, skip }: { most: number; skip: number },
): Promise<QueryCount[]> => db.$queryRaw<QueryCount[]>`
  select q.id, q.text as query, count(*) filter (where s.state in ('active', 'paused'))::int as joined,
    count(*)::int as subscribers
  from topic t join query q on q.id = t.query_id join subscriber s on s.id = t.subscriber_id
  group by q.id order by joined desc, subscribers desc, q.id limit ${most} offset ${skip}`

/** Subscribers with a topic of this query, oldest topic first, `after` the topic with that id. */
export async function topicHolders(
  db: Database,
  { queryId, most, after }: { queryId: number; most: number; after: number },
) {
  const found = await db.query.findUnique({ where: { id: queryId }, select: { text: true } })
  if (!found) return null
  const rows = await db.topic.findMany({
    where: { queryId, id: { gt: after } },
    include: { subscriber: { select: { address: true, state: true } } },
    orderBy: { id: 'asc' },
    take: most,
  })
  return { query: found.text, holders: rows.map(({ subscriber, ...topic }) => ({ ...topic, ...subscriber })) }
}

/** The ids of imported pending subscribers who have not been asked yet. */
export async function importedPending(db: Database): Promise<string[]> {
  const rows = await db.$queryRaw<{ id: string }[]>`
    select id from subscriber s where state = 'pending' and imported_at is not null
      and not exists (select from signup g where g.subscriber_id = s.id) order by id`
  return rows.map(({ id }) => id)
}

interface Days {
  from: Day
  to: Day
}

export interface SubscriberDay {
  day: Day
  /** Number of subscriptions, active or paused, at the end of the day (UTC). */
  subscribers: number
}

// Events that begin, end or interrupt a subscription.
const STATE_EVENTS: ConsentEvent[] = [
  'confirmed',
  'resubscribed',
  'unsubscribed',
  'erased',
  'suppressed',
  'unsuppressed',
]

/**
 * The days from `from` to `to`, oldest first. Counts today's subscribers and subtracts what consents added since, so
 * the cost depends on those days only. A consent older than its subscriber's row (an import) counts from that row's
 * date.
 */
export function subscribersByDay(db: Database, { from, to }: Days): Promise<SubscriberDay[]> {
  // `joined` means: confirmed once, and neither unsubscribed nor suppressed since. Rows of one subscriber are written
  // under a lock, so their ids are in chronological order.
  return db.$queryRaw<SubscriberDay[]>`
    with touched as (
      select subscriber_id as id from consent
        where at >= ${from}::date::timestamp at time zone 'utc' and event = any(${STATE_EVENTS})
      union select id from subscriber
        where created_at >= ${from}::date::timestamp at time zone 'utc'
          or imported_at >= ${from}::date::timestamp at time zone 'utc'
    ), stood as (
      select c.subscriber_id, c.id, (greatest(c.at, s.created_at, s.imported_at) at time zone 'utc')::date as day,
        count(*) filter (where c.event = 'confirmed') over w > 0
        and coalesce(max(c.id) filter (where c.event in ('confirmed', 'resubscribed')) over w, 0) >
          coalesce(max(c.id) filter (where c.event in ('unsubscribed', 'erased')
            or (c.event = 'unsuppressed' and c.how = 'asked again')) over w, 0)
        and coalesce(max(c.id) filter (where c.event in ('confirmed', 'unsuppressed')) over w, 0) >
          coalesce(max(c.id) filter (where c.event = 'suppressed') over w, 0) as joined
      from touched t join consent c on c.subscriber_id = t.id join subscriber s on s.id = t.id
      where c.event = any(${STATE_EVENTS})
      window w as (partition by c.subscriber_id order by c.id)
    ), change as (
      select day, joined::int - lag(joined::int, 1, 0) over (partition by subscriber_id order by id) as by
      from stood
    ), by_day as materialized (select day, sum(by) as by from change where by <> 0 group by day)
    select to_char(d, 'YYYY-MM-DD') as day, (
      (select count(*) from subscriber where state in ('active', 'paused'))
      - coalesce((select sum(by) from by_day where day > d), 0))::int as subscribers
    from generate_series(${from}::date::timestamp, ${to}::date::timestamp, interval '1 day') d
    order by d`
}

export interface ConsentDay {
  day: Day
  /** People who pressed the form's button or whom the operator asked, each counted once a day. */
  asked: number
  confirmed: number
  unsubscribed: number
}

/** Only the days (UTC) that have consents that were given here: an import copies those that were given elsewhere. */
export function consentsByDay(db: Database, { from, to }: Days): Promise<ConsentDay[]> {
  return db.$queryRaw<ConsentDay[]>`
    select to_char(at at time zone 'utc', 'YYYY-MM-DD') as day,
      count(distinct subscriber_id) filter (where event = 'asked' and wording <> ${NO_PAGE})::int as asked,
      count(*) filter (where event = 'confirmed')::int as confirmed,
      count(*) filter (where event = 'unsubscribed')::int as unsubscribed
    from consent
    where at >= ${from}::date::timestamp at time zone 'utc'
      and at < (${to}::date + 1)::timestamp at time zone 'utc'
      and event in ('asked', 'confirmed', 'unsubscribed') and how <> 'import'
    group by 1`
}
