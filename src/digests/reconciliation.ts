import type { Day } from '../core/dates.ts'

/** How many subscribers were due, and their outcomes. */
export interface OutcomeCounts {
  /** Counted when their digests were opened; the other counts are from digests and messages. */
  due: number
  nothingMatched: number
  paused: number
  missed: number
  planned: number
  accepted: number
  refused: number
  gaveUp: number
  skipped: number
  uncertain: number
  /** Messages that may still be tried. */
  open: number
}

/** The totals of one local date, over all zones. */
export interface DayTotals extends OutcomeCounts {
  date: Day
  /** Every plan of the date is closed; false for a date without plans. */
  closed: boolean
}

/** Whether each due subscriber has an outcome, and each planned digest a message with a state. */
export const isReconciled = (counts: OutcomeCounts): boolean =>
  counts.due === counts.planned + counts.nothingMatched + counts.paused + counts.missed &&
  counts.planned ===
    counts.accepted + counts.refused + counts.gaveUp + counts.skipped + counts.uncertain + counts.open

const NOTHING: OutcomeCounts = {
  due: 0,
  nothingMatched: 0,
  paused: 0,
  missed: 0,
  planned: 0,
  accepted: 0,
  refused: 0,
  gaveUp: 0,
  skipped: 0,
  uncertain: 0,
  open: 0,
}

export function sumCounts(all: readonly OutcomeCounts[]): OutcomeCounts {
  const sum = { ...NOTHING }
  for (const counts of all) {
    for (const name of Object.keys(sum) as (keyof OutcomeCounts)[]) sum[name] += counts[name]
  }
  return sum
}
