import type { Config } from '../config/config.ts'
import type { DatabaseOrTransaction } from '../core/database/database.ts'
import { DAY_MS } from '../core/dates.ts'
import type { NewMessage } from '../mail/message.ts'
import { enqueue } from '../mail/outbox/message.repo.ts'
import { endWaitingMessages } from '../mail/outbox/subscriber-messages.repo.ts'
import type { MailKind } from '../mail/templates/template.ts'
import { reachedDailyLimit } from './email-limits.ts'
import { secretId } from './link-token.ts'
import type { TopicPaperRef } from './links.ts'
import { hasSubscription, type MailFormat, type Subscriber } from './subscriber.ts'

// After that the recipient no longer waits for it.
const DELIVER_WITHIN_MS = 2 * DAY_MS

export interface TransactionalMessageInput extends Pick<NewMessage, 'dedupe'> {
  kind: MailKind
  content: object
  now: Date
  /** Defaults to the subscriber's own. */
  toAddress?: string
}

/** An immediate email to one person; `enqueue` it in the transaction of the action that it reports. */
export const transactionalMessage = (
  { APP_SECRET }: Config,
  { id, address }: Pick<Subscriber, 'id' | 'address'>,
  { now, toAddress = address, ...message }: TransactionalMessageInput,
): NewMessage => ({
  ...message,
  subscriberId: id,
  toAddress,
  secretId: secretId(APP_SECRET[0]!),
  datedAt: now,
  notBefore: now,
  deadline: new Date(now.getTime() + DELIVER_WITHIN_MS),
})

/** The content of messages of kind manage-link, account-link, new-address and moved. */
export interface LinkMessage {
  /** The subscriber's epoch at the time of the request: a new address makes the link invalid. */
  epoch: number
  zone: string
  format: MailFormat
  /** For a manage-link: they requested it, and did not fill in the form. */
  asked?: boolean
  /** For a manage-link: the topic and the paper from which they requested it. */
  at?: TopicPaperRef
  /** Only for a new-address. */
  moveId?: number
}

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

interface GoodbyeInput {
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
