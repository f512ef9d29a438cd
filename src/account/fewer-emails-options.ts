import { addDays, type Day, type Weekday } from '../core/dates.ts'
import { withoutEndedPause } from '../subscribers/pause.ts'
import type { Subscriber } from '../subscribers/subscriber.ts'

/** The alternatives to unsubscribing. */
export type FewerEmailsOption = 'pause' | 'weekly' | 'short'

/** The maximum number of papers in a short email. */
export const SHORT_EMAIL_PAPERS = 5
const PAUSE_DAYS = 30

/** The options that would change something, in order, on the subscriber's own `today`. */
export function fewerEmailsOptions(subscriber: Subscriber, today: Day): FewerEmailsOption[] {
  const { state, days, maxPapers } = withoutEndedPause(subscriber, today)
  if (state !== 'active') return []
  return [
    'pause' as const,
    ...(days.length > 1 ? ['weekly' as const] : []),
    ...(maxPapers > SHORT_EMAIL_PAPERS ? ['short' as const] : []),
  ]
}

export interface FewerEmailsChanges {
  state?: 'paused'
  pausedUntil?: Day
  days?: Weekday[]
  maxPapers?: number
}

/**
 * The changes of an option, on the subscriber's own `today`. Weekly uses the last of their days, which covers the week.
 */
export function fewerEmailsChanges(
  choice: FewerEmailsOption,
  { days }: Subscriber,
  today: Day,
): FewerEmailsChanges {
  if (choice === 'pause') return { state: 'paused', pausedUntil: addDays(today, PAUSE_DAYS) }
  return choice === 'weekly' ? { days: days.slice(-1) } : { maxPapers: SHORT_EMAIL_PAPERS }
}
