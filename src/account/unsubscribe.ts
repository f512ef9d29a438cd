import { addDays, type Day, localDayOf } from '../core/dates.ts'
import type { Deps, ServiceDeps } from '../core/deps.ts'
import { undefinedIfFault } from '../core/errors.ts'
import { nudgeTransactional } from '../mail/message.ts'
import { type Subscription, withoutEndedPause } from '../subscribers/change.ts'
import { CONSENT_WORDING, NO_PAGE } from '../subscribers/consent.ts'
import { type Link, readLink, signLink } from '../subscribers/links.ts'
import {
  endSubscription,
  hasEnded,
  lastConsentAt,
  lockSubscriber,
  subscriberById,
} from '../subscribers/subscriber.repo.ts'
import { hasSubscription, type Subscriber } from '../subscribers/subscriber.ts'
import { enqueueGoodbye } from '../subscribers/transactional-message.ts'
import { type SubscriberRef, withSubscriber } from './find-subscriber.ts'

interface UnsubscribeInput {
  token: string
  how: 'page' | 'one-click'
}

/**
 * Ends a subscription for good. Repeating it changes nothing, and an invalid link is not an error. The page's button
 * enqueues a goodbye with the undo link; a one-click by a mail program gets no email.
 */
export async function unsubscribe(deps: ServiceDeps, { token, how }: UnsubscribeInput): Promise<void> {
  const { config, db, clock, log } = deps
  const link = readUnsubscribeLink(deps, token)
  if (!link) return
  const { id } = link
  const { ended, goodbye } = await db.$transaction(async (tx) => {
    const now = clock.now()
    const subscriber = await lockSubscriber(tx, id)
    const wording = how === 'page' ? CONSENT_WORDING.version : NO_PAGE
    const ended = subscriber !== null && (await endSubscription(tx, { subscriber, how, wording, now }))
    const goodbye = ended && how === 'page' && (await enqueueGoodbye(tx, { config, subscriber, now }))
    return { ended, goodbye }
  })
  if (ended) log.info('subscriber.unsubscribed', { subscriber: id, how })
  if (goodbye) await nudgeTransactional(deps)
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

// For this long, pressing the button again offers an undo; later, an email may be in the hands of another person.
export const UNDO_WINDOW_MS = 3600 * 1000

type UnsubscribePage =
  /** The link is not one of this site's. */
  | { is: 'unknown' }
  /** The subscription had already ended; the token undoes that, if an undo is offered. */
  | { is: 'ended'; undo: string | null }
  /** The link is from before a new address or subscription: it ends the current one, but reveals nothing about it. */
  | { is: 'older' }
  | { is: 'open'; subscriber: Subscriber; today: Day; fewer: FewerEmailsOption[] }

/** Read-only. */
export async function openUnsubscribe(deps: Deps, token: string): Promise<UnsubscribePage> {
  const link = readUnsubscribeLink(deps, token)
  if (!link) return { is: 'unknown' }
  const subscriber = await subscriberById(deps.db, link.id)
  if (!subscriber || hasEnded(subscriber)) return { is: 'ended', undo: await resubscribeToken(deps, link) }
  if (isOutdated(link, subscriber)) return { is: 'older' }
  const today = localDayOf(deps.clock.now(), subscriber.zone)
  return {
    is: 'open',
    subscriber: withoutEndedPause(subscriber, today),
    today,
    fewer: fewerEmailsOptions(subscriber, today),
  }
}

/** The content of an unsubscribe link; null if it is not a link of this site. It is valid in every epoch. */
export const readUnsubscribeLink = ({ config, clock }: Deps, token: string): Link | null =>
  undefinedIfFault(() => readLink(token, 'unsubscribe', config.APP_SECRET, clock.now())) ?? null

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

export type FewerEmailsOption = 'pause' | 'weekly' | 'short'

export const SHORT_EMAIL_PAPERS = 5
const PAUSE_DAYS = 30

/** The options that would change something, in order, on the subscriber's own `today`; some apply after a pause. */
export function fewerEmailsOptions(subscriber: Subscriber, today: Day): FewerEmailsOption[] {
  const { state, pausedUntil, days, maxPapers } = withoutEndedPause(subscriber, today)
  const isShortPause = pausedUntil !== null && pausedUntil < addDays(today, PAUSE_DAYS)
  return [
    ...(state === 'active' || isShortPause ? ['pause' as const] : []),
    ...(days.length > 1 ? ['weekly' as const] : []),
    ...(maxPapers > SHORT_EMAIL_PAPERS ? ['short' as const] : []),
  ]
}

/**
 * The changes of an option, on the subscriber's own `today`. Weekly uses the last of their days, which covers the week.
 */
export function fewerEmailsChanges(
  choice: FewerEmailsOption,
  { days }: Subscriber,
  today: Day,
): Partial<Subscription> {
  if (choice === 'pause') return { state: 'paused', pausedUntil: addDays(today, PAUSE_DAYS) }
  return choice === 'weekly' ? { days: days.slice(-1) } : { maxPapers: SHORT_EMAIL_PAPERS }
}
