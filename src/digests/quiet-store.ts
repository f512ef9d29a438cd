import type { DatabaseOrTransaction } from '../platform/database.ts'
import { addDays, type Day, dayOf } from '../platform/dates.ts'

/** Due dates in a row with new papers of which none matched somebody, up to the one that is being planned. */
export interface QuietTime {
  subscriberId: string
  /** The first of them. */
  since: Day
  dates: number
}

/** So many of them are worth a note. */
const QUIET_DATES = 5
/** From one note to the next. */
const NOTE_DAYS = 30

/**
 * Which of these subscribers, whose digests of `localDate` are filled, are to be told: the date is at least the fifth
 * in a row on which papers came and none matched, under the topics that they have, and no note came within 30 days.
 * Dates without papers, paused and missed ones neither count nor break a row. Hold the subscribers.
 */
export async function quietTimes(
  db: DatabaseOrTransaction,
  { subscriberIds, localDate }: { subscriberIds: readonly string[]; localDate: Day },
): Promise<QuietTime[]> {
  // A digest looked at papers that no earlier one did where its range holds any. Names and order of topics match nothing.
  const rows = await db.$queryRaw<{ subscriberId: string; since: Date; dates: number }[]>`
    with told as materialized (
      select s.id, greatest(s.confirmed_at, (
        select max(c.at) from change c,
          jsonb_path_query_array(c.before, '$.topics[*].query') as was,
          jsonb_path_query_array(c.after, '$.topics[*].query') as became
        where c.subscriber_id = s.id and not (was @> became and was <@ became))) as settled_at, (
        select max(d.local_date) from digest d
        where d.subscriber_id = s.id and d.local_date < ${localDate}::date and d.outcome = 'planned') as matched_on
      from subscriber s
      where s.id = any(${[...subscriberIds]})
        and not exists (
          select from message m where m.subscriber_id = s.id and m.kind = 'note'
            and (m.content->>'localDate')::date > ${addDays(localDate, -NOTE_DAYS)}::date)
    )
    select told.id as "subscriberId", min(d.local_date) as since, count(*)::int as dates
    from told join digest d on d.subscriber_id = told.id
    where d.outcome = 'nothing_matched' and d.from_paper < d.to_paper and d.due_at > told.settled_at
      and d.local_date > coalesce(told.matched_on, '-infinity') and d.local_date <= ${localDate}::date
    group by told.id
    having count(*) >= ${QUIET_DATES} and max(d.local_date) = ${localDate}::date`
  return rows.map(({ since, ...row }) => ({ ...row, since: dayOf(since) }))
}

/**
 * Which of these topics had nothing in any of the four digests before `localDate` in which papers were looked at, so that
 * this is at least the fifth of their days without a match, or with what was close to it. Dates before the subscriber last
 * changed what they follow do not count.
 */
export async function dryTopics(
  db: DatabaseOrTransaction,
  { topicIds, localDate }: { topicIds: readonly number[]; localDate: Day },
): Promise<Set<number>> {
  if (topicIds.length === 0) return new Set()
  const rows = await db.$queryRaw<{ id: number }[]>`
    select t.id from topic t join subscriber s on s.id = t.subscriber_id
    cross join lateral (
      select greatest(s.confirmed_at, (
        select max(c.at) from change c,
          jsonb_path_query_array(c.before, '$.topics[*].query') as was,
          jsonb_path_query_array(c.after, '$.topics[*].query') as became
        where c.subscriber_id = s.id and not (was @> became and was <@ became))) as settled_at) settled
    cross join lateral (
      select count(*) as dates, coalesce(bool_or(d.content @? ('$.sections[*] ? (@.topicId == ' || t.id || ')')::jsonpath),
        false) as held
      from (
        select content from digest
        where subscriber_id = s.id and local_date < ${localDate}::date and due_at > settled_at
          and outcome in ('planned', 'nothing_matched') and from_paper < to_paper
        order by local_date desc limit ${QUIET_DATES - 1}) d) past
    where t.id = any(${[...topicIds]}::int[]) and past.dates = ${QUIET_DATES - 1} and not past.held`
  return new Set(rows.map(({ id }) => id))
}
