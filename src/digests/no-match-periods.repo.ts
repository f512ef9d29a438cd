import type { Database } from '../core/database/database.ts'
import { addDays, type Day, dayOf } from '../core/dates.ts'

/** Consecutive due dates with new papers but no match for a subscriber, up to the date that is being planned. */
export interface NoMatchPeriod {
  subscriberId: string
  /** The first of these dates. */
  since: Day
  dates: number
}

/** Number of such dates after which we send a no-matches email. */
const NO_MATCH_DATES = 5
/** Minimum days between two such emails. */
const NOTE_DAYS = 30

/**
 * A report: which of these subscribers, whose digests of `localDate` are filled, get a no-matches email: it is at least
 * the fifth date in a row on which papers arrived and none matched their current topics, and they got no such email
 * within 30 days. Dates without papers, paused and missed dates neither count nor break the row. Lock the subscribers
 * first.
 */
export async function noMatchPeriods(
  db: Database,
  { subscriberIds, localDate }: { subscriberIds: readonly string[]; localDate: Day },
): Promise<NoMatchPeriod[]> {
  // A digest with a non-empty range considered new papers. Names and order of topics have no effect on matches. The
  // last five are checked first, because it takes little time and most subscribers have a match in one of them.
  const rows = await db.$queryRaw<{ subscriberId: string; since: Date; dates: number }[]>`
    with candidate as materialized (
      select s.id, greatest(s.confirmed_at, (
        select max(c.at) from change c,
          jsonb_path_query_array(c.before, '$.topics[*].query') as was,
          jsonb_path_query_array(c.after, '$.topics[*].query') as became
        where c.subscriber_id = s.id and not (was @> became and was <@ became))) as settled_at, (
        select max(d.local_date) from digest d
        where d.subscriber_id = s.id and d.local_date < ${localDate}::date and d.outcome = 'planned') as matched_on
      from subscriber s
      where s.id = any(${[...subscriberIds]})
        and ${NO_MATCH_DATES} = (
          select count(*) filter (where last.outcome = 'nothing_matched') from (
            select d.outcome from digest d
            where d.subscriber_id = s.id and d.local_date <= ${localDate}::date and d.from_paper < d.to_paper
            order by d.local_date desc limit ${NO_MATCH_DATES}) last)
        and not exists (
          select from message m where m.subscriber_id = s.id and m.kind = 'note'
            and (m.content->>'localDate')::date > ${addDays(localDate, -NOTE_DAYS)}::date)
    )
    select candidate.id as "subscriberId", min(d.local_date) as since, count(*)::int as dates
    from candidate join digest d on d.subscriber_id = candidate.id
    where d.outcome = 'nothing_matched' and d.from_paper < d.to_paper and d.due_at > candidate.settled_at
      and d.local_date > coalesce(candidate.matched_on, '-infinity') and d.local_date <= ${localDate}::date
    group by candidate.id
    having count(*) >= ${NO_MATCH_DATES} and max(d.local_date) = ${localDate}::date`
  return rows.map(({ since, ...row }) => ({ ...row, since: dayOf(since) }))
}
