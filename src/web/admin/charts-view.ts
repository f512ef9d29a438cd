import { addDays, type Day, dayOf } from '../../core/dates.ts'
import type { Deps } from '../../core/deps.ts'
import { dateRange, shortDate } from '../../i18n/dates.ts'
import { cachedDailyFigures, type DayFigures } from '../../operator/daily-figures.ts'
import { drawChart } from './chart.ts'

/** The periods that the charts offer. A year is drawn in whole weeks. */
export const CHART_SPANS = [
  { days: 30, text: '30 days' },
  { days: 90, text: '90 days' },
  { days: 364, text: '52 weeks' },
] as const

const BY_WEEK_FROM = 100

export type ChartView = ReturnType<typeof chartView>

/** `D`: the figures of one day. */
interface Series<D> {
  id: string
  title: string
  /** The heading of the table's column. */
  column: string
  unit?: string
  levels?: boolean
  top?: number
  /** The value of the days of one bar; null if there is nothing to count. */
  of(days: readonly D[]): number | null
  /** The text in the table, if a number says too little. */
  text?(days: readonly D[]): string
}

type Count = 'accepted' | 'refused' | 'gaveUp' | 'asked' | 'confirmed' | 'unsubscribed'

const sum = (days: readonly DayFigures[], ...names: Count[]): number =>
  days.reduce((all, day) => all + names.reduce((some, name) => some + day[name], 0), 0)

const SERIES: Series<DayFigures>[] = [
  {
    id: 'subscribers',
    title: 'Subscribers',
    column: 'Subscribers',
    levels: true,
    of: (days) => days.at(-1)?.subscribers ?? null,
  },
  { id: 'accepted', title: 'Emails accepted', column: 'Emails', of: (days) => sum(days, 'accepted') },
  {
    id: 'refusals',
    title: 'Emails refused or given up',
    column: 'Emails',
    of: (days) => sum(days, 'refused', 'gaveUp'),
  },
  {
    id: 'confirm-rate',
    title: 'Confirmation rate',
    column: 'Confirmed of sign-ups',
    unit: '%',
    top: 100,
    // People who signed up the day before may confirm today.
    of: (days) => {
      const asked = sum(days, 'asked')
      return asked > 0 ? Math.min(100, Math.round((100 * sum(days, 'confirmed')) / asked)) : null
    },
    text: (days) => `${sum(days, 'confirmed')} of ${sum(days, 'asked')}`,
  },
  { id: 'unsubscribed', title: 'Unsubscribed', column: 'People', of: (days) => sum(days, 'unsubscribed') },
]

/** One value for each day up to today (UTC), or for each week. */
export async function loadCharts(deps: Deps, { days: span }: { days: number }): Promise<ChartView[]> {
  const to = dayOf(deps.clock.now())
  const days = await cachedDailyFigures(deps, { from: addDays(to, 1 - span), to })
  return chartsView(days)
}

export function chartsView(days: readonly DayFigures[]): ChartView[] {
  const size = days.length > BY_WEEK_FROM ? 7 : 1
  const groups = Array.from({ length: Math.ceil(days.length / size) }, (_, n) =>
    days.slice(n * size, (n + 1) * size),
  )
  return SERIES.map((series) => chartView(series, groups))
}

function chartView<D extends { day: Day }>(series: Series<D>, groups: D[][]) {
  const { id, title, column, unit = '', of } = series
  const points = groups.map((days) => {
    const value = of(days)
    const text = value === null ? 'no sign-ups' : `${number.format(value)}${unit}`
    const [first, last] = [days[0]!.day, days.at(-1)!.day]
    return {
      value,
      text,
      label: shortDate(first),
      row: dateRange(first, last),
      inTable: series.text?.(days) ?? text,
    }
  })
  const by = groups[0] && groups[0].length > 1 ? 'by week' : 'by day'
  return {
    ...{ id, column },
    title: `${title}, ${by}`,
    summary: summaryOf(points),
    chart: drawChart(points, series),
    rows: points.map(({ row, inTable }) => ({ label: row, text: inTable })).toReversed(),
  }
}

/** Draws one count for each day as bars. */
export const dayChart = (
  look: { id: string; title: string; column: string },
  days: readonly { day: Day; count: number }[],
): ChartView =>
  chartView(
    { ...look, of: ([one]) => one!.count },
    days.map((one) => [one]),
  )

const number = new Intl.NumberFormat('en')

/**
 * A text with what the chart shows, for readers who cannot see it: "Newest 320 (24 Nov), highest 410 (12 Nov), lowest 0
 * (1 Nov)."
 */
function summaryOf(points: readonly { value: number | null; text: string; row: string }[]): string {
  const known = points.flatMap(({ value, ...point }) => (value === null ? [] : [{ value, ...point }]))
  const newest = known.at(-1)
  if (!newest) return 'Nothing to show yet.'
  const sorted = known.toSorted((a, b) => b.value - a.value)
  const [highest, lowest] = [sorted[0]!, sorted.at(-1)!]
  if (highest.value === lowest.value) return `${newest.text} throughout.`
  return `Newest ${newest.text} (${newest.row}), highest ${highest.text} (${highest.row}), lowest ${lowest.text} (${lowest.row}).`
}
