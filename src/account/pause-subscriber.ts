import { type Day, localDayOf } from '../core/dates.ts'
import type { Deps } from '../core/deps.ts'
import { applyChange } from '../digests/apply-change.ts'
import { NO_PAGE } from '../subscribers/consent.ts'
import { requirePauseEnd } from '../subscribers/pause.ts'
import { requireSubscription } from '../subscribers/subscriber.ts'
import { type SubscriberRef, withSubscriber } from './with-subscriber.ts'

/**
 * No digests until the local date `until`, on which they come again; null: until somebody resumes. Throws
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

/** Throws subscriber.state. Somebody who is active stays so. */
export async function resumeSubscriber(deps: Deps, who: SubscriberRef): Promise<void> {
  const id = await withSubscriber(deps, who, async ({ tx, subscriber, now }) => {
    requireSubscription(subscriber)
    const changes = { state: 'active' } as const
    const changed = await applyChange(tx, { subscriber, changes, how: 'operator', wording: NO_PAGE, now })
    return changed === null ? undefined : subscriber.id
  })
  if (id) deps.log.info('subscriber.changed', { subscriber: id, what: 'resumed' })
}
