import { shortNumber } from '../../i18n/numbers.ts'

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

export interface ChartOptions {
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
  data: readonly ChartPoint[],
  { unit = '', levels = false, ...look }: ChartOptions = {},
) {
  const highest = look.top ?? Math.max(...data.map(({ value }) => value ?? 0), 1)
  const step = roundStep(highest)
  const steps = Math.ceil(highest / step)
  const top = step * steps
  const base = HEIGHT - BOTTOM
  const y = (value: number) => rounded(base - (Math.min(value, top) / top) * (base - TOP))
  const rules = Array.from({ length: steps + 1 }, (_, n) => ({
    y: y(n * step),
    text: `${shortNumber(n * step)}${unit}`,
  }))
  const left = Math.max(...rules.map(({ text }) => text.length)) * CHARACTER + 8
  const slot = (WIDTH - left - RIGHT) / Math.max(data.length, 1)
  const drawn = levels ? area(data, { left, slot, base, y }) : bars(data, { left, slot, base, y })
  const labels = labelsOf(data, left, slot)
  return { width: WIDTH, height: HEIGHT, ...drawn, left, rules, labels, labelY: HEIGHT - 6 }
}

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

function bars(data: readonly ChartPoint[], { left, slot, base, y }: PlotArea) {
  const width = rounded(slot * (1 - GAP))
  const path = data
    .map(({ value }, n) =>
      value ? `M${rounded(left + (n + GAP / 2) * slot)} ${base}V${y(value)}h${width}V${base}z` : '',
    )
    .join('')
  return { path, line: '' }
}

/** Levels have no gaps: an unknown one is drawn as 0. */
function area(data: readonly ChartPoint[], { left, slot, base, y }: PlotArea) {
  const corners = data.map(({ value }, n) => `${rounded(left + (n + 0.5) * slot)} ${y(value ?? 0)}`)
  if (corners.length === 0) return { path: '', line: '' }
  const line = `M${corners.join('L')}`
  const end = rounded(left + (data.length - 0.5) * slot)
  return { path: `${line}L${end} ${base}L${rounded(left + slot / 2)} ${base}z`, line }
}

/** The first label, the last and the one in the middle. */
function labelsOf(data: readonly ChartPoint[], left: number, slot: number) {
  if (data.length === 0) return []
  const last = data.length - 1
  const middle = Math.floor(last / 2)
  const at = (n: number) => rounded(left + (n + 0.5) * slot)
  const text = (n: number) => data[n]?.label ?? ''
  return [
    { x: left, text: text(0), anchor: 'start' },
    ...(last < 4 ? [] : [{ x: at(middle), text: text(middle), anchor: 'middle' }]),
    { x: WIDTH - RIGHT, text: text(last), anchor: 'end' },
  ]
}
