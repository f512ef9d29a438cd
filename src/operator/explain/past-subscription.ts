import type { Day } from '../../core/dates.ts'
import { type DueDate, dueOn } from '../../digests/due.ts'
import type { Change, Subscription } from '../../subscribers/change.ts'
import type { Consent } from '../../subscribers/subscriber.repo.ts'
import type { SubscriberState } from '../../subscribers/subscriber.ts'

/** none: no one had signed up with this address. */
export type PastState = SubscriberState | 'erased' | 'none'

const STATE_AFTER: Partial<Record<Consent['event'], PastState>> = {
  confirmed: 'active',
  resumed: 'active',
  paused: 'paused',
  unsubscribed: 'unsubscribed',
  erased: 'erased',
}

/**
 * The state at an instant, from the consent records up to it (oldest first). `state` is the current state, used if
 * there are no records. Before an import the state is "none": the imported consent may be older, or is requested later.
 */
export function stateAt(
  consents: readonly Consent[],
  at: Date,
  { subscription, importedAt }: { subscription: Subscription; importedAt: Date | null },
): PastState {
  const [first] = consents
  if (!first) return subscription.state
  if (importedAt !== null && at < importedAt) return 'none'
  let now: PastState = first.event === 'asked' && importedAt !== null ? 'pending' : 'none'
  let before: PastState = 'none'
  let isSuppressed = false
  for (const { event, how } of consents.filter((one) => one.at <= at)) {
    let next = STATE_AFTER[event]
    if (event === 'asked' && now === 'none') next = 'pending'
    if (event === 'resubscribed') next = before
    if (event === 'unsuppressed' && how === 'asked again') next = 'unsubscribed'
    if (next) [before, now] = [now, next]
    if (event === 'suppressed') isSuppressed = true
    if (event === 'unsuppressed' || event === 'confirmed') isSuppressed = false
  }
  return isSuppressed && now !== 'erased' ? 'suppressed' : now
}

/** `changes`: newest first; `now`: the current subscription. */
export const subscriptionAt = (changes: readonly Change[], now: Subscription, at: Date): Subscription =>
  changes.findLast((change) => change.at > at)?.before ?? now

export interface PastDue {
  /** Null: no due hour fell on that date while its schedule was in effect. */
  due: DueDate | null
  subscription: Subscription
  /** The date was a delivery day, but a change skipped its hour. */
  passedOver: boolean
}

/** When something was due on a date, by the schedule in effect at its due hour. */
export function pastDueOn(changes: readonly Change[], now: Subscription, date: Day, noon: Date): PastDue {
  const dues = [...changes.toReversed().map(({ before }) => before), now].flatMap((subscription) => {
    const due = dueOn(subscription, date)
    return due ? [{ due, subscription }] : []
  })
  const held = dues.find(({ due, subscription }) => subscriptionAt(changes, now, due.dueAt) === subscription)
  if (held) return { ...held, passedOver: false }
  const subscription = subscriptionAt(changes, now, noon)
  return { due: null, subscription, passedOver: dues.length > 0 && changes.length > 0 }
}
