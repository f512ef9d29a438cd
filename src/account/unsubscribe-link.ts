import { localDayOf } from '../core/dates.ts'
import type { Deps } from '../core/deps.ts'
import { Fault } from '../core/errors.ts'
import { lastConsentAt } from '../subscribers/consent.repo.ts'
import { hasEnded } from '../subscribers/end-subscription.ts'
import { type Link, readLink, signLink } from '../subscribers/link-token.ts'
import { subscriberById } from '../subscribers/subscriber.repo.ts'
import { hasSubscription, type Subscriber } from '../subscribers/subscriber.ts'
import { type FewerEmailsOption, fewerEmailsOptions } from './fewer-emails-options.ts'

// Whoever presses the button again may undo what they just did; an old mail in other hands may not.
export const UNDO_WINDOW_MS = 3600 * 1000

/** What the page behind an unsubscribe link shows. */
export type UnsubscribePage =
  /** The link is none of ours. */
  | { is: 'unknown' }
  /** It has ended already; the token undoes that, where it is offered. */
  | { is: 'ended'; undo: string | null }
  /** The link is of a mail to an older address or of an older subscription: it ends this one, and tells nothing of it. */
  | { is: 'older' }
  | { is: 'open'; subscriber: Subscriber; fewer: FewerEmailsOption[] }

/** Reads, and changes nothing. */
export async function openUnsubscribe(deps: Deps, token: string): Promise<UnsubscribePage> {
  const link = readUnsubscribeLink(deps, token)
  if (!link) return { is: 'unknown' }
  const subscriber = await subscriberById(deps.db, link.id)
  if (!subscriber || hasEnded(subscriber)) return { is: 'ended', undo: await resubscribeToken(deps, link) }
  if (isOutdated(link, subscriber)) return { is: 'older' }
  const today = localDayOf(deps.clock.now(), subscriber.zone)
  return { is: 'open', subscriber, fewer: fewerEmailsOptions(subscriber, today) }
}

/** What an unsubscribe link says; null for any link that is not ours. Of any epoch it ends a subscription. */
export function readUnsubscribeLink({ config, clock }: Deps, token: string): Link | null {
  try {
    return readLink(token, 'unsubscribe', config.APP_SECRET, clock.now())
  } catch (error) {
    if (error instanceof Fault) return null
    throw error
  }
}

/** Whether it was mailed before a new address or subscription: whoever reads it may be somebody else by now. */
export const isOutdated = ({ epoch }: Pick<Link, 'epoch'>, subscriber: Subscriber): boolean =>
  epoch !== subscriber.epoch

/** The token that undoes an end of a moment ago; null where there is nothing to undo, or no more, or for an older link. */
export async function resubscribeToken(deps: Deps, link: Pick<Link, 'id' | 'epoch'>): Promise<string | null> {
  const { db, clock, config } = deps
  const { id } = link
  const subscriber = await subscriberById(db, id)
  if (!subscriber || isOutdated(link, subscriber)) return null
  const { state, stateBefore, epoch } = subscriber
  const endedAt = await lastConsentAt(db, id, 'unsubscribed')
  const isUndoable = state === 'unsubscribed' && stateBefore && hasSubscription({ state: stateBefore })
  if (!isUndoable || !endedAt) return null
  if (clock.now().getTime() - endedAt.getTime() >= UNDO_WINDOW_MS) return null
  const undo = { purpose: 'resubscribe', id, epoch, issuedAt: endedAt } as const
  return signLink(undo, config.APP_SECRET[0]!)
}
