import type { DatabaseOrTransaction } from '../core/database/database.ts'
import type { Day } from '../core/dates.ts'
import { PLAN_WITHIN_MS } from './due.ts'

export interface OverdueDate {
  localDate: Day
  /** Plans that should be closed. */
  plans: number
  /** Number of subscribers who were due in them. */
  due: number
  /** When the last of them should have closed. */
  since: Date
}

/** Local dates with plans that are open at `now` although the deadline of all their messages has passed. */
export function overdueDates(db: DatabaseOrTransaction, now: Date): Promise<OverdueDate[]> {
  return db.$queryRaw<OverdueDate[]>`
    select to_char(p.local_date, 'YYYY-MM-DD') as "localDate", count(*)::int as plans, sum(p.due)::int as due,
      max(p.due_at + make_interval(secs => ${PLAN_WITHIN_MS / 1000}::float8)) as since
    from plan p
    where p.closed_at is null and p.due_at + make_interval(secs => ${PLAN_WITHIN_MS / 1000}::float8) <= ${now}
      and not exists (
        select from digest d join message m on m.digest_id = d.id where d.plan_id = p.id and m.deadline > ${now})
    group by p.local_date order by p.local_date`
}

/** Number of local dates with due subscribers, and how many of these have only closed plans. */
export async function closedDates(
  db: DatabaseOrTransaction,
  { from, to }: { from: Day; to: Day },
): Promise<{ dates: number; closed: number }> {
  const [row] = await db.$queryRaw<[{ dates: number; closed: number }]>`
    select count(*)::int as dates, count(*) filter (where closed)::int as closed
    from (select bool_and(closed_at is not null) as closed from plan
      where local_date between ${from}::date and ${to}::date and due > 0 group by local_date) date`
  return row
}
