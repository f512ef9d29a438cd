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
  /** The subscriber's epoch when the subscription ended. A new confirmation makes the undo link invalid. */
  epoch: number
  zone: string
  format: MailFormat
  /** An unproven report ended the subscription, not the page's button. */
  reported?: true
}

export interface GoodbyeInput {
  config: Config
  /** As before the subscription ended; locked by the transaction. */
  subscriber: Subscriber
  /** An unproven report ended the subscription. */
  reported?: true
  now: Date
}

/** Enqueues a goodbye for a subscriber who got digests. False if they got none, or had two goodbyes within a day. */
export async function enqueueGoodbye(
  tx: DatabaseOrTransaction,
  { config, subscriber, reported, now }: GoodbyeInput,
): Promise<boolean> {
  const { id, epoch, zone, format } = subscriber
  if (!hasSubscription(subscriber)) return false
  // The holder of a link could otherwise fill the mailbox by undoing and unsubscribing again and again.
  if (await reachedDailyLimit(tx, { subscriberId: id, kind: KIND, now })) return false
  const content: GoodbyeMessage = { epoch, zone, format, reported }
  const goodbye = { kind: KIND, dedupe: `${id}:${now.toISOString()}`, content, now } as const
  return (await enqueue(tx, 'answers', [transactionalMessage(config, subscriber, goodbye)])) > 0
}

/** Cancels a goodbye that has not been sent: it would no longer be true. */
export const cancelGoodbye = (tx: DatabaseOrTransaction, subscriberId: string): Promise<void> =>
  endWaitingMessages(tx, { subscriberId, kinds: [KIND], reason: 'undone' })
