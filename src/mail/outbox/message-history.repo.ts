import type { DatabaseOrTransaction } from '../../core/database/database.ts'

const INTERNAL_COLUMNS = {
  subscriberId: true,
  chunkId: true,
  takenBy: true,
  takenAt: true,
  secretId: true,
} as const

/** Every message to a subscriber, with what the mail server said of each, oldest first. */
export const messagesOf = (db: DatabaseOrTransaction, subscriberId: string) =>
  db.message.findMany({
    where: { subscriberId },
    omit: INTERNAL_COLUMNS,
    include: {
      acceptances: { select: { at: true, answer: true }, orderBy: { id: 'asc' } },
      tries: { omit: { messageId: true }, orderBy: { n: 'asc' } },
    },
    orderBy: [{ datedAt: 'asc' }, { id: 'asc' }],
  })

/** The ids and kinds of messages that were left for a subscriber from one instant on and before another, oldest first. */
export const messagesBetween = (
  db: DatabaseOrTransaction,
  { subscriberId, from, to }: { subscriberId: string; from: Date; to: Date },
): Promise<{ id: string; kind: string }[]> =>
  db.message.findMany({
    where: { subscriberId, datedAt: { gte: from, lt: to } },
    select: { id: true, kind: true },
    orderBy: [{ datedAt: 'asc' }, { id: 'asc' }],
  })
