import type { DatabaseOrTransaction } from '../core/database/database.ts'
import type { Standing } from './change.ts'
import type { Subscriber } from './subscriber.ts'
import { keptTopicsOf } from './topic.repo.ts'

/** What somebody gets as it stands; each topic with its id. */
export async function standingOf(tx: DatabaseOrTransaction, subscriber: Subscriber): Promise<Standing> {
  const { id, zone, hour, days, maxPapers, format, detail, state, pausedUntil, startDate } = subscriber
  const topics = await keptTopicsOf(tx, id)
  return { zone, hour, days, maxPapers, format, detail, state, pausedUntil, startDate, topics }
}
