import { addDays, type Day } from '../core/dates.ts'
import { Fault } from '../core/errors.ts'
import type { Subscription } from './change.ts'

/** Value of `how` for a pause that the subscriber did not request: an email bounced from a full mailbox. */
export const MAILBOX_FULL = 'mailbox full'

const MAX_DAYS = 365

/**
 * Whether no digest is due on the subscriber's own `today`. After a pause with an end, the row keeps the state paused
 * until the next date on which something is due.
 */
const isPaused = ({ state, pausedUntil }: Pick<Subscription, 'state' | 'pausedUntil'>, today: Day): boolean =>
  state === 'paused' && (pausedUntil === null || pausedUntil > today)

/** The same subscription, but active if its pause has ended. */
export const withoutEndedPause = <T extends Pick<Subscription, 'state' | 'pausedUntil'>>(
  subscription: T,
  today: Day,
): T =>
  subscription.state !== 'paused' || isPaused(subscription, today)
    ? subscription
    : { ...subscription, state: 'active', pausedUntil: null }

/** Throws setting.until if the end of a pause is in the past, or more than a year away. */
export function requirePauseEnd(until: Day, today: Day): void {
  const latest = addDays(today, MAX_DAYS)
  if (until <= today || until > latest) throw new Fault('setting.until', { value: until, today, latest })
}
