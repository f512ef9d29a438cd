import { describe, expect, test } from 'vitest'
import { daysIn } from '../../../src/core/dates.ts'
import { isWithinWeek, weekOf, weekTo } from '../../../src/digests/digest-content.ts'

const MAIL = '2026-11-24'
const LONG_AGO = new Date('2026-01-01T00:00:00Z')

describe('`weekOf`', () => {
  test.each([
    ['is the seven days before the email', LONG_AGO, ['2026-11-19'], '2026-11-17', '2026-11-23'],
    ['is the seven days before an email without papers', LONG_AGO, [], '2026-11-17', '2026-11-23'],
    [
      'ends on the day of the email if it has papers of that day',
      LONG_AGO,
      ['2026-11-19', MAIL],
      '2026-11-18',
      MAIL,
    ],
    [
      'begins with older papers, after a pause',
      LONG_AGO,
      ['2026-11-12', '2026-11-20'],
      '2026-11-12',
      '2026-11-23',
    ],
    [
      'begins on the day of subscribing',
      new Date('2026-11-20T09:00:00Z'),
      ['2026-11-21'],
      '2026-11-20',
      '2026-11-23',
    ],
    ['is today for a subscriber of today', new Date('2026-11-24T06:00:00Z'), [MAIL], MAIL, MAIL],
    [
      'is the seven days before if the day of subscribing is unknown',
      null,
      ['2026-11-19'],
      '2026-11-17',
      '2026-11-23',
    ],
  ])('%s', (_what, confirmedAt, days, from, to) => {
    expect(weekOf(MAIL, confirmedAt, days)).toEqual({ from, to })
  })
})

test('`weekTo` and `isWithinWeek` count seven days', () => {
  expect(weekTo('2026-11-23')).toEqual({ from: '2026-11-17', to: '2026-11-23' })
  expect(daysIn({ from: '2026-11-29', to: '2026-12-01' })).toEqual(['2026-11-29', '2026-11-30', '2026-12-01'])
  expect(isWithinWeek({ from: '2026-11-16', to: '2026-11-23' })).toBe(true)
  expect(isWithinWeek({ from: '2026-11-15', to: '2026-11-23' })).toBe(false)
})
