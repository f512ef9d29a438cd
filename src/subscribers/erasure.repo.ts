import type { Database } from '../core/database/database.ts'
import type { Subscriber } from './subscriber.ts'

/**
 * Deletes a subscriber's topics with their votes, the queries that no one else has, sign-ups, changes and new addresses. Leaves a tombstone without any address or setting; a suppressed one stays suppressed.
 */
export async function replaceWithTombstone(
  tx: Database,
  { id: subscriberId, state }: Pick<Subscriber, 'id' | 'state'>,
  now: Date,
): Promise<void> {
  await tx.topic.deleteMany({ where: { subscriberId } })
  await deleteUnusedQueries(tx)
  await tx.learnedTopic.deleteMany({ where: { subscriberId } })
  await tx.signup.deleteMany({ where: { subscriberId } })
  await tx.change.deleteMany({ where: { subscriberId } })
  await tx.addressChange.deleteMany({ where: { subscriberId } })
  await tx.subscriber.update({
    where: { id: subscriberId },
    data: {
      ...NO_SETTINGS,
      address: null,
      addressKey: null,
      addressHash: null,
      state: state === 'suppressed' ? 'suppressed' : 'unsubscribed',
      stateBefore: null,
      confirmedHow: null,
      pausedUntil: null,
      erasedAt: now,
    },
  })
}

// Values for the columns that are not null, the same for every erased subscriber.
const NO_SETTINGS = {
  zone: 'UTC',
  hour: 0,
  days: ['mon'],
  maxPapers: 1,
  format: 'html' as const,
  detail: 'full' as const,
  related: false,
}

/**
 * A claim. Two statements, so that the second one sees a topic that was added while the first one waited. A query that
 * another transaction has locked is about to be used.
 */
async function deleteUnusedQueries(tx: Database): Promise<void> {
  const unused = await tx.$queryRaw<{ id: number }[]>`
    select id from query q where not exists (select from topic t where t.query_id = q.id) for update skip locked`
  await tx.query.deleteMany({ where: { id: { in: unused.map(({ id }) => id) }, topics: { none: {} } } })
}

/** In which epoch the subscriber with that id was erased; null if there is no tombstone. */
export const tombstoneOf = (db: Database, id: string): Promise<{ epoch: number } | null> =>
  db.subscriber.findUnique({ where: { id, erasedAt: { not: null } }, select: { epoch: true } })
