import type { DayTotals } from '../../digests/reconciliation.ts'
import { DAY_TOTALS_COLUMNS, type DayTotalsColumn } from '../../mail/outbox/receipt.repo.ts'

const TITLES: Record<DayTotalsColumn, string> = {
  due: 'Due',
  nothingMatched: 'Nothing matched',
  paused: 'Paused',
  missed: 'Missed',
  planned: 'Planned',
  accepted: 'Accepted',
  refused: 'Refused',
  gaveUp: 'Given up',
  skipped: 'Skipped',
  uncertain: 'Uncertain',
  open: 'Still open',
}

export interface DayTotalCell {
  column: DayTotalsColumn
  title: string
  count: number
  /** The page that lists what is counted; empty if no page does. */
  path: string
}

export const columnTitle = (column: DayTotalsColumn): string => TITLES[column]

/** The counts of a date, each with a link to what it counts. */
export const dayTotalCells = (totals: DayTotals): DayTotalCell[] =>
  DAY_TOTALS_COLUMNS.map((column) => ({
    column,
    title: TITLES[column],
    count: totals[column],
    path: totals[column] > 0 ? `/admin/days/${totals.date}/${column}` : '',
  }))
