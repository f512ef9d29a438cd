import { Fault } from '../../platform/errors.ts'
import { lastConsentAt } from '../../subscribers/consent-store.ts'
import { readLink, signLink } from '../../subscribers/link-token.ts'
import type { Subscriber } from '../../subscribers/subscriber.ts'
import { subscriberById } from '../../subscribers/subscriber-store.ts'
import type { Deps } from '../../wiring.ts'
import { type FewerMails, fewerFor } from './fewer-choice.ts'

// Whoever presses the button again may undo what they just did; an old mail in other hands may not.
export const UNDO_OFFERED_MS = 3600 * 1000

/** What the page behind an unsubscribe link shows. */
export type UnsubscribePage =
  /** The link is none of ours. */
  | { is: 'unknown' }
  /** It has ended already; the token undoes that, where it is offered. */
  | { is: 'ended'; undo: string | null }
  | { is: 'open'; subscriber: Subscriber; fewer: FewerMails[] }

/** Reads, and changes nothing. */
export async function openUnsubscribe(deps: Deps, token: string): Promise<UnsubscribePage> {
  const id = subscriberIn(deps, token)
  if (id === null) return { is: 'unknown' }
  const subscriber = await subscriberById(deps.db, id)
  if (!subscriber || hasEnded(subscriber)) return { is: 'ended', undo: await undoOffered(deps, id) }
  return { is: 'open', subscriber, fewer: fewerFor(subscriber) }
}

/** A suppressed address stays so; when that is lifted, nothing starts again. */
export const hasEnded = ({ state, stateBefore }: Pick<Subscriber, 'state' | 'stateBefore'>): boolean =>
  state === 'unsubscribed' || (state === 'suppressed' && stateBefore === 'unsubscribed')

/** The subscriber's id in an unsubscribe link; null for any link that is not ours. */
export function subscriberIn({ config, clock }: Deps, token: string): string | null {
  try {
    return readLink(token, 'unsubscribe', config.APP_SECRET, clock.now()).id
  } catch (error) {
    if (error instanceof Fault) return null
    throw error
  }
}

/** The token that undoes an end of a moment ago; null where there is nothing to undo, or no more. */
export async function undoOffered(deps: Deps, id: string): Promise<string | null> {
  const { db, clock, config } = deps
  const subscriber = await subscriberById(db, id)
  const endedAt = await lastConsentAt(db, id, 'unsubscribed')
  const undoable = subscriber?.stateBefore === 'active' || subscriber?.stateBefore === 'paused'
  if (!undoable || subscriber.state !== 'unsubscribed' || !endedAt) return null
  if (clock.now().getTime() - endedAt.getTime() >= UNDO_OFFERED_MS) return null
  const link = { purpose: 'resubscribe', id, epoch: subscriber.epoch, issuedAt: endedAt } as const
  return signLink(link, config.APP_SECRET[0]!)
}
