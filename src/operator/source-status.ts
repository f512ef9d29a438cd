import { addDays, dayOf } from '../core/dates.ts'
import type { Deps } from '../core/deps.ts'
import { parseSourceName } from '../sources/registry.ts'
import { type SourceDay, sourceDaysBetween } from '../sources/source-day.repo.ts'
import { daysToFetch, MAX_DAYS_BACK } from '../sources/source-day-state.ts'

/** One day (UTC) of one source. */
export type SourceDayStatus = Omit<SourceDay, 'source'>

export interface SourceStatus {
  source: string
  /** Of today (UTC); `waiting` too for a source that was never asked. */
  state: SourceDay['state']
  /** Why, of today. */
  reason: SourceDay['reason']
  /** The newest time that its papers came in. */
  newestFetch: Date | null
  /** When it is asked next: an instant that has passed means with the next tick; null where no day is to be asked for. */
  nextTry: Date | null
  /** As far as anything is known of them, newest first. */
  days: SourceDayStatus[]
}

/** Every source of the settings, and any other that brought papers, over the last `days` days (UTC) up to today. */
export async function sourceStatus(
  { db, config, clock }: Deps,
  { days }: { days: number },
): Promise<SourceStatus[]> {
  const today = dayOf(clock.now())
  const since = addDays(today, 1 - days)
  const rows = await sourceDaysBetween(db, {
    from: [since, addDays(today, -MAX_DAYS_BACK)].sort()[0]!,
    to: today,
  })
  const bySource = Map.groupBy(rows, ({ source }) => source)
  const others = [...bySource.keys()].filter((source) => !config.SOURCES.includes(source))
  return [...config.SOURCES, ...others].map((source) => {
    const recordedDays = (bySource.get(source) ?? []).toReversed()
    const ofToday = recordedDays.find(({ day }) => day === today)
    return {
      source,
      state: ofToday?.state ?? 'waiting',
      reason: ofToday?.reason ?? null,
      newestFetch: latest(recordedDays.map(({ fetchedAt }) => fetchedAt)),
      nextTry: earliest(
        stillFetched(config.SOURCES, source, recordedDays, clock.now()).map(({ nextTry }) => nextTry),
      ),
      days: recordedDays.filter(({ day }) => day >= since).map(({ source: _, ...day }) => day),
    }
  })
}

/** A day that grew too old while nothing ran keeps its next try, which never comes; so does one of no source of ours. */
function stillFetched(
  sources: readonly string[],
  source: string,
  newestFirst: readonly SourceDay[],
  now: Date,
): SourceDay[] {
  const calendar = parseSourceName(source)?.source.calendar
  if (!calendar || !sources.includes(source)) return []
  const newestClosed = newestFirst.find(({ closedAt }) => closedAt)?.day
  const days = new Set(daysToFetch(calendar, now, newestClosed))
  return newestFirst.filter(({ day }) => days.has(day))
}

const sorted = (instants: readonly (Date | null)[]): Date[] =>
  instants.filter((instant) => instant !== null).sort((a, b) => a.getTime() - b.getTime())

const latest = (instants: readonly (Date | null)[]): Date | null => sorted(instants).at(-1) ?? null
const earliest = (instants: readonly (Date | null)[]): Date | null => sorted(instants)[0] ?? null
