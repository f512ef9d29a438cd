import { addDays, type Day, dayOf } from '../core/dates.ts'
import type { Deps } from '../core/deps.ts'
import { requireSource } from '../sources/registry.ts'
import { type SourceDay, sourceDaysBetween } from '../sources/source-day.repo.ts'
import { usualArrivalMs } from '../sources/usual-arrival.ts'
import type { UsualSource } from './pending-sources.ts'

/** Three weeks include two weeks of days with papers, despite holidays. */
const LEARNED_FROM_DAYS = 21

/** The configured sources whose usual hour is known from past days. */
export async function usualSources({ db, config }: Deps, now: Date): Promise<UsualSource[]> {
  const today = dayOf(now)
  const rows = await sourceDaysBetween(db, { from: addDays(today, -LEARNED_FROM_DAYS), to: today })
  const bySource = Map.groupBy(rows, ({ source }) => source)
  return config.SOURCES.flatMap((source) => {
    const days = bySource.get(source) ?? []
    const usual = usualArrivalMs(days)
    if (usual === undefined) return []
    const { calendar } = requireSource(source).source
    return [{ source, calendar, usualMs: usual, hasCome: hasPapersOn(days) }]
  })
}

function hasPapersOn(days: readonly SourceDay[]): (day: Day) => boolean {
  const come = new Set(
    days.filter(({ papers, closedAt }) => papers > 0 || closedAt !== null).map(({ day }) => day),
  )
  return (day) => come.has(day)
}
