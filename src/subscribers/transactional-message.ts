import type { Config } from '../config/config.ts'
import { DAY_MS } from '../core/dates.ts'
import type { NewMessage } from '../mail/message.ts'
import type { MailKind } from '../mail/templates/template.ts'
import { secretId } from './link-token.ts'
import type { Subscriber } from './subscriber.ts'

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
