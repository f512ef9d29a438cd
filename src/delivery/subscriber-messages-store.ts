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

/** Ends messages of those kinds that wait for a try: skipped; still uncertain where one may have arrived. */
export async function endWaitingMessages(
  db: DatabaseOrTransaction,
  { subscriberId, kinds, reason }: { subscriberId: string; kinds: readonly string[]; reason: string },
): Promise<void> {
  await db.$executeRaw`
    with waiting as (
      select m.id, exists (
        select from attempt a where a.message_id = m.id and a.outcome in ('uncertain', 'lost')) as in_doubt
      from message m
      where m.subscriber_id = ${subscriberId} and m.kind = any(${[...kinds]})
        and (m.state in ('ready', 'deferred') or (m.state = 'uncertain' and m.next_try < m.deadline))
      for update of m
    )
    update message m set
      state = (case when w.in_doubt then 'uncertain' else 'skipped' end)::message_state,
      reason = case when not w.in_doubt then ${reason} end,
      next_try = m.deadline
    from waiting w where m.id = w.id`
}

/** Takes addresses, contents and servers' answers (which name addresses) out of a subscriber's messages. */
export async function forgetMessages(db: DatabaseOrTransaction, subscriberId: string): Promise<void> {
  await db.$executeRaw`update message set to_address = null, content = null where subscriber_id = ${subscriberId}`
  await db.$executeRaw`update digest set content = '{}' where subscriber_id = ${subscriberId} and content is not null`
  await db.attempt.updateMany({ where: { message: { subscriberId } }, data: { answer: '' } })
}
