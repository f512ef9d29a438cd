// Which papers a digest may hold. A paper is offered to a subscriber once: a digest looks at every paper that no
// earlier digest of theirs looked at, and what it leaves out (beyond the cap, or matching no topic) is not looked at
// again. Papers are known by their ids, which rise in the order in which papers were first seen.

import { addDays, type Day, dayOf } from '../core/dates.ts'

/** What an earlier digest of the same subscriber looked at. Digests that ended unaccepted are none of these. */
export interface EarlierDigest {
  /** Looked at: fromPaper < id <= toPaper. */
  fromPaper: number
  toPaper: number
  /** The papers that it showed. */
  papers: number[]
  /** The day whose best it showed. */
  bestDay: Day | null
  /** Whether it can no more end unaccepted. */
  settled: boolean
}

/** What a new digest looks at: fromPaper < id <= toPaper, as far as `has` says so. */
export interface EligibleRange {
  fromPaper: number
  toPaper: number
  has(paperId: number): boolean
  /** Whether no earlier digest showed it, looked at or not. */
  isUnshown(paperId: number): boolean
}

/** A paper is offered within 14 days of its first listing: its day and the 13 after it. */
export const ELIGIBLE_DAYS = 14

/** A paper is offered to a subscriber once within these days from its first listing. */
export const NO_REPEAT_DAYS = 60

/** The earliest first day of papers that a digest may hold. */
export function eligibleSince(localDate: Day, confirmedAt: Date | null): Day {
  const since = addDays(localDate, 1 - ELIGIBLE_DAYS)
  return confirmedAt && dayOf(confirmedAt) > since ? dayOf(confirmedAt) : since
}

/** Whoever gets mail once a week is told of what rose in all of it. */
export const RISING_DAYS = 7

/** The earliest first day of papers that may have risen since a digest of the date `last`: within its own 14 days. */
export function risingSince(localDate: Day, last: Day | undefined, confirmedAt: Date | null): Day {
  const earliest = addDays(localDate, -RISING_DAYS)
  const before = last && last > earliest ? last : earliest
  return eligibleSince(last ? before : localDate, confirmedAt)
}

/** The highest paper id that any of them looked at, or 0. */
export const highestPaperSeen = (earlier: readonly EarlierDigest[]): number =>
  earlier.reduce((highest, { toPaper }) => Math.max(highest, toPaper), 0)

/**
 * The offer of a new digest after `earlier` ones, given the lowest and the highest paper id that it could hold.
 * Usually it goes on where they ended. Where one of them was given up, it reaches back over the papers of that one, so
 * that they are offered anew; but only once all others are settled: one of them, given up later, could not be told
 * from what this digest looked at.
 */
export function eligibleRangeAfter(
  earlier: readonly EarlierDigest[],
  lowest: number,
  highest: number,
): EligibleRange {
  const shown = new Set(earlier.flatMap(({ papers }) => papers))
  const reached = highestPaperSeen(earlier)
  const mayReachBack = earlier.every(({ settled }) => settled)
  const looksAt = (id: number) => id > reached || (mayReachBack && !earlier.some((one) => covers(one, id)))
  const from = mayReachBack ? contiguousUpTo(earlier, lowest - 1) : Math.max(reached, lowest - 1)
  return {
    fromPaper: Math.min(from, highest),
    toPaper: highest,
    has: (id) => id <= highest && looksAt(id) && !shown.has(id),
    isUnshown: (id) => id <= highest && !shown.has(id),
  }
}

const covers = ({ fromPaper, toPaper }: EarlierDigest, id: number): boolean => id > fromPaper && id <= toPaper

/** The highest id such that every one after `start` and up to it was looked at. */
function contiguousUpTo(earlier: readonly EarlierDigest[], start: number): number {
  let end = start
  for (const { fromPaper, toPaper } of [...earlier].sort((a, b) => a.fromPaper - b.fromPaper)) {
    if (fromPaper > end) break
    end = Math.max(end, toPaper)
  }
  return end
}
