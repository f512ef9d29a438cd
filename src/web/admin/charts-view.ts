import { addDays, type Day, dayOf } from '../../core/dates.ts'
import type { Deps } from '../../core/deps.ts'
import { dateRange, shortDate } from '../../i18n/dates.ts'
import { cachedDailyFigures, type DayFigures } from '../../operator/daily-figures.ts'
import { type Chart, type ChartPoint, drawChart } from './chart.ts'

/** The periods that the charts offer. A year is drawn in whole weeks. */
export const CHART_SPANS = [
  { days: 30, text: '30 days' },
  { days: 90, text: '90 days' },
  { days: 364, text: '52 weeks' },
] as const

const BY_WEEK_FROM = 100

export interface ChartView {
  id: string
  title: string
  /** "320 on 24 Nov; highest 410 (12 Nov), lowest 0 (1 Nov)" */
  summary: string
  chart: Chart
  /** The heading of the table's column. */
  column: string
  rows: { label: string; text: string }[]
}

interface Series {
  id: string
  title: string
  column: string
  unit?: string
  levels?: boolean
  top?: number
  /** The value of the days of one bar; null if there is nothing to count. */
  of(days: readonly DayFigures[]): number | null
  /** The text in the table, if a number says too little. */
  text?(days: readonly DayFigures[]): string
}

type Count = 'accepted' | 'refused' | 'gaveUp' | 'asked' | 'confirmed' | 'unsubscribed'

const sum = (days: readonly DayFigures[], ...names: Count[]): number =>
  days.reduce((all, day) => all + names.reduce((some, name) => some + day[name], 0), 0)

const SERIES: Series[] = [
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

function chartView(series: Series, groups: DayFigures[][]): ChartView {
  const { id, title, column, unit = '', of } = series
  const points: (ChartPoint & { text: string })[] = groups.map((group) => {
    const value = of(group)
    const [first, last] = [group[0]!.day, group.at(-1)!.day]
    const text = value === null ? 'no sign-ups' : `${number.format(value)}${unit}`
    return { value, text, label: shortDate(first === last ? last : first) }
  })
  const rows = points.map(({ text }, n) => ({ label: labelOf(groups[n]!), text }))
  const by = groups[0] && groups[0].length > 1 ? 'by week' : 'by day'
  return {
    id,
    title: `${title}, ${by}`,
    summary: summaryOf(rows, points),
    chart: drawChart(points, series),
    column,
    rows: rows.map(({ label, text }, n) => ({ label, text: series.text?.(groups[n]!) ?? text })).toReversed(),
  }
}

/** Draws one count for each day as bars. */
export function dayChart(
  { id, title, column }: Pick<ChartView, 'id' | 'title' | 'column'>,
  days: readonly { day: Day; count: number }[],
): ChartView {
  const points = days.map(({ day, count }) => ({ label: shortDate(day), value: count }))
  const rows = points.map(({ label, value }) => ({ label, text: number.format(value) }))
  return {
    id,
    title: `${title}, by day`,
    summary: summaryOf(rows, points),
    chart: drawChart(points),
    column,
    rows: rows.toReversed(),
  }
}

const number = new Intl.NumberFormat('en')

const labelOf = (group: DayFigures[]): string => dateRange(group[0]!.day, group.at(-1)!.day)

/** A text with what the chart shows, for readers who cannot see it. */
function summaryOf(rows: ChartView['rows'], points: readonly ChartPoint[]): string {
  const known = points.flatMap(({ value }, n) => (value === null ? [] : [{ value, ...rows[n]! }]))
  const newest = known.at(-1)
  if (!newest) return 'Nothing to show yet.'
  const sorted = known.toSorted((a, b) => b.value - a.value)
  const [highest, lowest] = [sorted[0]!, sorted.at(-1)!]
  if (highest.value === lowest.value) return `${newest.text} throughout.`
  return `Newest ${newest.text} (${newest.label}), highest ${highest.text} (${highest.label}), lowest ${lowest.text} (${lowest.label}).`
}
