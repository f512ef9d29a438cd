import type { Config } from '../config/config.ts'
import type { DatabaseOrTransaction } from '../core/database/database.ts'
import { enqueue } from '../mail/outbox/message.repo.ts'
import { endWaitingMessages } from '../mail/outbox/subscriber-messages.repo.ts'
import { reachedDailyLimit } from './email-limits.ts'
import { hasSubscription, type MailFormat, type Subscriber } from './subscriber.ts'
import { transactionalMessage } from './transactional-message.ts'

const KIND = 'goodbye'

/** The content of a message of kind goodbye. */
export interface GoodbyeMessage {
  /** Of the subscriber when it ended: whoever confirms anew makes the undo void. */
  epoch: number
  zone: string
  format: MailFormat
  /** A report that could be forged ended it, and not the page's button. */
  reported?: true
}

export interface GoodbyeInput {
  config: Config
  /** As they were before it ended, locked by the transaction. */
  subscriber: Subscriber
  /** A report ended it, without proof. */
  reported?: true
  now: Date
}

/** Leaves a goodbye for somebody who got digests. False where they got none, or had two goodbyes within a day. */
export async function enqueueGoodbye(
  tx: DatabaseOrTransaction,
  { config, subscriber, reported, now }: GoodbyeInput,
): Promise<boolean> {
  const { id, epoch, zone, format } = subscriber
  if (!hasSubscription(subscriber)) return false
  // Undo and unsubscribe in turns, by whoever holds the link, fill no mailbox.
  if (await reachedDailyLimit(tx, { subscriberId: id, kind: KIND, now })) return false
  const content: GoodbyeMessage = { epoch, zone, format, reported }
  const goodbye = { kind: KIND, dedupe: `${id}:${now.toISOString()}`, content, now } as const
  return (await enqueue(tx, 'answers', [transactionalMessage(config, subscriber, goodbye)])) > 0
}

/** A goodbye that has not gone yet would no longer be true. */
export const cancelGoodbye = (tx: DatabaseOrTransaction, subscriberId: string): Promise<void> =>
  endWaitingMessages(tx, { subscriberId, kinds: [KIND], reason: 'undone' })
