import type { Database } from '../core/database/database.ts'
import { addDays, type Day, localDayOf } from '../core/dates.ts'
import type { Deps } from '../core/deps.ts'
import { applyChange } from '../digests/apply-change.ts'
import type { NextMail } from '../digests/next-mail.ts'
import { newestChanges } from '../subscribers/change.repo.ts'
import { type Change, type Subscription, withoutEndedPause } from '../subscribers/change.ts'
import { isOutdated, readUnsubscribeLink } from '../subscribers/links.ts'
import { lockSubscriber, subscriberById } from '../subscribers/subscriber.repo.ts'
import { hasSubscription, type Subscriber } from '../subscribers/subscriber.ts'
import { nextMailOf } from './show-subscriber.ts'

export type FewerEmailsOption = 'pause' | 'weekly' | 'short'

export const SHORT_EMAIL_PAPERS = 5
const PAUSE_DAYS = 30

// For this long, pressing the button again offers an undo; later, an email may be in the hands of another person.
export const UNDO_WINDOW_MS = 3600 * 1000

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
