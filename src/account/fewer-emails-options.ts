import { addDays, type Day, type Weekday } from '../core/dates.ts'
import { withoutEndedPause } from '../subscribers/pause.ts'
import type { Subscriber } from '../subscribers/subscriber.ts'

/** What somebody may take instead of unsubscribing. */
export type FewerEmailsOption = 'pause' | 'weekly' | 'short'

/** The most papers of a mail that is kept short. */
export const SHORT_EMAIL_PAPERS = 5
const PAUSE_DAYS = 30

/** The choices that would change something, in order, on the subscriber's own `today`. */
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

/** What a choice changes, on the subscriber's own `today`. Once a week is the last of their days, which sums it up. */
export function fewerEmailsChanges(
  choice: FewerEmailsOption,
  { days }: Subscriber,
  today: Day,
): FewerEmailsChanges {
  if (choice === 'pause') return { state: 'paused', pausedUntil: addDays(today, PAUSE_DAYS) }
  return choice === 'weekly' ? { days: days.slice(-1) } : { maxPapers: SHORT_EMAIL_PAPERS }
}
