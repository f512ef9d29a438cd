import type { DatabaseOrTransaction } from '../../core/database/database.ts'
import { type Day, midnight } from '../../core/dates.ts'
import { Prisma } from '../../generated/prisma/client.ts'

// Done before that day began in UTC. A digest of the day itself may be done too, in zones where the day begins earlier.
const isOld = (before: Day) => Prisma.sql`
  b.done_at < ${midnight(before)} and not exists (
    select from message n join digest d on d.id = n.digest_id
    where n.batch_id = b.id and d.local_date >= ${before}::date)`

/** Counts the messages, and the digests among them, of batches that were done before a day and have no digest of it. */
export async function countOldMessages(
  db: DatabaseOrTransaction,
  before: Day,
): Promise<{ messages: number; digests: number }> {
  const [row] = await db.$queryRaw<{ messages: number; digests: number }[]>`
    select count(*)::int as messages, count(m.digest_id)::int as digests
    from message m join batch b on b.id = m.batch_id where ${isOld(before)}`
  return row!
}

export interface PrunedMessages {
  batches: number
  messages: number
}

/**
 * Deletes up to `most` of those batches, oldest first, with their messages, attempts and acceptances. Call it in a
 * transaction.
 */
export async function deleteOldMessages(
  tx: DatabaseOrTransaction,
  { before, most }: { before: Day; most: number },
): Promise<PrunedMessages> {
  const old = await tx.$queryRaw<{ id: number }[]>`
    select b.id from batch b where ${isOld(before)} order by b.id limit ${most} for update of b skip locked`
  const ids = old.map(({ id }) => id)
  if (ids.length === 0) return { batches: 0, messages: 0 }
  await tx.$executeRaw`
    delete from attempt a using message m where m.batch_id = any(${ids}) and a.message_id = m.id`
  await tx.$executeRaw`
    delete from acceptance a using message m where m.batch_id = any(${ids}) and a.message_id = m.id`
  const messages = await tx.$executeRaw`delete from message where batch_id = any(${ids})`
  await tx.$executeRaw`delete from batch where id = any(${ids})`
  return { batches: ids.length, messages }
}

/** Deletes every message of these subscribers. Call it in a transaction. */
export async function deleteMessagesOf(
  tx: DatabaseOrTransaction,
  subscriberIds: readonly string[],
): Promise<void> {
  const ids = [...subscriberIds]
  await tx.$executeRaw`
    delete from attempt a using message m where m.subscriber_id = any(${ids}) and a.message_id = m.id`
  await tx.$executeRaw`
    delete from acceptance a using message m where m.subscriber_id = any(${ids}) and a.message_id = m.id`
  await tx.$executeRaw`delete from message where subscriber_id = any(${ids})`
}
