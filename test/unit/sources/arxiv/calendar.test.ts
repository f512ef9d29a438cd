import { describe, expect, test } from 'vitest'
import { addDays, weekdayOf } from '../../../../src/core/dates.ts'
import { calendar, isHoliday, isInFeed } from '../../../../src/sources/arxiv/calendar.ts'

const at = (text: string) => new Date(text)

describe('when a day opens, stalls and closes', () => {
  test.each([
    ['in summer', '2026-08-14', '2026-08-14T04:10', '2026-08-14T16:10', '2026-08-15T04:10'],
    ['in winter', '2026-01-14', '2026-01-14T05:10', '2026-01-14T17:10', '2026-01-15T05:10'],
    ['the day of spring forward', '2026-03-08', '2026-03-08T05:10', '2026-03-08T17:10', '2026-03-09T04:10'],
    ['the day of fall back', '2026-11-01', '2026-11-01T04:10', '2026-11-01T16:10', '2026-11-02T05:10'],
    ['the end of a year', '2025-12-31', '2025-12-31T05:10', '2025-12-31T17:10', '2026-01-01T05:10'],
  ])('%s', (_what, day, opens, stalls, closes) => {
    expect([calendar.opensAt(day), calendar.stallsAt(day), calendar.closesAt(day)]).toEqual(
      [opens, stalls, closes].map((text) => at(`${text}:00Z`)),
    )
  })

  test('each moment belongs to exactly one day', () => {
    for (let day = '2026-01-01'; day < '2027-01-01'; day = addDays(day, 1))
      expect(calendar.closesAt(day)).toEqual(calendar.opensAt(addDays(day, 1)))
  })
})

describe('a day off', () => {
  test.each([
    ['2026-08-14', undefined], // a Friday
    ['2026-08-15', 'weekend'],
    ['2026-08-16', 'weekend'],
    ['2026-08-17', undefined],
    ['2026-11-26', undefined], // Thanksgiving: what was announced on Wednesday evening
    ['2026-11-27', 'holiday'],
    ['2026-01-01', undefined],
    ['2026-01-02', 'holiday'],
    ['2026-01-19', undefined],
    ['2026-01-20', 'holiday'],
    ['2026-06-19', undefined], // on Fridays nothing is announced anyway
    ['2026-06-20', 'weekend'],
    ['2026-06-22', undefined],
    ['2026-12-30', 'holiday'],
    ['2027-01-01', 'holiday'], // after 31 December 2026
    ['2025-07-07', 'holiday'], // "Sun 6 July"
    ['2025-06-20', 'holiday'],
    ['2027-11-26', 'holiday'], // by rule from here on
    ['2027-12-25', 'weekend'],
    ['2028-12-26', 'holiday'],
    ['2028-09-05', 'holiday'],
    ['2028-09-12', undefined],
  ])('%s: %s', (day, rest) => {
    expect(calendar.dayOffReason(day)).toBe(rest)
  })

  test('follows a rule if no list is published', () => {
    const evenings = (year: number) => {
      const days = Array.from({ length: 366 }, (_, i) => addDays(`${year}-01-01`, i))
      return days.filter((day) => day.startsWith(`${year}`) && isHoliday(day)).map((day) => day.slice(5))
    }
    // The fourth of July: a Sunday in 2027, a Tuesday in 2028, a Saturday in 2037.
    expect(evenings(2027)).toEqual(['01-01', '01-18', '06-19', '07-05', '09-06', '11-25', '12-25'])
    expect(evenings(2028)).toEqual(['01-01', '01-17', '06-19', '07-04', '09-04', '11-23', '12-25'])
    expect(evenings(2037)).toContain('07-03')
    expect(evenings(2026)).toEqual('01-01 01-19 06-19 07-03 09-07 11-26 12-25 12-29 12-31'.split(' '))
  })

  test('is only a weekend in most weeks', () => {
    const days = Array.from({ length: 365 }, (_, i) => addDays('2027-01-01', i))
    const rests = days.filter((day) => calendar.dayOffReason(day) === 'holiday')
    expect(rests.every((day) => !['sat', 'sun'].includes(weekdayOf(day)))).toBe(true)
    expect(rests.length).toBeLessThanOrEqual(7)
  })
})

describe('when a day is fetched again', () => {
  const minutes = (now: string, papers: number, day = '2026-08-14') =>
    calendar.refetchAfterMs({ day, now: at(now), papers }) / 60_000

  test.each([
    ['nothing yet', '2026-08-14T04:10:00Z', 0, 20],
    ['nothing in the evening', '2026-08-14T22:00:00Z', 0, 20],
    ['papers at once: at two hours', '2026-08-14T04:11:00Z', 40, 119],
    ['then at eight hours', '2026-08-14T06:10:00Z', 40, 360],
    ['then when it closes', '2026-08-14T12:10:00Z', 40, 960],
    ['late papers: when it closes', '2026-08-14T20:10:00Z', 40, 480],
  ])('%s', (_what, now, papers, expected) => {
    expect(minutes(now, papers)).toBe(expected)
  })

  test('is seldom on a day off', () => {
    expect(minutes('2026-08-15T10:00:00Z', 0, '2026-08-15')).toBe(60)
  })

  test('is never for votes', () => {
    expect(calendar.refreshVotesAfterMs({ day: '2026-08-14', now: at('2026-08-16T00:00:00Z') })).toBeNull()
  })
})

test.each([
  ['before it opens', '2026-08-14T04:09:59Z', false],
  ['from when it opens', '2026-08-14T04:10:00Z', true],
  ['in the afternoon', '2026-08-14T20:00:00Z', true],
  ['as long as a fetch ends before the next midnight there', '2026-08-15T03:29:59Z', true],
  ['in the half hour before it', '2026-08-15T03:30:00Z', false],
  ['when the feed has gone on, and the day is not closed yet', '2026-08-15T04:05:00Z', false],
  ['later', '2026-08-20T12:00:00Z', false],
])('the day of a feed: %s', (_what, now, expected) => {
  expect(isInFeed('2026-08-14', at(now))).toBe(expected)
})
