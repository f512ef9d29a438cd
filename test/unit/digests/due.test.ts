import { describe, expect, test } from 'vitest'
import { WEEKDAYS } from '../../../src/core/dates.ts'
import { dueBetween, dueOn, isLate, newestDue, nextDue } from '../../../src/digests/due.ts'
import type { Schedule } from '../../../src/subscribers/subscriber.ts'

const at = (text: string) => new Date(text)
const daily = (zone: string, hour: number): Schedule => ({ zone, hour, days: [...WEEKDAYS] })
const paris: Schedule = { zone: 'Europe/Paris', hour: 8, days: ['mon', 'wed', 'fri'] }

describe('`newestDue`', () => {
  // 23 November 2026 is a Monday; 08:00 in Paris is 07:00 UTC.
  const cases: [string, Schedule, string, string | undefined][] = [
    ['is the day before, until the hour', paris, '2026-11-23T06:59:59.999Z', '2026-11-20'],
    ['is today at the hour', paris, '2026-11-23T07:00:00Z', '2026-11-23'],
    ['is the last of their days on another day', paris, '2026-11-24T12:00:00Z', '2026-11-23'],
    ['is six days ago for one day a week', { ...paris, days: ['mon'] }, '2026-11-29T23:59:00Z', '2026-11-23'],
    ['does not exist without days', { ...paris, days: [] }, '2026-11-24T12:00:00Z', undefined],
    [
      'is tomorrow where that has begun',
      daily('Pacific/Kiritimati', 8),
      '2026-11-23T18:00:00Z',
      '2026-11-24',
    ],
    [
      'is yesterday where that has not ended',
      daily('Pacific/Pago_Pago', 8),
      '2026-11-24T10:00:00Z',
      '2026-11-23',
    ],
  ]
  test.each(cases)('%s', (_what, schedule, now, expected) => {
    expect(newestDue(schedule, at(now))?.localDate).toBe(expected)
  })

  test('is the week before, if the zone skipped a weekly day', () => {
    const fridays: Schedule = { zone: 'Pacific/Apia', hour: 8, days: ['fri'] }
    expect(newestDue(fridays, at('2012-01-05T00:00:00Z'))?.localDate).toBe('2011-12-23')
  })
})

describe('`dueOn`', () => {
  const cases: [string, string, number, string, string][] = [
    [
      'moves the hour to the end of a gap at 2',
      'America/New_York',
      2,
      '2026-03-08',
      '2026-03-08T07:00:00.000Z',
    ],
    [
      'moves the hour to the end of a gap at midnight',
      'America/Santiago',
      0,
      '2026-09-06',
      '2026-09-06T04:00:00.000Z',
    ],
    [
      'moves the hour to the end of a gap of half an hour',
      'Australia/Lord_Howe',
      2,
      '2026-10-04',
      '2026-10-03T15:30:00.000Z',
    ],
    [
      'moves the hour to the end of a gap that ends at midnight',
      'America/Nuuk',
      23,
      '2026-03-28',
      '2026-03-29T01:00:00.000Z',
    ],
    ['takes the first of two hours at 1', 'America/New_York', 1, '2026-11-01', '2026-11-01T05:00:00.000Z'],
    ['takes the first of two half hours', 'Australia/Lord_Howe', 2, '2026-04-05', '2026-04-04T15:30:00.000Z'],
    ['takes the first of two midnights', 'America/Havana', 0, '2026-11-01', '2026-11-01T04:00:00.000Z'],
  ]
  test.each(cases)('%s', (_what, zone, hour, date, instant) => {
    expect(dueOn(daily(zone, hour), date)?.dueAt.toISOString()).toBe(instant)
  })

  test('has no instant on a day that the zone skipped', () => {
    expect(dueOn(daily('Pacific/Apia', 8), '2011-12-29')?.dueAt.toISOString()).toBe(
      '2011-12-29T18:00:00.000Z',
    )
    expect(dueOn(daily('Pacific/Apia', 8), '2011-12-30')).toBeUndefined()
    expect(dueOn(daily('Pacific/Apia', 8), '2011-12-31')?.dueAt.toISOString()).toBe(
      '2011-12-30T18:00:00.000Z',
    )
  })
})

test('`isLate` is true from 20 hours after the hour', () => {
  expect(isLate(at('2026-11-23T07:00:00Z'), at('2026-11-24T02:59:59.999Z'))).toBe(false)
  expect(isLate(at('2026-11-23T07:00:00Z'), at('2026-11-24T03:00:00Z'))).toBe(true)
})

test('`dueBetween` includes the first date and excludes the last', () => {
  expect(dueBetween(paris, '2026-11-18', '2026-11-25').map(({ localDate }) => localDate)).toEqual([
    '2026-11-18',
    '2026-11-20',
    '2026-11-23',
  ])
})

describe('`nextDue`', () => {
  const cases: [string, string | null, string, string][] = [
    ['is today before the hour', null, '2026-11-23T06:59:00Z', '2026-11-23T07:00:00.000Z'],
    ['is not the hour that has just come', null, '2026-11-23T07:00:00Z', '2026-11-25T07:00:00.000Z'],
    ['is after a weekend without days', '2026-11-01', '2026-11-27T12:00:00Z', '2026-11-30T07:00:00.000Z'],
    ['is not before the start date', '2026-12-08', '2026-11-23T06:00:00Z', '2026-12-09T07:00:00.000Z'],
  ]
  test.each(cases)('%s', (_what, startDate, now, expected) => {
    expect(nextDue({ ...paris, startDate }, at(now))?.dueAt.toISOString()).toBe(expected)
  })

  test('does not exist without days', () => {
    expect(nextDue({ ...paris, days: [], startDate: null }, at('2026-11-23T06:00:00Z'))).toBeUndefined()
  })
})
