import { expect, test } from 'vitest'
import { addDays, midnight } from '../../../src/core/dates.ts'
import { usualArrivalMs } from '../../../src/digests/usual-sources.ts'

const MINUTE_MS = 60_000

/** Days from 2 November 2026 on, whose papers came this many minutes after midnight; null: unknown. */
const days = (...minutes: (number | null)[]) =>
  minutes.map((after, i) => {
    const day = addDays('2026-11-02', i)
    return { day, cameAt: after === null ? null : new Date(midnight(day).getTime() + after * MINUTE_MS) }
  })

test('`usualArrivalMs` is the median of past days', () => {
  expect(usualArrivalMs(days(60, 70, 80, 90, 600))).toBe(80 * MINUTE_MS)
  expect(usualArrivalMs(days(60, 70, 80, 90, 600, 900))).toBe(80 * MINUTE_MS)
})

test('`usualArrivalMs` does not exist for fewer than five days', () => {
  expect(usualArrivalMs(days(60, 70, 80, 90))).toBeUndefined()
  expect(usualArrivalMs(days(60, 70, null, 80, 90, null))).toBeUndefined()
})

test('`usualArrivalMs` counts only the newest two weeks', () => {
  const weeks = [...Array(14).fill(600), ...Array(14).fill(60)]
  expect(usualArrivalMs(days(...weeks))).toBe(60 * MINUTE_MS)
})

test('`usualArrivalMs` may be after the end of the day', () => {
  expect(usualArrivalMs(days(1500, 1500, 1500, 1500, 1500))).toBe(1500 * MINUTE_MS)
})
