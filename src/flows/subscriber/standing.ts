import type { DatabaseOrTransaction } from '../../platform/database.ts'
import type { Standing } from '../../subscribers/change.ts'
import type { Subscriber } from '../../subscribers/subscriber.ts'
import { topicsOf } from '../../subscribers/topic-store.ts'

/** What somebody gets as it stands. */
export async function standingOf(tx: DatabaseOrTransaction, subscriber: Subscriber): Promise<Standing> {
  const { id, zone, hour, days, maxPapers, format, detail, state, pausedUntil } = subscriber
  const topics = await topicsOf(tx, id)
  return { zone, hour, days, maxPapers, format, detail, state, pausedUntil, topics }
}
