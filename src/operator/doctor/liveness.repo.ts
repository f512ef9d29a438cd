import type { Database } from '../../core/database/database.ts'

export interface Liveness {
  /** When a process last claimed a minute; null if none ever did. */
  tick: Date | null
  /** How long a nudge to send email has waited for a worker; null if none waits. */
  waitsSeconds: number | null
}

export async function readLiveness(db: Database): Promise<Liveness> {
  const [row] = await db.$queryRaw<[Liveness]>`
    select (select max(slot) from tick where name = 'minute') as tick,
      extract(epoch from clock_timestamp() - min(created_on) filter (where state in ('created', 'retry')
        and not exists (select from pgboss.job a where a.name = 'drain-transactional' and a.state = 'active')))::float8
        as "waitsSeconds"
    from pgboss.job where name = 'drain-transactional'`
  return row
}
