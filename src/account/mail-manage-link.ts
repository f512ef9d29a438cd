import type { Deps } from '../core/deps.ts'
import { randomId } from '../core/random.ts'
import { enqueue } from '../mail/outbox/message.repo.ts'
import { reachedDailyLimit } from '../subscribers/email-limits.ts'
import type { LinkMessage } from '../subscribers/link-message.ts'
import { requireSubscription } from '../subscribers/subscriber.ts'
import { transactionalMessage } from '../subscribers/transactional-message.ts'
import { type SubscriberRef, withSubscriber } from './with-subscriber.ts'

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
    await enqueue(tx, 'answers', [transactionalMessage(deps.config, subscriber, message)])
    return true
  })
}
