import type { Database } from '../../core/database/database.ts'
import { type Day, dayOf } from '../../core/dates.ts'

/** The newest local date on which a subscriber had a digest with papers; null before the first. */
export async function newestDigestDay(db: Database, subscriberId: string): Promise<Day | null> {
  const found = await db.digest.findFirst({
    where: { subscriberId, outcome: 'planned' },
    select: { localDate: true },
    orderBy: { localDate: 'desc' },
  })
  return found && dayOf(found.localDate)
}
