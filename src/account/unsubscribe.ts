import { type Day, localDayOf } from '../core/dates.ts'
import type { Deps, ServiceDeps } from '../core/deps.ts'
import { nudgeTransactional } from '../mail/message.ts'
import { withoutEndedPause } from '../subscribers/change.ts'
import { lastConsentAt, recordConsents } from '../subscribers/consent.repo.ts'
import {
  isOutdated,
  type Link,
  linkEnd,
  readLink,
  readUnsubscribeLink,
  requireHolder,
  signLink,
} from '../subscribers/links.ts'
import {
  changeSubscriber,
  endSubscription,
  hasEnded,
  lockSubscriber,
  subscriberById,
} from '../subscribers/subscriber.repo.ts'
import { hasSubscription, type Subscriber, startDateOf } from '../subscribers/subscriber.ts'
import { requireUnsuppressed } from '../subscribers/suppression.repo.ts'
import { cancelGoodbye, enqueueGoodbye } from '../subscribers/transactional-message.ts'
import { type FewerEmailsOption, fewerEmailsOptions, UNDO_WINDOW_MS } from './fewer-emails.ts'
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

/** The token that undoes a recent unsubscribe by this unsubscribe link; null also if the link is not ours. */
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
    await recordConsents(tx, [{ subscriberId: id, at: now, event: 'resubscribed', how: 'page' }])
    return id
  })
  if (changed) deps.log.info('subscriber.resubscribed', { subscriber: changed })
}
