import { expect, test } from 'vitest'
import { startDateOf } from '../../../src/subscribers/subscriber.ts'

test.each([
  ['before the hour: today', '2026-11-24T07:59:59Z', 'UTC', 8, '2026-11-24'],
  ['at the hour: tomorrow', '2026-11-24T08:00:00Z', 'UTC', 8, '2026-11-25'],
  ['where it is tomorrow already', '2026-11-24T22:30:00Z', 'Asia/Tokyo', 8, '2026-11-25'],
  ['where it is still yesterday', '2026-11-24T02:00:00Z', 'America/Los_Angeles', 20, '2026-11-23'],
  [
    'an hour that daylight saving leaves out comes after the gap',
    '2026-03-29T00:59:00Z',
    'Europe/Berlin',
    2,
    '2026-03-29',
  ],
  ['and is over at the end of the gap', '2026-03-29T01:00:00Z', 'Europe/Berlin', 2, '2026-03-30'],
])('%s', (_what, now, zone, hour, day) => {
  expect(startDateOf(new Date(now), { zone, hour, days: ['mon'] })).toBe(day)
})
