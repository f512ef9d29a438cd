import type { Database } from '../core/database/database.ts'
import { addDays, type Day, localDayOf } from '../core/dates.ts'
import type { Deps, ServiceDeps } from '../core/deps.ts'
import { undefinedIfFault } from '../core/errors.ts'
import { applyChange } from '../digests/apply-change.ts'
import type { NextMail } from '../digests/next-mail.ts'
import { nudgeTransactional } from '../mail/message.ts'
import { newestChanges } from '../subscribers/change.repo.ts'
import { type Change, type Subscription, withoutEndedPause } from '../subscribers/change.ts'
import { type Link, linkEnd, readLink, requireHolder, signLink } from '../subscribers/links.ts'
import {
  changeSubscriber,
  endSubscription,
  hasEnded,
  lastConsentAt,
  lockSubscriber,
  recordConsent,
  subscriberById,
} from '../subscribers/subscriber.repo.ts'
import { hasSubscription, type Subscriber, startDateOf } from '../subscribers/subscriber.ts'
import { requireUnsuppressed } from '../subscribers/suppression.repo.ts'
import { cancelGoodbye, enqueueGoodbye } from '../subscribers/transactional-message.ts'
import { type SubscriberRef, withSubscriber } from './find-subscriber.ts'
import { nextMailOf } from './show-subscriber.ts'
import { countUnknownLink } from './unknown-links.ts'

/**
 * Ends a subscription for good. Repeating it changes nothing. The page's button enqueues a goodbye with the undo link; a
 * one-click by a mail program gets no email. False if we cannot verify the link: then nothing may be acknowledged.
 */
export async function unsubscribe(
  deps: ServiceDeps,
  { token, how }: { token: string; how: 'page' | 'one-click' },
): Promise<boolean> {
  const { config, db, clock, log } = deps
  const link = readUnsubscribeLink(deps, token)
  if (!link) {
    log.warn('unsubscribe.refused', { how })
    await countUnknownLink(deps, token)
    return false
  }
  const { id } = link
  const { ended, goodbye } = await db.$transaction(async (tx) => {
    const now = clock.now()
    const subscriber = await lockSubscriber(tx, id)
    const ended = subscriber !== null && (await endSubscription(tx, { subscriber, how, now }))
    const goodbye = ended && how === 'page' && (await enqueueGoodbye(tx, { config, subscriber, now }))
    return { ended, goodbye }
  })
  if (ended) log.info('subscriber.unsubscribed', { subscriber: id, how })
  if (goodbye) await nudgeTransactional(deps)
  return true
}

/** The operator ends a subscription. False if it had already ended. Throws subscriber.unknown. */
export async function unsubscribeByOperator(deps: Deps, who: SubscriberRef): Promise<boolean> {
  const { id, ended } = await withSubscriber(deps, who, async ({ tx, subscriber, now }) => ({
    id: subscriber.id,
    ended: await endSubscription(tx, { subscriber, how: 'operator', now }),
  }))
  if (ended) deps.log.info('subscriber.unsubscribed', { subscriber: id, how: 'operator' })
  return ended
}

// For this long, pressing the button again offers an undo; later, an email may be in the hands of another person.
const UNDO_WINDOW_MS = 3600 * 1000

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
const readUnsubscribeLink = ({ config, clock }: Deps, token: string): Link | null =>
  undefinedIfFault(() => readLink(token, 'unsubscribe', config.APP_SECRET, clock.now())) ?? null

/** Whether the link is from before a new address or subscription: its reader may be another person by now. */
const isOutdated = ({ epoch }: Pick<Link, 'epoch'>, subscriber: Subscriber): boolean =>
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

export type OpenedResubscribe = Awaited<ReturnType<typeof openResubscribe>>

/**
 * `next`: when the next digest may be due; undefined if they get none. `ends`: when the link expires. Read-only. Throws
 * link.*, subscriber.suppressed.
 */
export async function openResubscribe(deps: Deps, token: string) {
  const link = readLink(token, 'resubscribe', deps.config.APP_SECRET, deps.clock.now())
  const found = requireHolder(link, await subscriberById(deps.db, link.id))
  await requireUnsuppressed(deps.db, found.addressHash)
  const subscriber = withoutEndedPause(found, localDayOf(deps.clock.now(), found.zone))
  const next = subscriber.state === 'active' ? await nextMailOf(deps, subscriber) : undefined
  return { subscriber, next, ends: linkEnd(link) }
}

/**
 * Undoes an unsubscribe within 30 days: restores the state before. Repeating it changes nothing. Throws link.*,
 * subscriber.suppressed.
 */
export async function resubscribe(deps: Deps, token: string): Promise<void> {
  const now = deps.clock.now()
  const link = readLink(token, 'resubscribe', deps.config.APP_SECRET, now)
  const changed = await deps.db.$transaction(async (tx) => {
    const subscriber = requireHolder(link, await lockSubscriber(tx, link.id))
    await requireUnsuppressed(tx, subscriber.addressHash)
    const { id, state, stateBefore } = subscriber
    if (state !== 'unsubscribed' || !stateBefore) return undefined
    // Days that passed in the meantime were not missed: nothing was due on them.
    await changeSubscriber(tx, id, {
      state: stateBefore,
      stateBefore: null,
      startDate: startDateOf(now, subscriber),
    })
    await cancelGoodbye(tx, id)
    await recordConsent(tx, { subscriberId: id, at: now, event: 'resubscribed', how: 'page' })
    return id
  })
  if (changed) deps.log.info('subscriber.resubscribed', { subscriber: changed })
}

export type FewerEmailsOption = 'pause' | 'weekly' | 'short'

export const SHORT_EMAIL_PAPERS = 5
const PAUSE_DAYS = 30

/** The options that would change something, in order, on the subscriber's own `today`; some apply after a pause. */
function fewerEmailsOptions(subscriber: Subscriber, today: Day): FewerEmailsOption[] {
  const { state, pausedUntil, days, maxPapers } = withoutEndedPause(subscriber, today)
  const isShortPause = pausedUntil !== null && pausedUntil < addDays(today, PAUSE_DAYS)
  return [
    ...(state === 'active' || isShortPause ? ['pause' as const] : []),
    ...(days.length > 1 ? ['weekly' as const] : []),
    ...(maxPapers > SHORT_EMAIL_PAPERS ? ['short' as const] : []),
  ]
}

// Values of `how` for the changes made here: the link undoes only these.
const CHOSEN = 'unsubscribe page'
const UNDONE = 'unsubscribe page, undone'

export interface FewerEmailsState {
  is: FewerEmailsOption | 'undone'
  subscriber: Subscriber
  /** Undefined for a paused subscriber. */
  next: NextMail | undefined
  /** The change to undo; null after that. */
  undo: number | null
}

/** Changes nothing if the link is invalid or outdated, or the option would change nothing. */
export const chooseFewerEmails = (
  deps: Deps,
  { token, choice }: { token: string; choice: FewerEmailsOption },
): Promise<void> =>
  changeWithUnsubscribeLink(deps, token, CHOSEN, async (_tx, subscriber, now) => {
    const today = localDayOf(now, subscriber.zone)
    if (!fewerEmailsOptions(subscriber, today).includes(choice)) return null
    if (choice === 'pause') return { state: 'paused', pausedUntil: addDays(today, PAUSE_DAYS) }
    // The last of their days covers the week.
    return choice === 'weekly' ? { days: subscriber.days.slice(-1) } : { maxPapers: SHORT_EMAIL_PAPERS }
  })

/** Undoes the option that was just chosen here, unless something else has changed since. */
export const undoFewerEmails = (
  deps: Deps,
  { token, change }: { token: string; change: number },
): Promise<void> =>
  changeWithUnsubscribeLink(deps, token, UNDONE, async (tx, { id }, now) => {
    const last = await justChanged(tx, id, now)
    if (last?.id !== change || last.how !== CHOSEN) return null
    const { state, pausedUntil, days, maxPapers } = last.before
    return { state, pausedUntil, days, maxPapers }
  })

/** Read-only. Null if no option was just chosen here, or it no longer applies. */
export async function openFewerEmails(deps: Deps, token: string): Promise<FewerEmailsState | null> {
  const { db, clock } = deps
  const now = clock.now()
  const link = readUnsubscribeLink(deps, token)
  const found = link && (await subscriberById(db, link.id))
  const subscriber = found && !isOutdated(link, found) ? found : null
  const last = subscriber && (await justChanged(db, subscriber.id, now))
  if (!last || last.after.state !== subscriber.state) return null
  const next = subscriber.state === 'active' ? await nextMailOf(deps, subscriber) : undefined
  if (last.how === UNDONE) return { is: 'undone', subscriber, next, undo: null }
  return { is: choiceOf(last), subscriber, next, undo: last.id }
}

async function changeWithUnsubscribeLink(
  deps: Deps,
  token: string,
  how: string,
  changesFor: (tx: Database, subscriber: Subscriber, now: Date) => Promise<Partial<Subscription> | null>,
): Promise<void> {
  const now = deps.clock.now()
  const link = readUnsubscribeLink(deps, token)
  if (!link) return
  const { id } = link
  const change = await deps.db.$transaction(async (tx) => {
    const subscriber = await lockSubscriber(tx, id)
    if (!subscriber || !hasSubscription(subscriber) || isOutdated(link, subscriber)) return null
    const changes = await changesFor(tx, subscriber, now)
    return changes && applyChange(tx, { subscriber, changes, how, now })
  })
  if (change !== null) deps.log.info('subscriber.changed', { subscriber: id, what: how })
}

/** The newest change, if it was made here within the last hour: an old email that was passed on cannot undo it. */
async function justChanged(db: Database, subscriberId: string, now: Date): Promise<Change | null> {
  const [last] = await newestChanges(db, subscriberId, 1)
  if (!last || (last.how !== CHOSEN && last.how !== UNDONE)) return null
  return now.getTime() - last.at.getTime() < UNDO_WINDOW_MS ? last : null
}

function choiceOf({ before, after }: Change): FewerEmailsOption {
  if (after.pausedUntil !== before.pausedUntil) return 'pause'
  return before.days.join() === after.days.join() ? 'short' : 'weekly'
}
