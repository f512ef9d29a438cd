import type { Database } from '../../core/database/database.ts'
import { Prisma } from '../../generated/prisma/client.ts'

// SQL by hand: bulk writes.

/** Number of messages of those kinds that were enqueued for a subscriber after `since`, whatever their outcome. */
export function countMessagesSince(
  db: Database,
  { subscriberId, kinds, since }: { subscriberId: string; kinds: readonly string[]; since: Date },
): Promise<number> {
  // A message that was enqueued already expired was never meant to be sent.
  const deadline = { gt: db.message.fields.datedAt }
  return db.message.count({
    where: { subscriberId, kind: { in: [...kinds] }, datedAt: { gt: since }, deadline },
  })
}

/**
 * Redirects untried messages to a new address, with links of the new epoch. A second try must repeat the first, so
 * tried messages keep their address; so does the email that informs the old address about the change.
 */
export async function redirectUntriedMessages(
  db: Database,
  { subscriberId, toAddress, epoch }: { subscriberId: string; toAddress: string; epoch: number },
): Promise<void> {
  await db.$executeRaw`
    update message set to_address = ${toAddress},
      content = case when content ? 'epoch' then jsonb_set(content, '{epoch}', to_jsonb(${epoch}::int)) else content end
    where subscriber_id = ${subscriberId} and state = 'ready' and attempts = 0 and kind <> 'moved'`
}

/** Ends waiting messages of those kinds: skipped, or still uncertain if an earlier try may have arrived. */
export async function endWaitingMessages(
  db: Database,
  { subscriberId, kinds, reason }: { subscriberId: string; kinds: readonly string[]; reason: string },
): Promise<void> {
  await db.$executeRaw`
    with waiting as (
      select m.id, m.local_date, exists (
        select from attempt a where a.message_id = m.id and a.local_date = m.local_date
          and a.outcome in ('uncertain', 'lost')) as in_doubt
      from message m
      where m.subscriber_id = ${subscriberId} and m.kind = any(${[...kinds]})
        and (m.state in ('ready', 'deferred') or (m.state = 'uncertain' and m.next_try < m.deadline))
      for update of m
    )
    update message m set
      state = (case when w.in_doubt then 'uncertain' else 'skipped' end)::message_state,
      reason = case when not w.in_doubt then ${reason} end,
      next_try = m.deadline
    from waiting w where m.id = w.id and m.local_date = w.local_date`
}

const FORGOTTEN = { toAddress: null, content: Prisma.DbNull }

/** Removes addresses, contents and server replies from a subscriber's messages. */
export async function forgetMessages(db: Database, subscriberId: string): Promise<void> {
  await db.message.updateMany({ where: { subscriberId }, data: FORGOTTEN })
  await db.digest.updateMany({
    where: { subscriberId, content: { not: Prisma.DbNull } },
    data: { content: {} },
  })
  await db.attempt.updateMany({ where: { message: { subscriberId } }, data: { reply: '' } })
}

/** The id of a message, or the key of its kind. */
type MessageKey = { id: string } | { kind: string; dedupe: string; localDate: Date }

/** The content of a message; null if it does not exist or was removed. */
export async function messageContent<Content>(db: Database, where: MessageKey): Promise<Content | null> {
  const row = await db.message.findFirst({ where, select: { content: true } })
  return (row?.content ?? null) as Content | null
}

/** Adds fields to the content of a message; content that was removed stays so. */
export async function addToContent(db: Database, messageId: string, fields: object): Promise<void> {
  await db.$executeRaw`
    update message set content = content || ${JSON.stringify(fields)}::jsonb where id = ${messageId}`
}

/** Removes address and content from messages of one kind, by their keys. */
export async function forgetMessagesByKey(
  db: Database,
  kind: string,
  dedupes: readonly string[],
): Promise<void> {
  await db.message.updateMany({
    where: { kind, dedupe: { in: [...dedupes] } },
    data: { toAddress: null, content: Prisma.DbNull },
  })
}
