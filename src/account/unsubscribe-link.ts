import { localDayOf } from '../core/dates.ts'
import type { Deps } from '../core/deps.ts'
import { Fault } from '../core/errors.ts'
import { lastConsentAt } from '../subscribers/consent.repo.ts'
import { hasEnded } from '../subscribers/end-subscription.ts'
import { type Link, readLink, signLink } from '../subscribers/link-token.ts'
import { subscriberById } from '../subscribers/subscriber.repo.ts'
import { hasSubscription, type Subscriber } from '../subscribers/subscriber.ts'
import { type FewerEmailsOption, fewerEmailsOptions } from './fewer-emails-options.ts'

// For this long, pressing the button again offers an undo; later, an email may be in the hands of another person.
export const UNDO_WINDOW_MS = 3600 * 1000

/** The data of the page behind an unsubscribe link. */
export type UnsubscribePage =
  /** The link is not one of this site's. */
  | { is: 'unknown' }
  /** The subscription had already ended; the token undoes that, if an undo is offered. */
  | { is: 'ended'; undo: string | null }
  /** The link is from before a new address or subscription: it ends the current one, but reveals nothing about it. */
  | { is: 'older' }
  | { is: 'open'; subscriber: Subscriber; fewer: FewerEmailsOption[] }

/** Read-only. */
export async function openUnsubscribe(deps: Deps, token: string): Promise<UnsubscribePage> {
  const link = readUnsubscribeLink(deps, token)
  if (!link) return { is: 'unknown' }
  const subscriber = await subscriberById(deps.db, link.id)
  if (!subscriber || hasEnded(subscriber)) return { is: 'ended', undo: await resubscribeToken(deps, link) }
  if (isOutdated(link, subscriber)) return { is: 'older' }
  const today = localDayOf(deps.clock.now(), subscriber.zone)
  return { is: 'open', subscriber, fewer: fewerEmailsOptions(subscriber, today) }
}

/** The content of an unsubscribe link; null if it is not a link of this site. It is valid in every epoch. */
export function readUnsubscribeLink({ config, clock }: Deps, token: string): Link | null {
  try {
    return readLink(token, 'unsubscribe', config.APP_SECRET, clock.now())
  } catch (error) {
    if (error instanceof Fault) return null
    throw error
  }
}

/** Whether the link is from before a new address or subscription: its reader may be another person by now. */
export const isOutdated = ({ epoch }: Pick<Link, 'epoch'>, subscriber: Subscriber): boolean =>
  epoch !== subscriber.epoch

/**
 * The token that undoes a recent unsubscribe; null if there is nothing to undo, it is too late, or the link is older.
 */
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

/** The same for the token of an unsubscribe link; null also if the link is not ours. */
export async function undoTokenFor(deps: Deps, token: string): Promise<string | null> {
  const link = readUnsubscribeLink(deps, token)
  return link && resubscribeToken(deps, link)
}
