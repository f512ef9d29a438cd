import type { DatabaseOrTransaction } from '../../platform/database.ts'
import { Fault } from '../../platform/errors.ts'
import { CONSENT_WORDING, NO_PAGE } from '../../subscribers/consent.ts'
import { lastConsentAt, recordConsent } from '../../subscribers/consent-store.ts'
import { readLink, signLink } from '../../subscribers/link-token.ts'
import type { Subscriber } from '../../subscribers/subscriber.ts'
import { changeSubscriber, lockSubscriber, subscriberById } from '../../subscribers/subscriber-store.ts'
import type { Deps } from '../../wiring.ts'
import { withSubscriber } from './with-subscriber.ts'

// Whoever presses the button again may undo what they just did; an old mail in other hands may not.
const UNDO_OFFERED_MS = 3600 * 1000

export interface UnsubscribeInput {
  token: string
  how: 'page' | 'one-click'
}

/** Whose link it is, for the page with the button; null for any link that is not ours. */
export async function openUnsubscribe(deps: Deps, token: string): Promise<Subscriber | null> {
  const id = subscriberIdIn(deps, token)
  return id === null ? null : subscriberById(deps.db, id)
}

/**
 * Ends a subscription for good; a second time changes nothing, and a link that is not ours is no error. Returns the
 * token that undoes it, where there is something to undo.
 */
export async function unsubscribe(deps: Deps, { token, how }: UnsubscribeInput): Promise<string | null> {
  const id = subscriberIdIn(deps, token)
  if (id === null) return null
  const now = deps.clock.now()
  const wording = how === 'page' ? CONSENT_WORDING.version : NO_PAGE
  const ended = await deps.db.$transaction(async (tx) => {
    const subscriber = await lockSubscriber(tx, id)
    return subscriber !== null && (await endSubscription(tx, { subscriber, how, wording, now }))
  })
  if (ended) deps.log.info('subscriber.unsubscribed', { subscriber: id, how })
  return undoTokenFor(deps, id, now)
}

/** Ends a subscription at the operator's hand. False where it had ended before. Throws subscriber.unknown. */
export async function unsubscribeByOperator(deps: Deps, { email }: { email: string }): Promise<boolean> {
  const { id, ended } = await withSubscriber(deps, email, async ({ tx, subscriber, now }) => ({
    id: subscriber.id,
    ended: await endSubscription(tx, { subscriber, how: 'operator', wording: NO_PAGE, now }),
  }))
  if (ended) deps.log.info('subscriber.unsubscribed', { subscriber: id, how: 'operator' })
  return ended
}

/** False where it had ended before. The subscriber must be locked by the transaction. */
async function endSubscription(
  tx: DatabaseOrTransaction,
  { subscriber, how, wording, now }: { subscriber: Subscriber; how: string; wording: string; now: Date },
): Promise<boolean> {
  const { id, state, stateBefore } = subscriber
  if (state === 'unsubscribed') return false
  // A suppressed address stays so; when that is lifted, nothing starts again.
  if (state === 'suppressed' && stateBefore === 'unsubscribed') return false
  const changes =
    state === 'suppressed'
      ? { stateBefore: 'unsubscribed' as const }
      : { state: 'unsubscribed' as const, stateBefore: state }
  await changeSubscriber(tx, id, changes)
  await recordConsent(tx, { subscriberId: id, at: now, event: 'unsubscribed', how, wording })
  return true
}

function subscriberIdIn({ config, clock }: Deps, token: string): string | null {
  try {
    return readLink(token, 'unsubscribe', config.APP_SECRET, clock.now()).id
  } catch (error) {
    if (error instanceof Fault) return null
    throw error
  }
}

async function undoTokenFor(deps: Deps, id: string, now: Date): Promise<string | null> {
  const subscriber = await subscriberById(deps.db, id)
  const endedAt = await lastConsentAt(deps.db, id, 'unsubscribed')
  const undoable = subscriber?.stateBefore === 'active' || subscriber?.stateBefore === 'paused'
  if (!undoable || subscriber.state !== 'unsubscribed' || !endedAt) return null
  if (now.getTime() - endedAt.getTime() >= UNDO_OFFERED_MS) return null
  const link = { purpose: 'resubscribe', id, epoch: subscriber.epoch, issuedAt: endedAt } as const
  return signLink(link, deps.config.APP_SECRET[0]!)
}
