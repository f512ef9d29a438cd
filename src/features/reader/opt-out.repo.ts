import type { Database } from '../../core/database/database.ts'

/** Those of the topics that the reader must not get. */
export async function optedOut(db: Database, topicIds: readonly number[]): Promise<Set<number>> {
  const rows = await db.readerOptOut.findMany({
    where: { topicId: { in: [...topicIds] } },
    select: { topicId: true },
  })
  return new Set(rows.map(({ topicId }) => topicId))
}

interface OptOutChange {
  subscriberId: string
  /** The ids of their topics that opt out, and of those that no longer do. */
  out: readonly number[]
  back: readonly number[]
  at: Date
}

export async function changeOptOuts(
  tx: Database,
  { subscriberId, out, back, at }: OptOutChange,
): Promise<void> {
  await tx.readerOptOut.deleteMany({ where: { subscriberId, topicId: { in: [...back] } } })
  const data = out.map((topicId) => ({ topicId, subscriberId, at }))
  await tx.readerOptOut.createMany({ data, skipDuplicates: true })
}

/** The topics of a subscriber that have opted out, as ids, also removed ones. */
export async function optOutsOf(db: Database, subscriberId: string): Promise<number[]> {
  const rows = await db.readerOptOut.findMany({ where: { subscriberId }, orderBy: { topicId: 'asc' } })
  return rows.map(({ topicId }) => topicId)
}

/** A bulk write: deletes those of topics that were removed before `kept`, and that no undo brings back. */
export const pruneOptOuts = (db: Database, kept: Date): Promise<number> =>
  db.$executeRaw`
    delete from reader_opt_out o where o.at < ${kept} and not exists (select from topic t where t.id = o.topic_id)`

export async function eraseOptOuts(tx: Database, subscriberId: string): Promise<void> {
  await tx.readerOptOut.deleteMany({ where: { subscriberId } })
}
