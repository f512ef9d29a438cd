import { addDays, type Day } from '../core/dates.ts'
import { Fault } from '../core/errors.ts'
import type { Subscription } from './change.ts'

/** How a pause came that nobody asked for: mail came back from a full mailbox. */
export const MAILBOX_FULL = 'mailbox full'

const MAX_DAYS = 365

/**
 * Whether no digest comes on the subscriber's own `today`. The row of a pause with an end says paused until the next
 * date on which something is due.
 */
const isPaused = ({ state, pausedUntil }: Pick<Subscription, 'state' | 'pausedUntil'>, today: Day): boolean =>
  state === 'paused' && (pausedUntil === null || pausedUntil > today)

/** The same, and active where a pause has run out. */
export const withoutEndedPause = <T extends Pick<Subscription, 'state' | 'pausedUntil'>>(
  standing: T,
  today: Day,
): T =>
  standing.state !== 'paused' || isPaused(standing, today)
    ? standing
    : { ...standing, state: 'active', pausedUntil: null }

/** Throws setting.until for the end of a pause that is over, or more than a year away. */
export function requirePauseEnd(until: Day, today: Day): void {
  const latest = addDays(today, MAX_DAYS)
  if (until <= today || until > latest) throw new Fault('setting.until', { value: until, today, latest })
}
