import type { Day } from '../../core/dates.ts'
import { dateRange, shortDate } from '../../i18n/dates.ts'
import { numberText } from '../../i18n/numbers.ts'
import { fill, words } from '../../i18n/words.ts'
import type { DayFigures } from '../../operator/daily-figures.ts'
import { type ChartOptions, drawChart } from './draw-chart.ts'

/** The periods that the charts offer, in days. A year is drawn in whole weeks. */
export const CHART_SPANS = [30, 90, 364] as const

const BY_WEEK_FROM = 100
const w = words.admin.charts

export type ChartView = ReturnType<typeof chartView>

/** `D`: the figures of one day. */
interface Series<D> extends ChartOptions {
  id: string
  title: string
  /** The heading of the table's column. */
  column: string
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
    title: w.subscribers.title,
    column: w.subscribers.column,
    levels: true,
    of: (days) => days.at(-1)?.subscribers ?? null,
  },
  { id: 'accepted', title: w.accepted.title, column: w.accepted.column, of: (days) => sum(days, 'accepted') },
  {
    id: 'refusals',
    title: w.refusals.title,
    column: w.refusals.column,
    of: (days) => sum(days, 'refused', 'gaveUp'),
  },
  {
    id: 'confirm-rate',
    title: w.confirmRate.title,
    column: w.confirmRate.column,
    unit: '%',
    top: 100,
    // People who signed up the day before may confirm today.
    of: (days) => {
      const asked = sum(days, 'asked')
      return asked > 0 ? Math.min(100, Math.round((100 * sum(days, 'confirmed')) / asked)) : null
    },
    text: (days) => fill(w.share, { part: sum(days, 'confirmed'), whole: sum(days, 'asked') }),
  },
  {
    id: 'unsubscribed',
    title: w.unsubscribed.title,
    column: w.unsubscribed.column,
    of: (days) => sum(days, 'unsubscribed'),
  },
]

/** One value for each day, or for each week of a long span. */
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
    const text = value === null ? w.noSignups : `${numberText(value)}${unit}`
    const [first, last] = [days[0]!.day, days.at(-1)!.day]
    return {
      value,
      text,
      label: shortDate(first),
      row: dateRange(first, last),
      inTable: series.text?.(days) ?? text,
    }
  })
  const isByWeek = groups[0] !== undefined && groups[0].length > 1
  return {
    id,
    column,
    title: fill(isByWeek ? w.byWeek : w.byDay, { title }),
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

/**
 * A text with what the chart shows, for readers who cannot see it: "Newest 320 (24 Nov), highest 410 (12 Nov), lowest 0
 * (1 Nov)."
 */
function summaryOf(points: readonly { value: number | null; text: string; row: string }[]): string {
  const known = points.flatMap(({ value, ...point }) => (value === null ? [] : [{ value, ...point }]))
  const newest = known.at(-1)
  if (!newest) return w.nothing
  const sorted = known.toSorted((a, b) => b.value - a.value)
  const [highest, lowest] = [sorted[0]!, sorted.at(-1)!]
  if (highest.value === lowest.value) return fill(w.throughout, { value: newest.text })
  const at = (point: { text: string; row: string }) => fill(w.at, { value: point.text, days: point.row })
  return fill(w.summary, { newest: at(newest), highest: at(highest), lowest: at(lowest) })
}
