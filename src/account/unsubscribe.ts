import type { DatabaseOrTransaction } from '../core/database/database.ts'
import type { Deps, ServiceDeps } from '../core/deps.ts'
import { nudgeAnswers } from '../mail/nudge-answers.ts'
import { CONSENT_WORDING, NO_PAGE } from '../subscribers/consent.ts'
import { endSubscription } from '../subscribers/end-subscription.ts'
import { leaveGoodbye } from '../subscribers/leave-goodbye.ts'
import { lockSubscriber } from '../subscribers/subscriber.repo.ts'
import { undoOffered, unsubscribeLink } from './unsubscribe-link.ts'
import { type Who, withSubscriber } from './with-subscriber.ts'

export interface UnsubscribeInput {
  token: string
  how: 'page' | 'one-click'
}

/** What a press on the button or a one-click came to. */
export interface Unsubscribed {
  /** The token that undoes it, where there is something to undo. */
  undo: string | null
}

/**
 * Ends a subscription for good; a second time changes nothing, and a link that is not ours is no error. The page's
 * button leaves a goodbye with the undo in it; a mail program that presses for somebody is answered by nothing.
 */
export async function unsubscribe(
  deps: ServiceDeps,
  { token, how }: UnsubscribeInput,
): Promise<Unsubscribed> {
  const link = unsubscribeLink(deps, token)
  if (!link) return { undo: null }
  const { id } = link
  const { ended, goodbye } = await deps.db.$transaction((tx) => endBehindLink(deps, tx, { id, how }))
  if (ended) deps.log.info('subscriber.unsubscribed', { subscriber: id, how })
  if (goodbye) await nudgeAnswers(deps)
  return { undo: await undoOffered(deps, link) }
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
  const goodbye = ended && how === 'page' && (await leaveGoodbye(tx, { config, subscriber, now }))
  return { ended, goodbye }
}

/** Ends a subscription at the operator's hand. False where it had ended before. Throws subscriber.unknown. */
export async function unsubscribeByOperator(deps: Deps, who: Who): Promise<boolean> {
  const { id, ended } = await withSubscriber(deps, who, async ({ tx, subscriber, now }) => ({
    id: subscriber.id,
    ended: await endSubscription(tx, { subscriber, how: 'operator', wording: NO_PAGE, now }),
  }))
  if (ended) deps.log.info('subscriber.unsubscribed', { subscriber: id, how: 'operator' })
  return ended
}
