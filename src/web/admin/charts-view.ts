import type { Day } from '../../core/dates.ts'
import { dateRange, shortDate } from '../../i18n/dates.ts'
import type { DayFigures } from '../../operator/daily-figures.ts'

/** The periods that the charts offer. A year is drawn in whole weeks. */
export const CHART_SPANS = [
  { days: 30, text: '30 days' },
  { days: 90, text: '90 days' },
  { days: 364, text: '52 weeks' },
] as const

const BY_WEEK_FROM = 100

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

/** One value of a series; null if there is no value. */
export interface ChartPoint {
  /** "24 Nov" */
  label: string
  value: number | null
}

const WIDTH = 360
const HEIGHT = 170
const TOP = 12
const BOTTOM = 24
const RIGHT = 6
const CHARACTER = 7
const MAX_RULES = 4
const GAP = 0.25

interface ChartOptions {
  unit?: string
  /** A line instead of bars. */
  levels?: boolean
  /** The end of the axis; by default a round number above the highest value. */
  top?: number
}

/**
 * Draws a series from zero up, as bars or (`levels`) as a line, in the units of the drawing. All bars, or the area below
 * the line, are one path: hundreds of elements would make the page slow.
 */
export function drawChart(
  points: readonly ChartPoint[],
  { unit = '', levels = false, ...look }: ChartOptions = {},
) {
  const highest = look.top ?? Math.max(...points.map(({ value }) => value ?? 0), 1)
  const step = roundStep(highest)
  const steps = Math.ceil(highest / step)
  const top = step * steps
  const base = HEIGHT - BOTTOM
  const y = (value: number) => rounded(base - (Math.min(value, top) / top) * (base - TOP))
  const rules = Array.from({ length: steps + 1 }, (_, n) => ({
    y: y(n * step),
    text: `${figure.format(n * step)}${unit}`,
  }))
  const left = Math.max(...rules.map(({ text }) => text.length)) * CHARACTER + 8
  const slot = (WIDTH - left - RIGHT) / Math.max(points.length, 1)
  const drawn = levels ? area(points, { left, slot, base, y }) : bars(points, { left, slot, base, y })
  const labels = labelsOf(points, left, slot)
  return { width: WIDTH, height: HEIGHT, ...drawn, left, rules, labels, labelY: HEIGHT - 6 }
}

const figure = new Intl.NumberFormat('en', { notation: 'compact' })
const rounded = (value: number): number => Math.round(value * 10) / 10

/** 1, 2 or 5 times a power of ten, at least 1, so that up to four steps reach `highest`. */
export function roundStep(highest: number): number {
  const rough = highest / MAX_RULES
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = [1, 2, 5, 10].find((factor) => factor * power >= rough)! * power
  return Math.max(1, step)
}

interface PlotArea {
  left: number
  slot: number
  base: number
  y: (value: number) => number
}

function bars(points: readonly ChartPoint[], { left, slot, base, y }: PlotArea) {
  const width = rounded(slot * (1 - GAP))
  const path = points
    .map(({ value }, n) =>
      value ? `M${rounded(left + (n + GAP / 2) * slot)} ${base}V${y(value)}h${width}V${base}z` : '',
    )
    .join('')
  return { path, line: '' }
}

/** Levels have no gaps: an unknown one is drawn as 0. */
function area(points: readonly ChartPoint[], { left, slot, base, y }: PlotArea) {
  const corners = points.map(({ value }, n) => `${rounded(left + (n + 0.5) * slot)} ${y(value ?? 0)}`)
  if (corners.length === 0) return { path: '', line: '' }
  const line = `M${corners.join('L')}`
  const end = rounded(left + (points.length - 0.5) * slot)
  return { path: `${line}L${end} ${base}L${rounded(left + slot / 2)} ${base}z`, line }
}

/** The first label, the last and the one in the middle. */
function labelsOf(points: readonly ChartPoint[], left: number, slot: number) {
  if (points.length === 0) return []
  const last = points.length - 1
  const middle = Math.floor(last / 2)
  const at = (n: number) => rounded(left + (n + 0.5) * slot)
  const text = (n: number) => points[n]?.label ?? ''
  return [
    { x: left, text: text(0), anchor: 'start' },
    ...(last < 4 ? [] : [{ x: at(middle), text: text(middle), anchor: 'middle' }]),
    { x: WIDTH - RIGHT, text: text(last), anchor: 'end' },
  ]
}
