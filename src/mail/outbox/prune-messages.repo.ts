import type { Database } from '../../core/database/database.ts'
import { type Day, midnight } from '../../core/dates.ts'
import { Prisma } from '../../generated/prisma/client.ts'
import { LOST_REPLY } from '../message.ts'

// Done before that day began in UTC. A digest of the day itself may be done too, in zones where the day begins earlier.
const isOld = (before: Day) => Prisma.sql`
  b.done_at < ${midnight(before)} and not exists (
    select from message n where n.batch_id = b.id and n.digest_id is not null and n.local_date >= ${before}::date)`

/** A report: the messages, and the digests among them, of batches done before a day that have no digest of it. */
export async function countOldMessages(
  db: Database,
  before: Day,
): Promise<{ messages: number; digests: number }> {
  const [row] = await db.$queryRaw<{ messages: number; digests: number }[]>`
    select count(*)::int as messages, count(m.digest_id)::int as digests
    from message m join batch b on b.id = m.batch_id where ${isOld(before)}`
  return row!
}

/**
 * A bulk write: deletes up to `most` of those batches, oldest first, with their messages, attempts and acceptances.
 * Call it in a transaction.
 */
export async function deleteOldMessages(
  tx: Database,
  { before, most }: { before: Day; most: number },
): Promise<{ batches: number; messages: number }> {
  const old = await tx.$queryRaw<{ id: number }[]>`
    select b.id from batch b where ${isOld(before)} order by b.id limit ${most} for update of b skip locked`
  const ids = old.map(({ id }) => id)
  if (ids.length === 0) return { batches: 0, messages: 0 }
  const messages = await deleteMessages(tx, Prisma.sql`m.batch_id = any(${ids})`)
  await tx.batch.deleteMany({ where: { id: { in: ids } } })
  return { batches: ids.length, messages }
}

/** Deletes every message of these subscribers. Call it in a transaction. */
export const deleteMessagesOf = (tx: Database, subscriberIds: readonly string[]): Promise<number> =>
  deleteMessages(tx, Prisma.sql`m.subscriber_id = any(${[...subscriberIds]})`)

/** A bulk write: with what belongs to them. */
async function deleteMessages(tx: Database, which: Prisma.Sql): Promise<number> {
  await tx.$executeRaw`
    delete from attempt a using message m where a.message_id = m.id and a.local_date = m.local_date and ${which}`
  await tx.$executeRaw`
    delete from acceptance a using message m where a.message_id = m.id and a.local_date = m.local_date and ${which}`
  return tx.$executeRaw`delete from message m where ${which}`
}

/**
 * A bulk write: ends every message dated before `since` that was open in the backup: it may have been sent since, and
 * no Message-ID is sent twice. It is skipped, or uncertain if a try had begun. Also frees all leases: their owners are
 * gone. Call it while delivery is paused.
 */
export async function endRestoredMessages(
  db: Database,
  { since, now }: { since: Date; now: Date },
): Promise<{ skipped: number; uncertain: number }> {
  const [row] = await db.$queryRaw<{ skipped: number; uncertain: number }[]>`
    with open as (
      select m.id, m.local_date, m.attempts, m.state = 'taken' as taken, m.state = 'taken' or exists (
        select from attempt a where a.message_id = m.id and a.local_date = m.local_date
          and a.outcome in ('uncertain', 'lost')) as in_doubt
      from message m join batch b on b.id = m.batch_id
      where b.done_at is null and m.dated_at < ${since}
        and (m.state in ('ready', 'deferred', 'taken') or (m.state = 'uncertain' and m.next_try < m.deadline))
      for update of m
    ), freed as (
      update batch set owner = null, lease_until = null where owner is not null
    ), ended as (
      update message m set
        state = (case when open.in_doubt then 'uncertain' else 'skipped' end)::message_state,
        reason = case when not open.in_doubt then 'restored' end,
        next_try = m.deadline, taken_at = null, taken_by = null
      from open where m.id = open.id and m.local_date = open.local_date
      returning m.state
    ), noted as (
      insert into attempt (message_id, local_date, n, at, outcome, reply)
      select id, local_date, attempts, ${now}::timestamptz, 'lost', ${LOST_REPLY} from open where taken
      on conflict do nothing
    )
    select count(*) filter (where state = 'skipped')::int as skipped,
           count(*) filter (where state = 'uncertain')::int as uncertain
    from ended`
  return row!
}
