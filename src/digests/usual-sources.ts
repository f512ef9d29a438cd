import { addDays, type Day, dayOf } from '../core/dates.ts'
import type { Deps } from '../core/deps.ts'
import { sourceNamed } from '../sources/registry.ts'
import { type SourceDay, sourceDaysBetween } from '../sources/source-day.repo.ts'
import { usualMs } from '../sources/usual-hour.ts'
import type { UsualSource } from './awaited.ts'

/** Three weeks hold two of days with papers, holidays and all. */
const LEARNED_FROM_DAYS = 21

/** The sources of the settings whose usual hour is known from past days. */
export async function usualSources({ db, config }: Deps, now: Date): Promise<UsualSource[]> {
  const today = dayOf(now)
  const rows = await sourceDaysBetween(db, { from: addDays(today, -LEARNED_FROM_DAYS), to: today })
  const bySource = Map.groupBy(rows, ({ source }) => source)
  return config.SOURCES.flatMap((source) => {
    const days = bySource.get(source) ?? []
    const usual = usualMs(days)
    if (usual === undefined) return []
    const { calendar } = sourceNamed(source).source
    return [{ source, calendar, usualMs: usual, hasCome: comes(days) }]
  })
}

function comes(days: readonly SourceDay[]): (day: Day) => boolean {
  const come = new Set(
    days.filter(({ papers, closedAt }) => papers > 0 || closedAt !== null).map(({ day }) => day),
  )
  return (day) => come.has(day)
}
