import type { Config } from '../config/config.ts'
import type { Database } from '../core/database/database.ts'
import type { Deps, ServiceDeps } from '../core/deps.ts'
import { Fault, FieldReader } from '../core/errors.ts'
import { nudgeTransactional } from '../mail/message.ts'
import { enqueue } from '../mail/outbox/message.repo.ts'
import { endWaitingMessages, redirectUntriedMessages } from '../mail/outbox/subscriber-messages.repo.ts'
import { type Address, addressHash, parseAddress } from '../subscribers/address.ts'
import {
  type AddressChange,
  addressChangeById,
  createAddressChange,
  deleteUnconfirmedAddressChanges,
  markAddressChangeConfirmed,
} from '../subscribers/address-change.repo.ts'
import { CONSENT_WORDING, NO_PAGE } from '../subscribers/consent.ts'
import { type Link, readLink, requireHolder, signLink } from '../subscribers/links.ts'
import { SIGNUP_EMAIL_KINDS } from '../subscribers/record-signup-request.ts'
import { deleteEmailedSignups } from '../subscribers/signup.repo.ts'
import {
  changeSubscriber,
  lockSubscriber,
  lockSubscriberByKey,
  recordConsent,
  subscriberByKey,
} from '../subscribers/subscriber.repo.ts'
import { hasSubscription, type Subscriber } from '../subscribers/subscriber.ts'
import { requireUnsuppressed, suppressionOf } from '../subscribers/suppression.repo.ts'
import { endBackOff, reachedDailyLimit, takeEmailPermit } from '../subscribers/transactional-message.ts'
import { linkMessage } from './account-link.ts'
import { eraseLockedSubscriber } from './erase-subscriber.ts'
import {
  lockRequest,
  requestBehindLink,
  type SubscriberRef,
  subscriberByLink,
  withSubscriber,
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
  const { config, db, clock, log } = deps
  const now = clock.now()
  const { to, ...asked } = await db.$transaction(async (tx) => {
    const subscriber = await subscriberByLink(deps, token, 'account', (id) => lockSubscriber(tx, id))
    const to = readAddress(config, email, subscriber)
    const mayGo =
      (await isUnsuppressed(deps, tx, to)) && (await takeEmailPermits(deps, tx, { subscriber, to, now }))
    if (mayGo) await enqueueAddressChange(deps, tx, { subscriber, to, now })
    return { to, subscriber: subscriber.id, mail: mayGo ? 'new-address' : null }
  })
  log.info('subscriber.asked', { ...asked, how: 'account' })
  await nudgeTransactional(deps)
  return to
}

function readAddress(config: Config, email: string, { addressKey }: Subscriber): Address {
  const fields = new FieldReader()
  const address = fields.read('email', { address: '', key: '' }, () => {
    const typed = parseAddress(email)
    if (typed.key === addressKey) throw new Fault('address.unchanged')
    const refusal = domainRefusal(config, typed)
    if (refusal) throw refusal
    return typed
  })
  fields.finish()
  return address
}

async function isUnsuppressed({ config }: Deps, tx: Database, { key }: Address): Promise<boolean> {
  return (await suppressionOf(tx, addressHash(key, config.SUPPRESSION_KEY))) === null
}

/** Counts the email for the subscriber and the recipient, in this order; false if either has reached its limit. */
async function takeEmailPermits(
  { config }: Deps,
  tx: Database,
  request: AddressChangeRequest,
): Promise<boolean> {
  const { subscriber, to, now } = request
  if (await reachedDailyLimit(tx, { subscriberId: subscriber.id, kind: 'new-address', now })) return false
  return takeEmailPermit(tx, config, { key: to.key, now })
}

interface AddressChangeRequest {
  subscriber: Subscriber
  to: Address
  now: Date
}

async function enqueueAddressChange(
  { config }: Deps,
  tx: Database,
  { subscriber, to, now }: AddressChangeRequest,
): Promise<void> {
  const addressChangeId = await createAddressChange(tx, { subscriberId: subscriber.id, ...to, now })
  const mail = { kind: 'new-address', now, toAddress: to.address, addressChangeId } as const
  await enqueue(tx, 'transactional', [linkMessage(config, subscriber, mail)])
}

/** The data of the page behind the link emailed to a new address. */
interface OpenedAddressChange {
  addressChange: AddressChange
  subscriber: Subscriber
  /** After the change: the token of the page for topics, days and hour. */
  manage: string | null
}

/** Read-only. Throws link.*. */
export async function openAddressChange(deps: Deps, token: string): Promise<OpenedAddressChange> {
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
    const { request: addressChange, subscriber } = await lockRequest(
      tx,
      opened.addressChange,
      addressChangeById,
    )
    if (addressChange.confirmedAt) return undefined
    requireHolder(opened.link, subscriber)
    await markAddressChangeConfirmed(tx, addressChange.id, now)
    await changeAddress(deps, tx, {
      subscriber,
      to: addressChange,
      how: 'page',
      wording: CONSENT_WORDING.version,
      now,
    })
    await endBackOff(tx, deps.config, { key: addressChange.key, now })
    // To the old address. Enqueued after the waiting messages were redirected, which must not redirect this one.
    const notification = linkMessage(deps.config, subscriber, {
      kind: 'moved',
      now,
      addressChangeId: addressChange.id,
    })
    await enqueue(tx, 'transactional', [notification])
    return subscriber.id
  })
  if (!moved) return
  deps.log.info('subscriber.changed', { subscriber: moved, what: 'moved' })
  await nudgeTransactional(deps)
}

async function addressChangeBehindLink(
  { config, clock, db }: Deps,
  token: string,
): Promise<{ link: Link; addressChange: AddressChange; subscriber: Subscriber }> {
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
  const id = await withSubscriber(deps, who, async ({ tx, subscriber, now }) => {
    await changeAddress(deps, tx, { subscriber, to, how: 'operator', wording: NO_PAGE, now })
    return subscriber.id
  })
  deps.log.info('subscriber.changed', { subscriber: id, what: 'moved' })
}

interface ChangeAddressInput {
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
async function changeAddress(
  deps: Pick<Deps, 'config'>,
  tx: Database,
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
  tx: Database,
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
