import { describe, expect, test } from 'vitest'
import { parseSpan, spanOf } from '../../../src/search/spans.ts'

describe('the span that contains a day', () => {
  // ISO 8601: week 1 has the year's first Thursday.
  test.each([
    ['week', '2026-11-29', '2026-W48', '2026-11-23', '2026-11-29'],
    ['week', '2026-12-31', '2026-W53', '2026-12-28', '2027-01-03'],
    ['week', '2027-01-03', '2026-W53', '2026-12-28', '2027-01-03'],
    ['week', '2024-12-30', '2025-W01', '2024-12-30', '2025-01-05'],
    ['month', '2028-02-10', '2028-02', '2028-02-01', '2028-02-29'],
    ['day', '2026-11-24', '2026-11-24', '2026-11-24', '2026-11-24'],
  ] as const)('%s of %s', (unit, day, name, from, to) => {
    expect(spanOf(unit, day)).toEqual({ unit, name, from, to })
    expect(parseSpan(unit, name)).toEqual(spanOf(unit, day))
  })
})

test.each([
  ['week', '2026-w5', '2026-W05'],
  ['week', '2026-W5', '2026-W05'],
  ['month', '2026-3', '2026-03'],
  ['day', '2026-3-5', '2026-03-05'],
] as const)('%s %s is read as %s', (unit, text, name) => expect(parseSpan(unit, text).name).toBe(name))

test.each([
  ...[
    '2026-W00',
    '2025-W53',
    '2026-W54',
    '2026W48',
    '2026-48',
    '',
    'W48',
    '9999-W52',
    '1000-W01',
    '2026-W48-1',
  ],
])('%j is not a week', (text) => {
  expect(() => parseSpan('week', text)).toThrow(expect.objectContaining({ code: 'span.invalid' }))
})

test.each(['9999-12', '2026-00', '2026-13', '2026', '2026-11-24', '0026-11', '2026-x'])(
  '%j is not a month',
  (text) => {
    expect(() => parseSpan('month', text)).toThrow(expect.objectContaining({ code: 'span.invalid' }))
  },
)

test.each(['2026-02-30', '2026-W48', '0000-01-01', '2026-11'])('%j is not a day', (text) => {
  expect(() => parseSpan('day', text)).toThrow(expect.objectContaining({ code: 'date.invalid' }))
})
