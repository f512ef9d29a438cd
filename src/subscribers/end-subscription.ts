import type { DatabaseOrTransaction } from '../core/database/database.ts'
import { recordConsent } from './consent.repo.ts'
import { changeSubscriber } from './subscriber.repo.ts'
import type { Subscriber } from './subscriber.ts'

/** A suppressed address stays suppressed. If the suppression is lifted, digests do not start again. */
export const hasEnded = ({ state, stateBefore }: Pick<Subscriber, 'state' | 'stateBefore'>): boolean =>
  state === 'unsubscribed' || (state === 'suppressed' && stateBefore === 'unsubscribed')

/** Returns false if it had ended before. The subscriber must be locked by the transaction. */
export async function endSubscription(
  tx: DatabaseOrTransaction,
  { subscriber, how, wording, now }: { subscriber: Subscriber; how: string; wording: string; now: Date },
): Promise<boolean> {
  if (hasEnded(subscriber)) return false
  const { id, state } = subscriber
  const changes =
    state === 'suppressed'
      ? { stateBefore: 'unsubscribed' as const }
      : { state: 'unsubscribed' as const, stateBefore: state }
  await changeSubscriber(tx, id, changes)
  await recordConsent(tx, { subscriberId: id, at: now, event: 'unsubscribed', how, wording })
  return true
}
