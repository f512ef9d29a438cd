import type { DatabaseOrTransaction } from '../platform/database.ts'

/** How many messages of those kinds a subscriber was given after `since`, whatever became of them. */
export function countMessagesSince(
  db: DatabaseOrTransaction,
  { subscriberId, kinds, since }: { subscriberId: string; kinds: readonly string[]; since: Date },
): Promise<number> {
  return db.message.count({ where: { subscriberId, kind: { in: [...kinds] }, datedAt: { gt: since } } })
}

/** Sends messages that nobody tried yet to a new address; a second try must say what the first said. */
export async function redirectUntriedMessages(
  db: DatabaseOrTransaction,
  subscriberId: string,
  toAddress: string,
): Promise<void> {
  await db.message.updateMany({ where: { subscriberId, state: 'ready', attempts: 0 }, data: { toAddress } })
}

/** Takes addresses, contents and servers' answers (which name addresses) out of a subscriber's messages. */
export async function forgetMessages(db: DatabaseOrTransaction, subscriberId: string): Promise<void> {
  await db.$executeRaw`update message set to_address = null, content = null where subscriber_id = ${subscriberId}`
  await db.$executeRaw`update digest set content = '{}' where subscriber_id = ${subscriberId} and content is not null`
  await db.attempt.updateMany({ where: { message: { subscriberId } }, data: { answer: '' } })
}
