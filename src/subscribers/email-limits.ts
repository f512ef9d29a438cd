import type { Config } from '../config/config.ts'
import type { DatabaseOrTransaction } from '../core/database/database.ts'
import { DAY_MS } from '../core/dates.ts'
import { randomId } from '../core/secrets.ts'
import type { NewMessage } from '../mail/message.ts'
import { countMessagesSince } from '../mail/outbox/subscriber-messages.repo.ts'
import { type Address, addressHash, mailboxOf } from './address.ts'
import { deleteEmailHistory, moveEmailHistory, tryCountEmail } from './email-limit.repo.ts'

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
  tx: DatabaseOrTransaction,
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
  tx: DatabaseOrTransaction,
  config: Config,
  { key, now }: { key: Key; now: Date },
): Promise<void> =>
  moveEmailHistory(tx, { from: personKey(config, key), to: subscriberKey(config, key), now })

/** Deletes the counts of an address, in all its spellings. */
export const forgetEmailLimits = (tx: DatabaseOrTransaction, config: Config, key: Key): Promise<void> =>
  deleteEmailHistory(tx, [personKey(config, key), subscriberKey(config, key)])

/** Whether the holder of a subscriber's link has already caused the daily maximum of emails of a kind. */
export async function reachedDailyLimit(
  tx: DatabaseOrTransaction,
  { subscriberId, kind, now }: { subscriberId: string; kind: NewMessage['kind']; now: Date },
): Promise<boolean> {
  const since = new Date(now.getTime() - DAY_MS)
  return (await countMessagesSince(tx, { subscriberId, kinds: [kind], since })) >= MAX_PER_DAY
}
