import type { Day } from '../core/dates.ts'
import type { Bits } from '../queries/matching/bits.ts'
import type { PaperAttributes } from '../queries/matching/paper-index.ts'
import type { DayWindow } from './back-test/day-window.ts'

export interface DayPaperCount {
  day: Day
  papers: number
}

/** The papers that matched within a range of days. */
export interface PaperCounts {
  total: number
  /** Every day, oldest first. */
  perDay: DayPaperCount[]
}

/** Counts a set of papers by day. `latestIds`: the newest day first, then most votes. */
export function countByDay(
  found: Bits,
  window: DayWindow,
  latest: number,
): PaperCounts & { latestIds: readonly number[] } {
  const counts = window.countByDay(found)
  return {
    total: counts.reduce((sum, papers) => sum + papers, 0),
    perDay: window.days.map((day, dayIndex) => ({ day, papers: counts[dayIndex]! })),
    latestIds: newest(found, window, counts, latest),
  }
}

function newest(found: Bits, window: DayWindow, counts: readonly number[], limit: number): number[] {
  const ids: number[] = []
  for (let dayIndex = counts.length - 1; dayIndex >= 0 && ids.length < limit; dayIndex--) {
    if (counts[dayIndex] === 0) continue
    const papers = window.onDay(found, dayIndex).sort(byVotes)
    ids.push(...papers.map(({ id }) => id))
  }
  return ids.slice(0, limit)
}

const byVotes = (a: PaperAttributes, b: PaperAttributes): number =>
  (b.votes ?? 0) - (a.votes ?? 0) || b.id - a.id
