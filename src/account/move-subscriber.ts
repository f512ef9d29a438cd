import type { DatabaseOrTransaction } from '../core/database/database.ts'
import type { Deps } from '../core/deps.ts'
import { Fault } from '../core/errors.ts'
import { endWaitingMessages, redirectUntriedMessages } from '../mail/outbox/subscriber-messages.repo.ts'
import { type Address, addressHash, parseAddress } from '../subscribers/address.ts'
import { ANSWER_KINDS } from '../subscribers/ask.ts'
import { recordConsent } from '../subscribers/consent.repo.ts'
import { NO_PAGE } from '../subscribers/consent.ts'
import { deleteUnconfirmedMoves } from '../subscribers/move.repo.ts'
import { deleteMailedSignups } from '../subscribers/signup.repo.ts'
import { changeSubscriber, lockSubscriberByKey, subscriberByKey } from '../subscribers/subscriber.repo.ts'
import { isJoined, type Subscriber } from '../subscribers/subscriber.ts'
import { requireUnsuppressed } from '../subscribers/suppression.repo.ts'
import { erase } from './erase-subscriber.ts'
import { type Who, withSubscriber } from './with-subscriber.ts'

const VOID_KINDS = [...ANSWER_KINDS, 'account-link', 'new-address']

/**
 * Gives a subscriber a new address at the operator's hand. Throws address.*, subscriber.unknown,
 * subscriber.suppressed (the new address).
 */
export async function moveSubscriber(
  deps: Deps,
  { newEmail, ...who }: Who & { newEmail: string },
): Promise<void> {
  const to = parseAddress(newEmail)
  const id = await withSubscriber(deps, who, async ({ tx, subscriber, now }) => {
    await giveAddress(deps, tx, { subscriber, to, how: 'operator', wording: NO_PAGE, now })
    return subscriber.id
  })
  deps.log.info('subscriber.changed', { subscriber: id, what: 'moved' })
}

export interface GiveAddressInput {
  /** Locked by this transaction. */
  subscriber: Subscriber
  to: Address
  how: string
  wording: string
  now: Date
}

/**
 * What was asked for under the old address is dropped, confirmed or not, so that no link mailed there confirms the new one
 * or opens its settings; links to settings and account that were mailed there are void. Throws address.taken,
 * subscriber.suppressed.
 */
export async function giveAddress(
  deps: Pick<Deps, 'config'>,
  tx: DatabaseOrTransaction,
  { subscriber, to: { address, key }, how, wording, now }: GiveAddressInput,
): Promise<void> {
  const { id: subscriberId } = subscriber
  const hash = addressHash(key, deps.config.SUPPRESSION_KEY)
  await requireUnsuppressed(tx, hash)
  await freeAddress(deps, tx, { key, subscriberId, wording, now })
  const epoch = subscriber.epoch + 1
  await changeSubscriber(tx, subscriberId, { address, addressKey: key, addressHash: hash, epoch })
  await deleteMailedSignups(tx, subscriberId)
  await deleteUnconfirmedMoves(tx, { subscriberId })
  await endWaitingMessages(tx, { subscriberId, kinds: VOID_KINDS, reason: 'moved' })
  await redirectUntriedMessages(tx, { subscriberId, toAddress: address, epoch })
  await recordConsent(tx, { subscriberId, at: now, event: 'moved', how, wording })
}

interface Freeing {
  key: Address['key']
  /** Who gets it. */
  subscriberId: string
  wording: string
  now: Date
}

/**
 * Somebody who never confirmed, or who left, gives the address up: whoever moves has shown that the mailbox is theirs.
 * Looked at before it is locked: two who subscribe, and take each other's address, must not wait for each other.
 */
async function freeAddress(
  deps: Pick<Deps, 'config'>,
  tx: DatabaseOrTransaction,
  { key, subscriberId, wording, now }: Freeing,
): Promise<void> {
  const other = await subscriberByKey(tx, key)
  if (!other || other.id === subscriberId) return
  const locked = isIdle(other) ? await lockSubscriberByKey(tx, key) : other
  if (!locked) return
  if (!isIdle(locked)) throw new Fault('address.taken')
  await erase(deps, tx, { subscriber: locked, how: 'address taken over', wording, now })
}

const isIdle = (subscriber: Subscriber): boolean => !isJoined(subscriber) && subscriber.state !== 'suppressed'
