import type { DatabaseOrTransaction } from '../platform/database.ts'
import { addDays, type Day, dayOf } from '../platform/dates.ts'

/** Due dates in a row on which nothing matched somebody, up to the one that is being planned. */
export interface QuietTime {
  subscriberId: string
  /** The first of them. */
  since: Day
  dates: number
}

/** So many due dates in a row without a match are worth a note. */
const QUIET_DATES = 5
/** From one note to the next. */
const NOTE_DAYS = 30

/**
 * Which of these subscribers, whom nothing matches on `localDate` either, are to be told: after so many due dates in
 * a row without a match, since they confirmed, and no note within 30 days. Paused and missed dates neither count nor
 * break a row. Hold the subscribers.
 */
export async function quietTimes(
  db: DatabaseOrTransaction,
  { subscriberIds, localDate }: { subscriberIds: readonly string[]; localDate: Day },
): Promise<QuietTime[]> {
  // The newest rows say whether it is long enough; all of them are counted only for whoever is to be told.
  const rows = await db.$queryRaw<{ subscriberId: string; since: Date; before: number }[]>`
    with told as materialized (
      select s.id, s.confirmed_at
      from subscriber s
      where s.id = any(${[...subscriberIds]})
        and ${QUIET_DATES - 1} = (
          select count(*) from (
            select d.outcome, d.due_at from digest d
            where d.subscriber_id = s.id and d.local_date < ${localDate}::date
              and d.outcome in ('planned', 'nothing_matched')
            order by d.local_date desc limit ${QUIET_DATES - 1}) newest
          where newest.outcome = 'nothing_matched' and newest.due_at > s.confirmed_at)
        and not exists (
          select from message m where m.subscriber_id = s.id and m.kind = 'note'
            and (m.content->>'localDate')::date > ${addDays(localDate, -NOTE_DAYS)}::date)
    )
    select told.id as "subscriberId", min(d.local_date) as since, count(*)::int as before
    from told join digest d on d.subscriber_id = told.id
    where d.outcome = 'nothing_matched' and d.due_at > told.confirmed_at and d.local_date < ${localDate}::date
      and d.local_date > coalesce((
        select max(p.local_date) from digest p
        where p.subscriber_id = told.id and p.local_date < ${localDate}::date and p.outcome = 'planned'), '-infinity')
    group by told.id`
  return rows.map(({ subscriberId, since, before }) => ({
    subscriberId,
    since: dayOf(since),
    dates: before + 1,
  }))
}
