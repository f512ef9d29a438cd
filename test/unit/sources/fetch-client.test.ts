import { expect, test } from 'vitest'
import { parseRateLimitHeaders } from '../../../src/sources/fetch-client.ts'

test.each<[string, Record<string, string>, object]>([
  ['nothing said', {}, {}],
  ['the window', { ratelimit: '"api";r=0;t=17' }, { remaining: 0, seconds: 17 }],
  ['requests left', { ratelimit: '"api";r=489;t=301' }, { remaining: 489, seconds: 301 }],
  ['Retry-After in seconds', { 'retry-after': '120' }, { seconds: 120 }],
  [
    'Retry-After as a date, measured against the answer',
    { 'retry-after': 'Fri, 14 Aug 2026 08:00:30 GMT', date: 'Fri, 14 Aug 2026 08:00:00 GMT' },
    { seconds: 30 },
  ],
  ['a date without one to measure by', { 'retry-after': 'Fri, 14 Aug 2026 08:00:30 GMT' }, {}],
  ['both: the longer', { ratelimit: '"api";r=0;t=17', 'retry-after': '5' }, { remaining: 0, seconds: 17 }],
  ['a time without sense: six hours', { 'retry-after': '99999999999' }, { seconds: 21_600 }],
  [
    'a date that is far off: six hours',
    { 'retry-after': 'Fri, 14 Aug 9999 08:00:00 GMT', date: 'Fri, 14 Aug 2026 08:00:00 GMT' },
    { seconds: 21_600 },
  ],
  ['something else', { ratelimit: 'soon', 'retry-after': 'soon' }, {}],
])('%s', (_what, headers, expected) => {
  expect(parseRateLimitHeaders(new Headers(headers))).toEqual(expected)
})
