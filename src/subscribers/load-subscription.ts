import type { DatabaseOrTransaction } from '../core/database/database.ts'
import type { Subscription } from './change.ts'
import type { Subscriber } from './subscriber.ts'
import { storedTopicsOf } from './topic.repo.ts'

/** The current subscription; each topic with its id. */
export async function loadSubscription(
  tx: DatabaseOrTransaction,
  subscriber: Subscriber,
): Promise<Subscription> {
  const { id, zone, hour, days, maxPapers, format, detail, state, pausedUntil, startDate } = subscriber
  const topics = await storedTopicsOf(tx, id)
  return { zone, hour, days, maxPapers, format, detail, state, pausedUntil, startDate, topics }
}
