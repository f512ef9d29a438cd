import type { Deps } from '../core/deps.ts'
import { randomId } from '../core/random.ts'
import { enqueue } from '../mail/outbox/message.repo.ts'
import { hadEnough } from '../subscribers/answer-limits.ts'
import type { LinkMessage } from '../subscribers/link-message.ts'
import { newAnswer } from '../subscribers/new-answer.ts'
import { requireJoined } from '../subscribers/subscriber.ts'
import { type Who, withSubscriber } from './with-subscriber.ts'

/**
 * Leaves a mail with the link to somebody's digests, at the operator's hand. False where two were left within a day:
 * none is added. Nudge the answers then. Throws subscriber.unknown, subscriber.state.
 */
export function mailManageLink(deps: Deps, who: Who): Promise<boolean> {
  return withSubscriber(deps, who, async ({ tx, subscriber, now }) => {
    requireJoined(subscriber)
    const { id, epoch, zone, format } = subscriber
    if (await hadEnough(tx, { subscriberId: id, kind: 'manage-link', now })) return false
    const content: LinkMessage = { epoch, zone, format, asked: true }
    const answer = { kind: 'manage-link' as const, dedupe: randomId(96), content, now }
    await enqueue(tx, 'answers', [newAnswer(deps.config, subscriber, answer)])
    return true
  })
}
