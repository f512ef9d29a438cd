import { describe, expect, test } from 'vitest'
import { markedRuns } from '../../../../src/queries/reasons/shown-paper.ts'

/** Runs as text, with [ ] around what is marked. */
const shown = (runs: { text: string; marked: boolean }[]) =>
  runs.map(({ text, marked }) => (marked ? `[${text}]` : text)).join('')

describe('marks', () => {
  const text = 'Linear attention, at last'
  test.each<[string, [number, number][], string]>([
    ['none', [], 'Linear attention, at last'],
    ['at the start', [[0, 6]], '[Linear] attention, at last'],
    ['at the end', [[21, 25]], 'Linear attention, at [last]'],
    [
      'in any order',
      [
        [21, 25],
        [0, 6],
      ],
      '[Linear] attention, at [last]',
    ],
    [
      'that overlap or touch are one',
      [
        [0, 9],
        [7, 12],
        [12, 16],
      ],
      '[Linear attention], at last',
    ],
    ['across the end stop there', [[21, 99]], 'Linear attention, at [last]'],
    ['beyond the end are left out', [[40, 99]], 'Linear attention, at last'],
  ])('%s', (_what, places, expected) => {
    expect(shown(markedRuns(text, places))).toBe(expected)
  })

  test('are empty for an empty text', () => expect(markedRuns('', [[0, 3]])).toEqual([]))
})
