import { type Day, localDayOf } from '../core/dates.ts'
import type { Deps } from '../core/deps.ts'
import { applyChange } from '../digests/apply-change.ts'
import { NO_PAGE } from '../subscribers/consent.ts'
import { requirePauseEnd } from '../subscribers/pause.ts'
import { requireSubscription } from '../subscribers/subscriber.ts'
import { type SubscriberRef, withSubscriber } from './with-subscriber.ts'

/**
 * Pauses digests until the local date `until`, on which they resume; null: until the subscriber resumes them. Throws
 * subscriber.state, setting.until.
 */
export async function pauseSubscriber(
  deps: Deps,
  { until, ...who }: SubscriberRef & { until: Day | null },
): Promise<void> {
  const id = await withSubscriber(deps, who, async ({ tx, subscriber, now }) => {
    requireSubscription(subscriber)
    if (until !== null) requirePauseEnd(until, localDayOf(now, subscriber.zone))
    const changes = { state: 'paused', pausedUntil: until } as const
    await applyChange(tx, { subscriber, changes, how: 'operator', wording: NO_PAGE, now })
    return subscriber.id
  })
  deps.log.info('subscriber.changed', { subscriber: id, what: 'paused', until })
}

/** Throws subscriber.state. Has no effect on an active subscriber. */
export async function resumeSubscriber(deps: Deps, who: SubscriberRef): Promise<void> {
  const id = await withSubscriber(deps, who, async ({ tx, subscriber, now }) => {
    requireSubscription(subscriber)
    const changes = { state: 'active' } as const
    const changed = await applyChange(tx, { subscriber, changes, how: 'operator', wording: NO_PAGE, now })
    return changed === null ? undefined : subscriber.id
  })
  if (id) deps.log.info('subscriber.changed', { subscriber: id, what: 'resumed' })
}
