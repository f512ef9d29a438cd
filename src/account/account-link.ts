import type { Deps, ServiceDeps } from '../core/deps.ts'
import { nudgeTransactional } from '../mail/message.ts'
import { requireSubscription } from '../subscribers/subscriber.ts'
import { enqueueLink, reachedDailyLimit } from '../subscribers/transactional-message.ts'
import { type LockedSubscriber, type SubscriberRef, withHolder, withSubscriber } from './find-subscriber.ts'

/**
 * Emails a fresh link to the account page to the subscriber's address. Only the owner of the address gets it, since a
 * digest may have been forwarded with the link to its settings in it. Up to two a day. Throws link.*.
 */
export async function mailAccountLink(deps: ServiceDeps, manageToken: string): Promise<void> {
  const asked = await withHolder(deps, 'manage', manageToken, async (locked) => {
    const isQueued = await enqueueWithinLimit(deps, locked, { kind: 'account-link' })
    return { subscriber: locked.subscriber.id, mail: isQueued ? 'account-link' : null }
  })
  deps.log.info('subscriber.asked', { ...asked, how: 'manage' })
  await nudgeTransactional(deps)
}

/**
 * Emails a subscriber the link to their settings, or to a `page` below them. False if two were enqueued within a day:
 * then none is added. The caller nudges the lane. Throws subscriber.unknown, subscriber.state.
 */
export function mailManageLink(deps: Deps, who: SubscriberRef, page?: string): Promise<boolean> {
  return withSubscriber(deps, who, async (locked) => {
    requireSubscription(locked.subscriber)
    return enqueueWithinLimit(deps, locked, { kind: 'manage-link', asked: true, page })
  })
}

async function enqueueWithinLimit(
  { config }: Deps,
  { tx, subscriber, now }: LockedSubscriber,
  mail: { kind: 'account-link' | 'manage-link'; asked?: true; page?: string | undefined },
): Promise<boolean> {
  const { id: subscriberId } = subscriber
  if (await reachedDailyLimit(tx, { subscriberId, kind: mail.kind, now })) return false
  await enqueueLink(tx, config, subscriber, { ...mail, now })
  return true
}
