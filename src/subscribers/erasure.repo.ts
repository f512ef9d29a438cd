import type { DatabaseOrTransaction } from '../core/database/database.ts'
import { deleteAllFeedback } from './feedback.repo.ts'
import { deleteProfile } from './profile.repo.ts'
import type { Subscriber } from './subscriber.ts'

/**
 * Takes away what somebody wanted and from where: topics and the queries that nobody else has, opinions of papers and
 * their profile, sign-ups, changes, new addresses. Then leaves a tombstone without any address or setting; a suppressed one stays suppressed.
 */
export async function replaceWithTombstone(
  tx: DatabaseOrTransaction,
  { id: subscriberId, state }: Pick<Subscriber, 'id' | 'state'>,
  now: Date,
): Promise<void> {
  await tx.topic.deleteMany({ where: { subscriberId } })
  await deleteUnusedQueries(tx)
  await deleteAllFeedback(tx, subscriberId)
  await deleteProfile(tx, subscriberId)
  await tx.signup.deleteMany({ where: { subscriberId } })
  await tx.change.deleteMany({ where: { subscriberId } })
  await tx.move.deleteMany({ where: { subscriberId } })
  await tx.subscriber.update({
    where: { id: subscriberId },
    data: {
      ...NO_SETTINGS,
      address: null,
      addressKey: null,
      addressHash: null,
      state: state === 'suppressed' ? 'suppressed' : 'unsubscribed',
      stateBefore: null,
      pausedUntil: null,
      erasedAt: now,
    },
  })
}

// What the columns must hold, the same for everybody who is gone.
const NO_SETTINGS = {
  zone: 'UTC',
  hour: 0,
  days: ['mon'],
  maxPapers: 1,
  format: 'html' as const,
  detail: 'full' as const,
}

/**
 * Two statements: the second one sees a topic that somebody added while the first one waited. A query that another
 * transaction holds is about to be used.
 */
async function deleteUnusedQueries(tx: DatabaseOrTransaction): Promise<void> {
  const unused = await tx.$queryRaw<{ id: number }[]>`
    select id from query q where not exists (select from topic t where t.query_id = q.id) for update skip locked`
  await tx.query.deleteMany({ where: { id: { in: unused.map(({ id }) => id) }, topics: { none: {} } } })
}

/** When a subscriber with that id was erased, and under which epoch; null where there is no tombstone. */
export async function tombstoneOf(
  db: DatabaseOrTransaction,
  id: string,
): Promise<{ epoch: number; erasedAt: Date } | null> {
  const row = await db.subscriber.findUnique({ where: { id }, select: { epoch: true, erasedAt: true } })
  return row?.erasedAt ? { epoch: row.epoch, erasedAt: row.erasedAt } : null
}
