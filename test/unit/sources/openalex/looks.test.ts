import { expect, test } from 'vitest'
import { addDays } from '../../../../src/core/dates.ts'
import { looksOf } from '../../../../src/sources/openalex/looks.ts'

const SOURCE = 'openalex:type:article'
const days = Array.from({ length: 70 }, (_, n) => addDays('2026-11-01', n))
/** How many days back the fetch of a day reads at most. */
const backOn = (day: string, given: { source?: string; lastFetch?: string | undefined } = {}) =>
  looksOf({ source: SOURCE, day, lastFetch: addDays(day, -1), ...given })[0]!.back

test('the first fetch reads a month, and so does a fetch after a day without one', () => {
  for (const day of days) {
    expect(backOn(day, { lastFetch: undefined })).toBe(30)
    expect(backOn(day, { lastFetch: addDays(day, -2) })).toBe(30)
  }
})

test('one fetch a week reads a month, and the others a week', () => {
  for (const from of days.slice(0, 60)) {
    const week = Array.from({ length: 7 }, (_, n) => backOn(addDays(from, n)))
    expect(week.toSorted()).toEqual([30, 7, 7, 7, 7, 7, 7].toSorted())
  }
})

test('no publication date of the last month is left out for more than a week', () => {
  for (const day of days.slice(30)) {
    const readOn = days.filter(
      (one) => one >= day && one < addDays(day, 30) && addDays(one, -backOn(one)) <= day,
    )
    const gaps = readOn.slice(1).map((one, n) => (Date.parse(one) - Date.parse(readOn[n]!)) / 86_400_000)
    expect(Math.max(...gaps)).toBeLessThanOrEqual(7)
  }
})

test('sources have their long fetches on different days', () => {
  const sources = Array.from({ length: 20 }, (_, n) => `openalex:primary_location.source.id:S${n}`)
  const long = days.map((day) => sources.filter((source) => backOn(day, { source }) === 30).length)
  expect(Math.max(...long)).toBeLessThanOrEqual(5)
})

test('each look that follows is shorter', () => {
  for (const day of days) {
    const backs = looksOf({ source: SOURCE, day, lastFetch: undefined }).map(({ back }) => back)
    expect(backs).toEqual([30, 7, 2])
  }
})
