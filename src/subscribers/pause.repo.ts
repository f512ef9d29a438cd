import type { DatabaseOrTransaction } from '../core/database/database.ts'
import type { Day } from '../core/dates.ts'
import { type ConsentEvent, NO_PAGE } from './consent.ts'
import type { Schedule } from './subscriber.ts'

/**
 * Resumes all subscribers of one schedule whose pause ends on that local date or before; returns how many. One
 * statement: each gets exactly one consent row.
 */
export async function resumeEndedPauses(
  db: DatabaseOrTransaction,
  { zone, hour, days }: Schedule,
  localDate: Day,
  now: Date,
): Promise<number> {
  const event: ConsentEvent = 'resumed'
  return db.$executeRaw`
    with resumed as (
      update subscriber set state = 'active', paused_until = null
      where zone = ${zone} and hour = ${hour} and days = ${days} and state = 'paused'
        and paused_until <= ${localDate}::date
      returning id)
    insert into consent (subscriber_id, at, event, how, wording)
    select id, ${now}, ${event}, 'pause ended', ${NO_PAGE} from resumed`
}
