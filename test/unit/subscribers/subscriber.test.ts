import { expect, test } from 'vitest'
import { startDateOf } from '../../../src/subscribers/subscriber.ts'

test.each([
  ['today before the hour', '2026-11-24T07:59:59Z', 'UTC', 8, '2026-11-24'],
  ['tomorrow at the hour', '2026-11-24T08:00:00Z', 'UTC', 8, '2026-11-25'],
  ['tomorrow where that has begun', '2026-11-24T22:30:00Z', 'Asia/Tokyo', 8, '2026-11-25'],
  ['yesterday where that has not ended', '2026-11-24T02:00:00Z', 'America/Los_Angeles', 20, '2026-11-23'],
  [
    'today before the end of a gap of daylight saving',
    '2026-03-29T00:59:00Z',
    'Europe/Berlin',
    2,
    '2026-03-29',
  ],
  [
    'tomorrow at the end of a gap of daylight saving',
    '2026-03-29T01:00:00Z',
    'Europe/Berlin',
    2,
    '2026-03-30',
  ],
])('`startDateOf` is %s', (_what, now, zone, hour, day) => {
  expect(startDateOf(new Date(now), { zone, hour, days: ['mon'] })).toBe(day)
})
