import type { DatabaseOrTransaction } from '../core/database/database.ts'
import type { Day } from '../core/dates.ts'

/** Counts digests of dates before `before` that have no message. */
export async function countOldDigests(db: DatabaseOrTransaction, before: Day): Promise<number> {
  const [row] = await db.$queryRaw<{ count: number }[]>`
    select count(*)::int as count from digest d
    where d.local_date < ${before}::date and not exists (select from message m where m.digest_id = d.id)`
  return row!.count
}

/** Deletes up to `most` of them; returns how many. */
export function deleteOldDigests(
  db: DatabaseOrTransaction,
  { before, most }: { before: Day; most: number },
): Promise<number> {
  return db.$executeRaw`
    with old as (
      select d.id from digest d
      where d.local_date < ${before}::date
        and exists (select from day_totals t where t.local_date = d.local_date and t.counts is not null)
        and not exists (select from message m where m.digest_id = d.id)
      order by d.local_date limit ${most} for update skip locked)
    delete from digest using old where digest.id = old.id`
}

/** Deletes the plans before `before` that have no digests left. */
export function deleteOldPlans(db: DatabaseOrTransaction, before: Day): Promise<number> {
  return db.$executeRaw`
    delete from plan p
    where p.local_date < ${before}::date and p.closed_at is not null
      and not exists (select from digest d where d.plan_id = p.id)`
}
