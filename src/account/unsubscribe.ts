import type { DatabaseOrTransaction } from '../core/database/database.ts'
import type { Deps, ServiceDeps } from '../core/deps.ts'
import { nudgeTransactional } from '../mail/nudge-transactional.ts'
import { CONSENT_WORDING, NO_PAGE } from '../subscribers/consent.ts'
import { endSubscription } from '../subscribers/end-subscription.ts'
import { enqueueGoodbye } from '../subscribers/goodbye-message.ts'
import { lockSubscriber } from '../subscribers/subscriber.repo.ts'
import { readUnsubscribeLink } from './unsubscribe-link.ts'
import { type SubscriberRef, withSubscriber } from './with-subscriber.ts'

export interface UnsubscribeInput {
  token: string
  how: 'page' | 'one-click'
}

/**
 * Ends a subscription for good. Repeating it changes nothing, and an invalid link is not an error. The page's button
 * enqueues a goodbye with the undo link; a one-click by a mail program gets no email.
 */
export async function unsubscribe(deps: ServiceDeps, { token, how }: UnsubscribeInput): Promise<void> {
  const link = readUnsubscribeLink(deps, token)
  if (!link) return
  const { id } = link
  const { ended, goodbye } = await deps.db.$transaction((tx) => endBehindLink(deps, tx, { id, how }))
  if (ended) deps.log.info('subscriber.unsubscribed', { subscriber: id, how })
  if (goodbye) await nudgeTransactional(deps)
}

async function endBehindLink(
  { config, clock }: Deps,
  tx: DatabaseOrTransaction,
  { id, how }: { id: string; how: UnsubscribeInput['how'] },
): Promise<{ ended: boolean; goodbye: boolean }> {
  const now = clock.now()
  const subscriber = await lockSubscriber(tx, id)
  const wording = how === 'page' ? CONSENT_WORDING.version : NO_PAGE
  const ended = subscriber !== null && (await endSubscription(tx, { subscriber, how, wording, now }))
  const goodbye = ended && how === 'page' && (await enqueueGoodbye(tx, { config, subscriber, now }))
  return { ended, goodbye }
}

/** The operator ends a subscription. False if it had already ended. Throws subscriber.unknown. */
export async function unsubscribeByOperator(deps: Deps, who: SubscriberRef): Promise<boolean> {
  const { id, ended } = await withSubscriber(deps, who, async ({ tx, subscriber, now }) => ({
    id: subscriber.id,
    ended: await endSubscription(tx, { subscriber, how: 'operator', wording: NO_PAGE, now }),
  }))
  if (ended) deps.log.info('subscriber.unsubscribed', { subscriber: id, how: 'operator' })
  return ended
}
