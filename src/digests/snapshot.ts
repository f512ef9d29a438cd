import type { DatabaseOrTransaction } from '../core/database/database.ts'
import { addDays, dayOf } from '../core/dates.ts'
import { maxPaperId } from '../papers/paper.repo.ts'
import { sourceDaysBetween } from '../sources/source-day.repo.ts'
import { SOURCES_DAYS_BACK, sourcesLine } from './sources-line.ts'

/** How far papers go at an instant, and what their sources last said: frozen with what is planned then. */
export interface Snapshot {
  maxPaperId: number
  sources: string
}

/** `sources`: those of the settings, whose order the line keeps; by name where they are left out. */
export async function snapshotAt(
  db: DatabaseOrTransaction,
  { now, sources }: { now: Date; sources?: readonly string[] },
): Promise<Snapshot> {
  const today = dayOf(now)
  const sourceDays = await sourceDaysBetween(db, { from: addDays(today, -SOURCES_DAYS_BACK), to: today })
  return { maxPaperId: await maxPaperId(db), sources: sourcesLine(sourceDays, today, sources) }
}
