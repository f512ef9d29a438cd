import { addDays, dayOf } from '../core/dates.ts'
import type { Deps } from '../core/deps.ts'
import { parseSourceName } from '../sources/registry.ts'
import { type SourceDay, sourceDaysBetween } from '../sources/source-day.repo.ts'
import { daysToFetch, MAX_DAYS_BACK } from '../sources/source-day-state.ts'

/** One day (UTC) of one source. */
export type SourceDayStatus = Omit<SourceDay, 'source'>

export interface SourceStatus {
  source: string
  /** State of today (UTC); also `waiting` for a source without any request. */
  state: SourceDay['state']
  /** The reason for today's state. */
  reason: SourceDay['reason']
  /** When a fetch last succeeded. */
  newestFetch: Date | null
  /** Time of the next request. A time in the past means the next tick; null if no day has to be fetched. */
  nextTry: Date | null
  /** The days on record, newest first. */
  days: SourceDayStatus[]
}

/** Every configured source, and any other with papers, over the last `days` days (UTC) up to today. */
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

/**
 * Whether the day will be fetched again. A day that became too old while the service was stopped keeps a next try that
 * never runs, and so does a day of a source that is no longer configured.
 */
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
