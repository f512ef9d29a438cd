import type { DatabaseOrTransaction } from '../core/database/database.ts'
import { addDays, dayOf } from '../core/dates.ts'
import { maxPaperId } from '../papers/paper.repo.ts'
import { sourceDaysBetween } from '../sources/source-day.repo.ts'
import { SOURCES_DAYS_BACK, sourcesLine } from './sources-line.ts'

/** The highest paper id and the sources line at an instant: frozen with what is planned then. */
export interface Snapshot {
  maxPaperId: number
  sources: string
}

/** `sources`: those of the settings, whose order the line keeps; without them, sorted by name. */
export async function snapshotAt(
  db: DatabaseOrTransaction,
  { now, sources }: { now: Date; sources?: readonly string[] },
): Promise<Snapshot> {
  const today = dayOf(now)
  const sourceDays = await sourceDaysBetween(db, { from: addDays(today, -SOURCES_DAYS_BACK), to: today })
  return { maxPaperId: await maxPaperId(db), sources: sourcesLine(sourceDays, today, sources) }
}
