import type { DatabaseOrTransaction } from '../../core/database/database.ts'

const INTERNAL_COLUMNS = {
  subscriberId: true,
  batchId: true,
  takenBy: true,
  takenAt: true,
  secretId: true,
} as const

/** All messages to a subscriber, with the mail server's replies to each, oldest first. */
export const messagesOf = (db: DatabaseOrTransaction, subscriberId: string) =>
  db.message.findMany({
    where: { subscriberId },
    omit: INTERNAL_COLUMNS,
    include: {
      acceptances: { select: { at: true, reply: true }, orderBy: { id: 'asc' } },
      tries: { omit: { messageId: true }, orderBy: { n: 'asc' } },
    },
    orderBy: [{ datedAt: 'asc' }, { id: 'asc' }],
  })

/** Ids and kinds of the messages enqueued for a subscriber from `from` until before `to`, oldest first. */
export const messagesBetween = (
  db: DatabaseOrTransaction,
  { subscriberId, from, to }: { subscriberId: string; from: Date; to: Date },
): Promise<{ id: string; kind: string }[]> =>
  db.message.findMany({
    where: { subscriberId, datedAt: { gte: from, lt: to } },
    select: { id: true, kind: true },
    orderBy: [{ datedAt: 'asc' }, { id: 'asc' }],
  })
