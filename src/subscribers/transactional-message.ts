import type { Config } from '../config/config.ts'
import type { Database } from '../core/database/database.ts'
import { DAY_MS, dayOf } from '../core/dates.ts'
import { randomId } from '../core/secrets.ts'
import { LANGUAGE } from '../i18n/words.ts'
import type { NewMessage } from '../mail/message.ts'
import { enqueue } from '../mail/outbox/message.repo.ts'
import { countMessagesSince, endWaitingMessages } from '../mail/outbox/subscriber-messages.repo.ts'
import type { MailKind } from '../mail/rendering/template.ts'
import { type Address, addressHash, mailboxOf } from './address.ts'
import { deleteEmailHistory, moveEmailHistory, tryCountEmail } from './email-history.repo.ts'
import { secretId } from './links.ts'
import { hasSubscription, type MailFormat, type Subscriber } from './subscriber.ts'

// After that the recipient no longer waits for it.
const DELIVER_WITHIN_MS = 2 * DAY_MS

interface TransactionalMessageInput extends Pick<NewMessage, 'dedupe'> {
  kind: MailKind
  content: object
  /** The time of the event that `dedupe` names: its date is part of what keeps the message unique. */
  now: Date
  /** Defaults to the subscriber's own. */
  toAddress?: string
}

/** An immediate email to one person; `enqueue` it in the transaction of the action that it reports. */
export const transactionalMessage = (
  { APP_SECRET }: Config,
  { id, address }: Pick<Subscriber, 'id' | 'address'>,
  { now, toAddress = address, content, ...message }: TransactionalMessageInput,
): NewMessage => ({
  ...message,
  // A retry has the same language, whatever the subscriber chose meanwhile.
  content: { lang: LANGUAGE, ...content },
  localDate: dayOf(now),
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
  /** For a manage-link: the page below the settings that it opens, such as /topics/5?query=… */
  page?: string
  addressChangeId?: number
}

type LinkMessageInput = Pick<TransactionalMessageInput, 'kind' | 'now' | 'toAddress'> &
  Pick<LinkMessage, 'asked' | 'page' | 'addressChangeId'>

/** Enqueues a plain message with up to one link; call it in the transaction of the action that it reports. */
export async function enqueueLink(
  tx: Database,
  config: Config,
  subscriber: Subscriber,
  { asked, page, addressChangeId, ...mail }: LinkMessageInput,
): Promise<void> {
  const { epoch, zone, format } = subscriber
  const content: LinkMessage = { epoch, zone, format, asked, page, addressChangeId }
  const dedupe = addressChangeId === undefined ? randomId(96) : `address-change ${addressChangeId}`
  await enqueue(tx, 'transactional', [transactionalMessage(config, subscriber, { ...mail, dedupe, content })])
}

const KIND = 'goodbye'

/**
 * The content of a message of kind goodbye. Its epoch is the one when the subscription ended: a new confirmation makes
 * the undo link invalid.
 */
export interface GoodbyeMessage extends Pick<LinkMessage, 'epoch' | 'zone' | 'format'> {
  /** An unproven report ended the subscription, not the page's button. */
  reported?: true
}

interface GoodbyeInput extends Pick<GoodbyeMessage, 'reported'> {
  config: Config
  /** As before the subscription ended; locked by the transaction. */
  subscriber: Subscriber
  now: Date
}

/** Enqueues a goodbye for a subscriber who got digests. False if they got none, or had two goodbyes within a day. */
export async function enqueueGoodbye(
  tx: Database,
  { config, subscriber, reported, now }: GoodbyeInput,
): Promise<boolean> {
  const { id, epoch, zone, format } = subscriber
  if (!hasSubscription(subscriber)) return false
  // The holder of a link could otherwise fill the mailbox by undoing and unsubscribing again and again.
  if (await reachedDailyLimit(tx, { subscriberId: id, kind: KIND, now })) return false
  const content: GoodbyeMessage = { epoch, zone, format, reported }
  const goodbye = { kind: KIND, dedupe: `${id}:${now.toISOString()}`, content, now } as const
  return (await enqueue(tx, 'transactional', [transactionalMessage(config, subscriber, goodbye)])) > 0
}

/** Cancels a goodbye that has not been sent: it would no longer be true. */
export const cancelGoodbye = (tx: Database, subscriberId: string): Promise<void> =>
  endWaitingMessages(tx, { subscriberId, kinds: [KIND], reason: 'undone' })

const MAX_PER_DAY = 2

type Key = Address['key']

/** Key for counting a person's emails until they confirm, the same for all spellings of their address. */
const personKey = ({ SUPPRESSION_KEY }: Config, key: Key): string =>
  addressHash(`person ${mailboxOf(key)}`, SUPPRESSION_KEY)

/** Key for counting a confirmed subscriber's emails: a stranger who types other spellings does not use them up. */
const subscriberKey = ({ SUPPRESSION_KEY }: Config, key: Key): string =>
  addressHash(`own ${key}`, SUPPRESSION_KEY)

interface EmailPermitInput {
  key: Key
  /** They are subscribed with this address. */
  isConfirmed?: boolean
  /** False if no email is sent for another reason: then a random key is counted, which takes the same time. */
  counts?: boolean
  now: Date
}

/**
 * Counts one more email to an address that a visitor typed, perhaps a stranger's, over all forms, and returns whether
 * it may be sent. To one person (without +tags, and at Gmail without dots) until they confirm: two in 24 hours; from
 * two days after the first email two in 7 days; from two weeks after it one in 30 days. To a confirmed subscriber's own
 * address: two in 24 hours.
 */
export const takeEmailPermit = (
  tx: Database,
  config: Config,
  { key, isConfirmed = false, counts = true, now }: EmailPermitInput,
): Promise<boolean> => {
  const countedKey = isConfirmed ? subscriberKey(config, key) : personKey(config, key)
  return tryCountEmail(tx, {
    key: counts ? countedKey : addressHash(randomId(128), config.SUPPRESSION_KEY),
    backsOff: !isConfirmed && counts,
    now,
  })
}

/** The person confirmed that address: the back-off no longer applies to them, but today's emails still count. */
export const endBackOff = (
  tx: Database,
  config: Config,
  { key, now }: { key: Key; now: Date },
): Promise<void> =>
  moveEmailHistory(tx, { from: personKey(config, key), to: subscriberKey(config, key), now })

/** Deletes the counts of an address, in all its spellings. */
export const forgetEmailLimits = (tx: Database, config: Config, key: Key): Promise<void> =>
  deleteEmailHistory(tx, [personKey(config, key), subscriberKey(config, key)])

/** Whether the holder of a subscriber's link has already caused the daily maximum of emails of a kind. */
export async function reachedDailyLimit(
  tx: Database,
  { subscriberId, kind, now }: { subscriberId: string; kind: NewMessage['kind']; now: Date },
): Promise<boolean> {
  const since = new Date(now.getTime() - DAY_MS)
  return (await countMessagesSince(tx, { subscriberId, kinds: [kind], since })) >= MAX_PER_DAY
}
