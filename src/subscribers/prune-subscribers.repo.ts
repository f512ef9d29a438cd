import type { Database } from '../core/database/database.ts'
import { Prisma } from '../generated/prisma/client.ts'

// Only people who never subscribed: subscribers remain, as a tombstone after erasure.
const unconfirmedBefore = (before: Date) => Prisma.sql`
  s.state = 'pending' and s.confirmed_at is null and greatest(s.created_at, s.imported_at) < ${before}
    and not exists (select from signup g where g.subscriber_id = s.id and g.created_at >= ${before})
    and not exists (select from digest d where d.subscriber_id = s.id)
    and not exists (
      select from message m where m.subscriber_id = s.id
        and (m.state in ('ready', 'taken', 'deferred') or (m.state = 'uncertain' and m.next_try < m.deadline)))`

/** A report: counts people who never confirmed and whose last request is older than `before`. */
export async function countUnconfirmed(db: Database, before: Date): Promise<number> {
  const [row] = await db.$queryRaw<{ count: number }[]>`
    select count(*)::int as count from subscriber s where ${unconfirmedBefore(before)}`
  return row!.count
}

/** A claim: up to `most` of them, locked by this transaction. */
export async function lockUnconfirmed(
  tx: Database,
  { before, most }: { before: Date; most: number },
): Promise<string[]> {
  const rows = await tx.$queryRaw<{ id: string }[]>`
    select s.id from subscriber s where ${unconfirmedBefore(before)} limit ${most} for update of s skip locked`
  return rows.map(({ id }) => id)
}

/** A bulk write: deletes them; their messages must be gone. The database refuses to delete a confirmed subscriber. */
export async function deleteUnconfirmed(tx: Database, ids: readonly string[]): Promise<void> {
  await tx.$queryRaw`select set_config('papers.forgets_unconfirmed', 'on', true)`
  await tx.consent.deleteMany({ where: { subscriberId: { in: [...ids] } } })
  await tx.subscriber.deleteMany({ where: { id: { in: [...ids] } } })
  await tx.$queryRaw`select set_config('papers.forgets_unconfirmed', 'off', true)`
}
