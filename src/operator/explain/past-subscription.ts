import type { Day } from '../../core/dates.ts'
import { type DueDate, dueOn } from '../../digests/due.ts'
import type { Change, Subscription } from '../../subscribers/change.ts'
import type { Consent } from '../../subscribers/subscriber.repo.ts'
import type { SubscriberState } from '../../subscribers/subscriber.ts'

/** none: no one had signed up with this address. */
export type PastState = SubscriberState | 'erased' | 'none'

/**
 * The state at an instant, from the consent records up to it (oldest first). `state` is the current state, used if
 * there are no records. Before an import the state is "none": the imported consent may be older, or is requested later.
 */
export function stateAt(
  consents: readonly Consent[],
  at: Date,
  { state, importedAt }: { state: SubscriberState; importedAt: Date | null },
): PastState {
  const [first] = consents
  if (!first) return state
  if (importedAt !== null && at < importedAt) return 'none'
  const waits = first.event === 'asked' && importedAt !== null
  let [now, before] = [waits ? 'pending' : 'none', 'none'] as [PastState, PastState]
  let suppressed = false
  const become = (next: PastState) => {
    before = now
    now = next
  }
  for (const { event, how } of consents.filter((one) => one.at <= at)) {
    if (event === 'asked' && now === 'none') become('pending')
    if (event === 'confirmed' || event === 'resumed') become('active')
    if (event === 'paused' || event === 'unsubscribed' || event === 'erased') become(event)
    if (event === 'resubscribed') become(before)
    if (event === 'unsuppressed' && how === 'asked again') become('unsubscribed')
    if (event === 'suppressed') suppressed = true
    else if (event === 'unsuppressed' || event === 'confirmed') suppressed = false
  }
  return suppressed && now !== 'erased' ? 'suppressed' : now
}

/** A period with an unchanged subscription; null: no start or no end. */
interface Period {
  from: Date | null
  to: Date | null
  subscription: Subscription
}

/** All periods, oldest first. `changes`: newest first; `now`: the current subscription. */
function periods(changes: readonly Change[], now: Subscription): Period[] {
  const oldestFirst = changes.toReversed()
  return [...oldestFirst, undefined].map((next, i) => ({
    from: oldestFirst[i - 1]?.at ?? null,
    to: next?.at ?? null,
    subscription: next?.before ?? now,
  }))
}

const covers = ({ from, to }: Period, at: Date): boolean => (!from || from <= at) && (!to || at < to)

export const subscriptionAt = (changes: readonly Change[], now: Subscription, at: Date): Subscription =>
  periods(changes, now).find((period) => covers(period, at))?.subscription ?? now

export interface PastDue {
  /** Null: no due hour fell on that date while its schedule was in effect. */
  due: DueDate | null
  subscription: Subscription
  /** The date was a delivery day, but a change skipped its hour. */
  passedOver: boolean
}

/** When something was due on a date, by the schedule in effect at its due hour. */
export function pastDueOn(changes: readonly Change[], now: Subscription, date: Day, noon: Date): PastDue {
  const dues = periods(changes, now).flatMap((period) => {
    const due = dueOn(period.subscription, date)
    return due ? [{ due, period }] : []
  })
  const held = dues.find(({ due, period }) => covers(period, due.dueAt))
  if (held) return { due: held.due, subscription: held.period.subscription, passedOver: false }
  return {
    due: null,
    subscription: subscriptionAt(changes, now, noon),
    passedOver: dues.length > 0 && changes.length > 0,
  }
}
