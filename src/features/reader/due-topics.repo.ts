import type { Database } from '../../core/database/database.ts'

/** A topic of someone who is about to get a digest, once for all who have it. */
export interface DueTopic {
  queryId: number
  text: string
  /** Whether someone gets its digest on fewer than four days a week. */
  isRare: boolean
}

/** The reader needs time, but papers that come after it has read are not graded. */
const HOURS_BEFORE = 2
/** A digest may wait that long for papers. */
const HOURS_AFTER = 3

/** A report: the topics of digests with related papers that are due soon, those of most subscribers first. */
export const topicsDueSoon = (
  db: Database,
  { now, limit }: { now: Date; limit: number },
): Promise<DueTopic[]> =>
  db.$queryRaw<DueTopic[]>`
    with due as (
      select z.zone, extract(hour from l.local)::int as hour, to_char(l.local, 'dy') as day
      from (select distinct zone from subscriber) z
      cross join generate_series(${-HOURS_AFTER}::int, ${HOURS_BEFORE}::int) as hours
      cross join lateral (
        select (${now}::timestamptz + make_interval(hours => hours)) at time zone z.zone as local) l)
    select q.id as "queryId", q.text, bool_or(cardinality(s.days) < 4) as "isRare"
    from due join subscriber s on s.zone = due.zone and s.hour = due.hour and due.day = any(s.days)
    join topic t on t.subscriber_id = s.id join query q on q.id = t.query_id
    where s.state = 'active' and s.related
      and not exists (select from reader_opt_out o where o.topic_id = t.id)
    group by q.id, q.text
    order by count(*) desc, q.id limit ${limit}`
