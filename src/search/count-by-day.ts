import type { Day } from '../core/dates.ts'
import type { Bits } from '../queries/matching/bits.ts'
import type { PaperFacts } from '../queries/matching/paper-index.ts'
import type { Window } from './back-test/window.ts'

export interface DayCount {
  day: Day
  papers: number
}

/** What was met within the days that were looked at. */
export interface Counts {
  total: number
  /** Every day, oldest first. */
  perDay: DayCount[]
}

/** What a set of papers comes to by day, and the numbers of the latest: newest day first, then most votes. */
export function countByDay(
  found: Bits,
  window: Window,
  latest: number,
): Counts & { latestIds: readonly number[] } {
  const counts = window.countByDay(found)
  return {
    total: counts.reduce((sum, papers) => sum + papers, 0),
    perDay: window.days.map((day, place) => ({ day, papers: counts[place]! })),
    latestIds: newest(found, window, counts, latest),
  }
}

function newest(found: Bits, window: Window, counts: readonly number[], most: number): number[] {
  const ids: number[] = []
  for (let place = counts.length - 1; place >= 0 && ids.length < most; place--) {
    if (counts[place] === 0) continue
    const papers = window.onDay(found, place).sort(byVotes)
    ids.push(...papers.map(({ id }) => id))
  }
  return ids.slice(0, most)
}

const byVotes = (a: PaperFacts, b: PaperFacts): number => (b.votes ?? 0) - (a.votes ?? 0) || b.id - a.id
