import { describe, expect, test } from 'vitest'
import { addDays } from '../../../../src/core/dates.ts'
import { chartsView } from '../../../../src/web/admin/charts-view.ts'
import { drawChart, roundStep } from '../../../../src/web/admin/draw-chart.ts'

const valuesOf = (...values: (number | null)[]) =>
  values.map((value, n) => ({ value, label: `day ${n + 1}` }))
const ruleTexts = (...values: number[]) => drawChart(valuesOf(...values)).rules.map(({ text }) => text)

describe('the axis', () => {
  test.each([
    [1, 1],
    [4, 1],
    [5, 2],
    [9, 5],
    [40, 10],
    [41, 20],
    [1000, 500],
    [123_456, 50_000],
  ])('up to %i has steps of %i', (most, step) => expect(roundStep(most)).toBe(step))

  test('has round numbers, up to four steps, and room for the highest', () => {
    for (let most = 1; most < 5000; most += 7) {
      const { rules } = drawChart(valuesOf(most))
      const top = Number(rules.at(-1)!.text.replace('K', '')) * (rules.at(-1)!.text.endsWith('K') ? 1000 : 1)
      expect(top).toBeGreaterThanOrEqual(most)
      expect(rules.length).toBeLessThanOrEqual(5)
    }
  })

  test('exists without any value', () => {
    expect(ruleTexts(0, 0)).toEqual(['0', '1'])
    expect(drawChart([])).toMatchObject({ path: '', line: '', labels: [] })
  })

  test('leaves room for its longest number', () => {
    const { left, rules } = drawChart(valuesOf(150, 80), { unit: '%', top: 100 })
    expect(rules.map(({ text }) => text)).toEqual(['0%', '50%', '100%'])
    expect(left).toBeGreaterThan('100%'.length * 6)
  })
})

describe('the bars', () => {
  test('one bar for each value, none for 0 or an unknown value', () => {
    expect(drawChart(valuesOf(3, 0, null, 5)).path.match(/M/g)).toHaveLength(2)
  })

  test('a bar is as high as its value, and never higher than the axis', () => {
    const tops = (values: number[], top?: number) =>
      [...drawChart(valuesOf(...values), { top }).path.matchAll(/V([\d.]+)h/g)].map(([, y]) => Number(y))
    const { rules } = drawChart(valuesOf(50, 100))
    expect(tops([50, 100])).toEqual([rules[1]!.y, rules[2]!.y])
    expect(tops([100, 900], 100)).toEqual([rules[2]!.y, rules[2]!.y])
  })

  test('levels are a line over an area', () => {
    const { line, path } = drawChart(valuesOf(1, 2, 3), { levels: true })
    expect(line.split('L')).toHaveLength(3)
    expect(path.startsWith(line)).toBe(true)
  })
})

describe('the charts of many days', () => {
  const day = { subscribers: 10, asked: 4, confirmed: 3, unsubscribed: 1, accepted: 7, refused: 1 }
  const figures = (days: number) =>
    Array.from({ length: days }, (_, n) => ({
      ...day,
      ...{ gaveUp: 1, uncertain: 0, skipped: 0 },
      day: addDays('2025-11-26', n),
    }))
  const rowsOf = (days: number) =>
    Object.fromEntries(chartsView(figures(days)).map(({ id, rows }) => [id, rows]))

  test('have a table with each bar, newest first', () => {
    const rows = rowsOf(30)
    expect(rows.accepted).toHaveLength(30)
    expect(rows.accepted![0]).toEqual({ label: '25 Dec', text: '7' })
    expect(rows.refusals![0]!.text).toBe('2')
    expect(rows['confirm-rate']![0]!.text).toBe('3 of 4')
  })

  test('a year is drawn by week: events are summed, subscribers are those at its end', () => {
    const rows = rowsOf(364)
    expect(rows.accepted).toHaveLength(52)
    expect(rows.accepted![0]).toEqual({ label: '18–24 Nov', text: '49' })
    expect(rows.subscribers![0]!.text).toBe('10')
    expect(rows['confirm-rate']![0]!.text).toBe('21 of 28')
  })

  test('have a sentence about the bars', () => {
    const days = figures(3).map((one, n) => ({ ...one, accepted: [5, 0, 3][n]!, asked: 0 }))
    const summaries = Object.fromEntries(chartsView(days).map(({ id, summary }) => [id, summary]))
    expect(summaries.accepted).toBe('Newest 3 (28 Nov), highest 5 (26 Nov), lowest 0 (27 Nov).')
    expect(summaries.subscribers).toBe('10 throughout.')
    expect(summaries['confirm-rate']).toBe('Nothing to show yet.')
  })
})
