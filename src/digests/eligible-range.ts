// Which papers a digest may contain. A paper is offered to a subscriber once: a digest considers every paper that no
// earlier digest considered, and later digests do not return to the papers that it leaves out (beyond the cap, or
// without a matching topic). Paper ids rise in the order in which papers were first seen.

import { addDays, type Day, dayOf } from '../core/dates.ts'

/** The papers that an earlier digest of the same subscriber considered. Digests that ended unaccepted do not count. */
export interface EarlierDigest {
  /** The considered range: fromPaper < id <= toPaper. */
  fromPaper: number
  toPaper: number
  /** The papers that it showed. */
  papers: number[]
  /** The day whose best papers it showed. */
  bestDay: Day | null
  /** Whether it can no longer end unaccepted. */
  settled: boolean
}

/** The papers that a new digest considers: fromPaper < id <= toPaper, limited by `has`. */
export interface EligibleRange {
  fromPaper: number
  toPaper: number
  has(paperId: number): boolean
  /** Whether no earlier digest showed it, whether or not it was considered. */
  isUnshown(paperId: number): boolean
}

/** A paper is offered on the day of its first listing and the 13 days after it. */
export const ELIGIBLE_DAYS = 14

/** Within these days from its first listing, a paper is offered to a subscriber only once. */
export const NO_REPEAT_DAYS = 60

/** The earliest first day of papers that a digest may contain. */
export function eligibleSince(localDate: Day, confirmedAt: Date | null): Day {
  const since = addDays(localDate, 1 - ELIGIBLE_DAYS)
  const confirmed = confirmedAt && dayOf(confirmedAt)
  return confirmed && confirmed > since ? confirmed : since
}

/** A weekly subscriber gets the rising papers of the whole week. */
export const RISING_DAYS = 7

/** The earliest first day of papers that may have risen since a digest of the date `last`: within its own 14 days. */
export function risingSince(localDate: Day, last: Day | undefined, confirmedAt: Date | null): Day {
  const earliest = addDays(localDate, -RISING_DAYS)
  const before = last && last > earliest ? last : earliest
  return eligibleSince(last ? before : localDate, confirmedAt)
}

/** The highest paper id that any of them considered, or 0. */
export const highestPaperSeen = (earlier: readonly EarlierDigest[]): number =>
  earlier.reduce((highest, { toPaper }) => Math.max(highest, toPaper), 0)

/**
 * The range of a new digest after `earlier` ones, given the lowest and the highest paper id that it may contain.
 * Usually it begins where they ended. If one of them was given up, the new range includes that digest's papers, to
 * offer them again. This requires that all others are settled: if one of them were given up later, we could no longer
 * distinguish its range from that of this digest.
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

/** The highest id such that earlier digests considered every id after `start` up to it. */
function contiguousUpTo(earlier: readonly EarlierDigest[], start: number): number {
  let end = start
  for (const { fromPaper, toPaper } of [...earlier].sort((a, b) => a.fromPaper - b.fromPaper)) {
    if (fromPaper > end) break
    end = Math.max(end, toPaper)
  }
  return end
}
