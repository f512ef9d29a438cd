import type { DatabaseOrTransaction } from '../../core/database/database.ts'
import type { Day } from '../../core/dates.ts'

export interface MessageDay {
  day: Day
  accepted: number
  refused: number
  gaveUp: number
  uncertain: number
  skipped: number
}

/** Final states of the messages dated on each day (UTC), of any kind; days without messages are left out. */
export function messagesByDay(
  db: DatabaseOrTransaction,
  { from, to }: { from: Day; to: Day },
): Promise<MessageDay[]> {
  return db.$queryRaw<MessageDay[]>`
    select to_char(dated_at at time zone 'utc', 'YYYY-MM-DD') as day,
      count(*) filter (where state = 'accepted')::int as accepted,
      count(*) filter (where state = 'refused')::int as refused,
      count(*) filter (where state = 'gave_up')::int as "gaveUp",
      count(*) filter (where state = 'uncertain')::int as uncertain,
      count(*) filter (where state = 'skipped')::int as skipped
    from message
    where dated_at >= ${from}::date::timestamp at time zone 'utc'
      and dated_at < (${to}::date + 1)::timestamp at time zone 'utc'
    group by 1`
}
