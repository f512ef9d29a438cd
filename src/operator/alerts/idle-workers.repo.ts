import type { DatabaseOrTransaction } from '../../core/database/database.ts'

/**
 * Since when a nudge to send email waits for a worker, if longer than `forSeconds`; otherwise null. Uses the database's
 * clock, as the queue does.
 */
export async function workersIdleSince(db: DatabaseOrTransaction, forSeconds: number): Promise<Date | null> {
  const [row] = await db.$queryRaw<[{ since: Date | null }]>`
    select min(created_on) as since from pgboss.job
    where name = 'drain-transactional' and state in ('created', 'retry')
      and created_on <= clock_timestamp() - make_interval(secs => ${forSeconds}::float8)
      and not exists (select from pgboss.job a where a.name = 'drain-transactional' and a.state = 'active')`
  return row.since
}
