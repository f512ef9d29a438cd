import type { Database } from '../../core/database/database.ts'

export interface Liveness {
  /** When a process last claimed a minute; null if none ever did. */
  tick: Date | null
  /** Since when a nudge to send email waits for a worker; null if none waits. */
  waitsSince: Date | null
  /** How long it has waited, by the database's clock, as the queue does. */
  waitsSeconds: number | null
}

/** A report. */
export async function readLiveness(db: Database): Promise<Liveness> {
  const [row] = await db.$queryRaw<[Liveness]>`
    select (select max(slot) from tick where name = 'minute') as tick, since as "waitsSince",
      extract(epoch from clock_timestamp() - since)::float8 as "waitsSeconds"
    from (
      select min(created_on) as since from pgboss.job
      where name = 'drain-transactional' and state in ('created', 'retry')
        and not exists (select from pgboss.job a where a.name = 'drain-transactional' and a.state = 'active')) nudge`
  return row
}
