import { type Day, dayOf } from '../core/dates.ts'
import type { SourceRecord } from '../sources/source.ts'

// A rolling source, such as a feed, has its newest papers and no lists by day. A paper belongs to the day on which the
// source first had it: so no paper is lost because its own date is old, wrong or absent, and none is listed twice
// because its date changes.

export interface FirstSeenInput {
  now: Date
  /** The last successful fetch of the source; null before the first one. */
  lastFetch: Date | null
}

/**
 * The day (UTC) on which a source first had a paper that it did not have at the last fetch: between then and now, and
 * as near to the paper's own date as possible. Without a date, today. At the first fetch, papers that were there for
 * weeks get their own dates, so that digests do not take them for new.
 */
export function firstSeenDay(publishedAt: Date | undefined, { now, lastFetch }: FirstSeenInput): Day {
  const today = dayOf(now)
  if (!publishedAt || publishedAt >= now) return today
  const own = dayOf(publishedAt)
  const earliest = lastFetch && dayOf(lastFetch)
  return earliest && own < earliest ? earliest : own
}

/** The records by the day on which each was first seen, if the source had it not before: oldest first, today last. */
export function byFirstSeenDay(
  records: readonly SourceRecord[],
  input: FirstSeenInput,
): [Day, SourceRecord[]][] {
  const today = dayOf(input.now)
  const days = Map.groupBy(records, ({ publishedAt }) => firstSeenDay(publishedAt, input))
  const earlier = [...days].filter(([day]) => day !== today)
  return [...earlier.sort(([a], [b]) => a.localeCompare(b)), [today, days.get(today) ?? []]]
}
