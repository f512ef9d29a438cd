import type { Config } from '../config/config.ts'
import type { Database } from '../core/database/database.ts'
import type { Deps, ServiceDeps } from '../core/deps.ts'
import { Fault, readFields } from '../core/errors.ts'
import { nudgeTransactional } from '../mail/message.ts'
import { endWaitingMessages, redirectUntriedMessages } from '../mail/outbox/subscriber-messages.repo.ts'
import { type Address, addressHash, parseAddress } from '../subscribers/address.ts'
import {
  addressChangeById,
  createAddressChange,
  deleteUnconfirmedAddressChanges,
  markAddressChangeConfirmed,
} from '../subscribers/address-change.repo.ts'
import { recordConsents } from '../subscribers/consent.repo.ts'
import { wordingOf } from '../subscribers/consent.ts'
import { readLink, requireHolder, signLink } from '../subscribers/links.ts'
import { SIGNUP_EMAIL_KINDS } from '../subscribers/record-signup-request.ts'
import { deleteEmailedSignups } from '../subscribers/signup.repo.ts'
import { changeSubscriber, lockSubscriberByKey, subscriberByKey } from '../subscribers/subscriber.repo.ts'
import { hasSubscription, type Subscriber } from '../subscribers/subscriber.ts'
import { requireUnsuppressed, suppressionOf } from '../subscribers/suppression.repo.ts'
import {
  endBackOff,
  enqueueLink,
  reachedDailyLimit,
  takeEmailPermit,
} from '../subscribers/transactional-message.ts'
import { eraseLockedSubscriber } from './erase-subscriber.ts'
import {
  lockRequest,
  requestBehindLink,
  runOperatorChange,
  type SubscriberRef,
  withHolder,
} from './find-subscriber.ts'
import { domainRefusal } from './signup/subscribe.ts'

/**
 * Emails a link to an address that a subscriber enters as their new one; its button changes the address. Up to two such
 * emails a day for one subscriber, and within the limits of `takeEmailPermit` for one person. Beyond that, or for a
 * suppressed address, none is sent and the page does not say so. Returns the address. Throws link.*, FieldFaults
 * (email).
 */
export async function requestAddressChange(
  deps: ServiceDeps,
  { token, email }: { token: string; email: string },
): Promise<Address> {
  const { config } = deps
  const { to, ...asked } = await withHolder(deps, 'account', token, async ({ tx, subscriber, now }) => {
    const to = readAddress(config, email, subscriber)
    const { id: subscriberId } = subscriber
    const mayGo =
      (await suppressionOf(tx, addressHash(to.key, config.SUPPRESSION_KEY))) === null &&
      !(await reachedDailyLimit(tx, { subscriberId, kind: 'new-address', now })) &&
      (await takeEmailPermit(tx, config, { key: to.key, now }))
    if (mayGo) {
      const addressChangeId = await createAddressChange(tx, { subscriberId, ...to, now })
      const mail = { kind: 'new-address', now, toAddress: to.address, addressChangeId } as const
      await enqueueLink(tx, config, subscriber, mail)
    }
    return { to, subscriber: subscriberId, mail: mayGo ? 'new-address' : null }
  })
  deps.log.info('subscriber.asked', { ...asked, how: 'account' })
  await nudgeTransactional(deps)
  return to
}

const readAddress = (config: Config, email: string, { addressKey }: Subscriber): Address =>
  readFields((fields) =>
    fields.read('email', { address: '', key: '' }, () => {
      const typed = parseAddress(email)
      if (typed.key === addressKey) throw new Fault('address.unchanged')
      const refusal = domainRefusal(config, typed)
      if (refusal) throw refusal
      return typed
    }),
  )

/** `manage`: after the change, the token of the page for topics, days and hour. Read-only. Throws link.*. */
export async function openAddressChange(deps: Deps, token: string) {
  const { addressChange, subscriber } = await addressChangeBehindLink(deps, token)
  const { id, epoch, addressKey } = subscriber
  const isChanged = addressChange.confirmedAt !== null && addressKey === addressChange.key
  const link = { purpose: 'manage', id, epoch, issuedAt: deps.clock.now() } as const
  return {
    addressChange,
    subscriber,
    manage: isChanged ? signLink(link, deps.config.APP_SECRET[0]!) : null,
  }
}

/**
 * The button behind that link: changes the address and notifies the old one. Repeating it changes nothing. Throws
 * link.*, address.taken, subscriber.suppressed.
 */
export async function confirmAddressChange(deps: ServiceDeps, token: string): Promise<void> {
  const now = deps.clock.now()
  const opened = await addressChangeBehindLink(deps, token)
  const moved = await deps.db.$transaction(async (tx) => {
    const { request, subscriber } = await lockRequest(tx, opened.addressChange, addressChangeById)
    if (request.confirmedAt) return undefined
    requireHolder(opened.link, subscriber)
    await markAddressChangeConfirmed(tx, request.id, now)
    await changeAddress(deps, tx, { subscriber, to: request, how: 'page', now })
    await endBackOff(tx, deps.config, { key: request.key, now })
    // To the old address. Enqueued after the waiting messages were redirected, which must not redirect this one.
    const notification = { kind: 'moved', now, addressChangeId: request.id } as const
    await enqueueLink(tx, deps.config, subscriber, notification)
    return subscriber.id
  })
  if (!moved) return
  deps.log.info('subscriber.changed', { subscriber: moved, what: 'moved' })
  await nudgeTransactional(deps)
}

async function addressChangeBehindLink({ config, clock, db }: Deps, token: string) {
  const link = readLink(token, 'move', config.APP_SECRET, clock.now())
  const { request: addressChange, subscriber } = await requestBehindLink(db, link, addressChangeById)
  if (!addressChange.confirmedAt) requireHolder(link, subscriber)
  return { link, addressChange, subscriber }
}

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
  await runOperatorChange(deps, who, { what: 'moved' }, ({ tx, subscriber, now }) =>
    changeAddress(deps, tx, { subscriber, to, how: 'operator', now }),
  )
}

interface ChangeAddressInput {
  /** Locked by this transaction. */
  subscriber: Subscriber
  to: Address
  how: string
  now: Date
}

/**
 * Deletes all requests made under the old address, confirmed or not, so that no link emailed there confirms the new one
 * or opens its settings. Links to settings and account that were emailed there become invalid. Throws address.taken,
 * subscriber.suppressed.
 */
async function changeAddress(
  deps: Pick<Deps, 'config' | 'features'>,
  tx: Database,
  input: ChangeAddressInput,
): Promise<void> {
  const { subscriber, to, how, now } = input
  const { id: subscriberId } = subscriber
  const { address, key } = to
  const hash = addressHash(key, deps.config.SUPPRESSION_KEY)
  await requireUnsuppressed(tx, hash)
  await releaseAddress(deps, tx, input)
  const epoch = subscriber.epoch + 1
  await changeSubscriber(tx, subscriberId, { address, addressKey: key, addressHash: hash, epoch })
  await deleteEmailedSignups(tx, subscriberId)
  await deleteUnconfirmedAddressChanges(tx, { subscriberId })
  await endWaitingMessages(tx, { subscriberId, kinds: VOID_KINDS, reason: 'moved' })
  await redirectUntriedMessages(tx, { subscriberId, toAddress: address, epoch })
  await recordConsents(tx, [{ subscriberId, at: now, event: 'moved', how }])
}

/**
 * Takes the address from a subscriber who never confirmed, or who left: the person who changes to it has proved that
 * the mailbox is theirs. Reads the row before it locks it: two subscribers who take each other's address must not
 * deadlock.
 */
async function releaseAddress(
  deps: Pick<Deps, 'config' | 'features'>,
  tx: Database,
  { subscriber, to: { key }, how, now }: ChangeAddressInput,
): Promise<void> {
  const other = await subscriberByKey(tx, key)
  if (!other || other.id === subscriber.id) return
  const locked = isIdle(other) ? await lockSubscriberByKey(tx, key) : other
  if (!locked) return
  if (!isIdle(locked)) throw new Fault('address.taken')
  const taken = { how: 'address taken over', wording: wordingOf(how), now }
  await eraseLockedSubscriber(deps, tx, { subscriber: locked, ...taken })
}

const isIdle = (subscriber: Subscriber): boolean =>
  !hasSubscription(subscriber) && subscriber.state !== 'suppressed'
