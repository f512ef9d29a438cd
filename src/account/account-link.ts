import type { Config } from '../config/config.ts'
import type { Deps, ServiceDeps } from '../core/deps.ts'
import { randomId } from '../core/secrets.ts'
import { type NewMessage, nudgeTransactional } from '../mail/message.ts'
import { enqueue } from '../mail/outbox/message.repo.ts'
import { lockSubscriber, subscriberById } from '../subscribers/subscriber.repo.ts'
import { requireSubscription, type Subscriber } from '../subscribers/subscriber.ts'
import {
  type LinkMessage,
  reachedDailyLimit,
  type TransactionalMessageInput,
  transactionalMessage,
} from '../subscribers/transactional-message.ts'
import { type SubscriberRef, subscriberByLink, withSubscriber } from './find-subscriber.ts'

/** Read-only. Throws link.*. */
export const subscriberByManageLink = (deps: Deps, token: string): Promise<Subscriber> =>
  subscriberByLink(deps, token, 'manage', (id) => subscriberById(deps.db, id))

/**
 * Emails a fresh link to the account page to the subscriber's address. Only the owner of the address gets it, since a
 * digest may have been forwarded with the link to its settings in it. Up to two a day. Throws link.*.
 */
export async function mailAccountLink(deps: ServiceDeps, manageToken: string): Promise<void> {
  const { config, db, clock, log } = deps
  const now = clock.now()
  const asked = await db.$transaction(async (tx) => {
    const subscriber = await subscriberByLink(deps, manageToken, 'manage', (id) => lockSubscriber(tx, id))
    const isHeld = await reachedDailyLimit(tx, { subscriberId: subscriber.id, kind: 'account-link', now })
    if (!isHeld)
      await enqueue(tx, 'transactional', [linkMessage(config, subscriber, { kind: 'account-link', now })])
    return { subscriber: subscriber.id, mail: isHeld ? null : 'account-link' }
  })
  log.info('subscriber.asked', { ...asked, how: 'manage' })
  await nudgeTransactional(deps)
}

interface LinkMessageInput extends Pick<TransactionalMessageInput, 'now' | 'toAddress'> {
  kind: 'account-link' | 'new-address' | 'moved'
  addressChangeId?: number
}

/** A plain message with up to one link; enqueue it in the transaction of the action that it reports. */
export function linkMessage(
  config: Config,
  subscriber: Subscriber,
  { addressChangeId, ...mail }: LinkMessageInput,
): NewMessage {
  const { epoch, zone, format } = subscriber
  const content: LinkMessage = { epoch, zone, format, addressChangeId }
  const dedupe = addressChangeId === undefined ? randomId(96) : `address-change ${addressChangeId}`
  return transactionalMessage(config, subscriber, { ...mail, dedupe, content })
}

/**
 * The operator has the link to a subscriber's settings emailed to them. False if two were enqueued within a day: then
 * none is added. The caller nudges the lane. Throws subscriber.unknown, subscriber.state.
 */
export function mailManageLink(deps: Deps, who: SubscriberRef): Promise<boolean> {
  return withSubscriber(deps, who, async ({ tx, subscriber, now }) => {
    requireSubscription(subscriber)
    const { id, epoch, zone, format } = subscriber
    if (await reachedDailyLimit(tx, { subscriberId: id, kind: 'manage-link', now })) return false
    const content: LinkMessage = { epoch, zone, format, asked: true }
    const message = { kind: 'manage-link' as const, dedupe: randomId(96), content, now }
    await enqueue(tx, 'transactional', [transactionalMessage(deps.config, subscriber, message)])
    return true
  })
}
