import type { DatabaseOrTransaction } from '../core/database/database.ts'
import type { Deps } from '../core/deps.ts'
import { Fault } from '../core/errors.ts'
import { endWaitingMessages, redirectUntriedMessages } from '../mail/outbox/subscriber-messages.repo.ts'
import { type Address, addressHash, parseAddress } from '../subscribers/address.ts'
import { deleteUnconfirmedAddressChanges } from '../subscribers/address-change.repo.ts'
import { recordConsent } from '../subscribers/consent.repo.ts'
import { NO_PAGE } from '../subscribers/consent.ts'
import { SIGNUP_EMAIL_KINDS } from '../subscribers/record-signup-request.ts'
import { deleteEmailedSignups } from '../subscribers/signup.repo.ts'
import { changeSubscriber, lockSubscriberByKey, subscriberByKey } from '../subscribers/subscriber.repo.ts'
import { hasSubscription, type Subscriber } from '../subscribers/subscriber.ts'
import { requireUnsuppressed } from '../subscribers/suppression.repo.ts'
import { eraseLockedSubscriber } from './erase-subscriber.ts'
import { type SubscriberRef, withSubscriber } from './with-subscriber.ts'

const VOID_KINDS = [...SIGNUP_EMAIL_KINDS, 'account-link', 'new-address']

/**
 * The operator changes a subscriber's address. Throws address.*, subscriber.unknown, subscriber.suppressed (the new
 * address).
 */
export async function changeAddressByOperator(
  deps: Deps,
  { newEmail, ...who }: SubscriberRef & { newEmail: string },
): Promise<void> {
  const to = parseAddress(newEmail)
  const id = await withSubscriber(deps, who, async ({ tx, subscriber, now }) => {
    await changeAddress(deps, tx, { subscriber, to, how: 'operator', wording: NO_PAGE, now })
    return subscriber.id
  })
  deps.log.info('subscriber.changed', { subscriber: id, what: 'moved' })
}

export interface ChangeAddressInput {
  /** Locked by this transaction. */
  subscriber: Subscriber
  to: Address
  how: string
  wording: string
  now: Date
}

/**
 * Deletes all requests made under the old address, confirmed or not, so that no link emailed there confirms the new one
 * or opens its settings. Links to settings and account that were emailed there become invalid. Throws address.taken,
 * subscriber.suppressed.
 */
export async function changeAddress(
  deps: Pick<Deps, 'config'>,
  tx: DatabaseOrTransaction,
  { subscriber, to: { address, key }, how, wording, now }: ChangeAddressInput,
): Promise<void> {
  const { id: subscriberId } = subscriber
  const hash = addressHash(key, deps.config.SUPPRESSION_KEY)
  await requireUnsuppressed(tx, hash)
  await releaseAddress(deps, tx, { key, subscriberId, wording, now })
  const epoch = subscriber.epoch + 1
  await changeSubscriber(tx, subscriberId, { address, addressKey: key, addressHash: hash, epoch })
  await deleteEmailedSignups(tx, subscriberId)
  await deleteUnconfirmedAddressChanges(tx, { subscriberId })
  await endWaitingMessages(tx, { subscriberId, kinds: VOID_KINDS, reason: 'moved' })
  await redirectUntriedMessages(tx, { subscriberId, toAddress: address, epoch })
  await recordConsent(tx, { subscriberId, at: now, event: 'moved', how, wording })
}

interface ReleaseAddressInput {
  key: Address['key']
  /** The subscriber who gets the address. */
  subscriberId: string
  wording: string
  now: Date
}

/**
 * Takes the address from a subscriber who never confirmed, or who left: the person who changes to it has proved that
 * the mailbox is theirs. Reads the row before it locks it: two subscribers who take each other's address must not
 * deadlock.
 */
async function releaseAddress(
  deps: Pick<Deps, 'config'>,
  tx: DatabaseOrTransaction,
  { key, subscriberId, wording, now }: ReleaseAddressInput,
): Promise<void> {
  const other = await subscriberByKey(tx, key)
  if (!other || other.id === subscriberId) return
  const locked = isIdle(other) ? await lockSubscriberByKey(tx, key) : other
  if (!locked) return
  if (!isIdle(locked)) throw new Fault('address.taken')
  await eraseLockedSubscriber(deps, tx, { subscriber: locked, how: 'address taken over', wording, now })
}

const isIdle = (subscriber: Subscriber): boolean =>
  !hasSubscription(subscriber) && subscriber.state !== 'suppressed'
