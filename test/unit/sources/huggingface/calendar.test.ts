import { expect, test } from 'vitest'
import { calendar } from '../../../../src/sources/huggingface/calendar.ts'

const at = (text: string) => new Date(text)
const HOUR_MS = 3_600_000

test.each([
  ['2026-08-14', undefined],
  ['2026-08-15', 'weekend'],
  ['2026-08-16', 'weekend'],
  ['2026-08-17', undefined],
  ['2026-01-01', 'holiday'],
  ['2028-01-01', 'weekend'],
  ['2026-12-25', undefined],
])('%s: %s', (day, rest) => {
  expect(calendar.dayOffReason(day)).toBe(rest)
})

test('the calendar opens a day half an hour after midnight, stalls it at noon and closes it at six on the next', () => {
  expect(calendar.opensAt('2026-08-14')).toEqual(at('2026-08-14T00:30:00Z'))
  expect(calendar.stallsAt('2026-08-14')).toEqual(at('2026-08-14T12:00:00Z'))
  expect(calendar.closesAt('2026-08-14')).toEqual(at('2026-08-15T06:00:00Z'))
})

test.each([
  ['2026-08-14T00:30:00Z', 0.5],
  ['2026-08-14T05:59:59Z', 0.5],
  ['2026-08-14T06:00:00Z', 1],
  ['2026-08-15T05:00:00Z', 1],
])('the calendar fetches an open day again, at %s, after %d h', (now, hours) => {
  expect(calendar.refetchAfterMs({ day: '2026-08-14', now: at(now), papers: 0 })).toBe(hours * HOUR_MS)
})

test.each([
  ['2026-08-15T06:00:00Z', 6],
  ['2026-08-17T23:59:59Z', 6],
  ['2026-08-18T00:00:00Z', 24],
  ['2026-08-27T23:59:59Z', 24],
  ['2026-08-28T00:00:00Z', null], // on the 29th it is no day of the last two weeks any more
  ['2026-09-20T00:00:00Z', null],
])('the calendar reads the votes of a closed day again, at %s, after %s h', (now, hours) => {
  expect(calendar.refreshVotesAfterMs({ day: '2026-08-14', now: at(now) })).toBe(hours && hours * HOUR_MS)
})

test('the calendar reads votes every six hours for three days, daily to the fourteenth, then no more', () => {
  const reads: Date[] = []
  let ms: number | null = 0
  for (let now = calendar.closesAt('2026-08-14'); ms !== null; now = new Date(now.getTime() + (ms ?? 0))) {
    reads.push(now)
    ms = calendar.refreshVotesAfterMs({ day: '2026-08-14', now })
  }
  const days = reads.map((read) => read.toISOString().slice(5, 10))
  expect(days.filter((day) => day <= '08-17')).toHaveLength(11) // from 06:00 on the 15th
  expect(days.filter((day) => day > '08-17')).toEqual(Array.from({ length: 11 }, (_, n) => `08-${18 + n}`))
})
