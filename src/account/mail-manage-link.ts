import type { Deps } from '../core/deps.ts'
import { randomId } from '../core/random.ts'
import { enqueue } from '../mail/outbox/message.repo.ts'
import { reachedDailyLimit } from '../subscribers/email-limits.ts'
import type { LinkMessage } from '../subscribers/link-message.ts'
import { requireSubscription } from '../subscribers/subscriber.ts'
import { transactionalMessage } from '../subscribers/transactional-message.ts'
import { type SubscriberRef, withSubscriber } from './with-subscriber.ts'

/**
 * Leaves a mail with the link to somebody's digests, at the operator's hand. False where two were left within a day:
 * none is added. Nudge the answers then. Throws subscriber.unknown, subscriber.state.
 */
export function mailManageLink(deps: Deps, who: SubscriberRef): Promise<boolean> {
  return withSubscriber(deps, who, async ({ tx, subscriber, now }) => {
    requireSubscription(subscriber)
    const { id, epoch, zone, format } = subscriber
    if (await reachedDailyLimit(tx, { subscriberId: id, kind: 'manage-link', now })) return false
    const content: LinkMessage = { epoch, zone, format, asked: true }
    const answer = { kind: 'manage-link' as const, dedupe: randomId(96), content, now }
    await enqueue(tx, 'answers', [transactionalMessage(deps.config, subscriber, answer)])
    return true
  })
}
