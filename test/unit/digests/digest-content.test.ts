import { describe, expect, test } from 'vitest'
import { daysIn } from '../../../src/core/dates.ts'
import { isWithinWeek, weekOf, weekTo } from '../../../src/digests/digest-content.ts'

const MAIL = '2026-11-24'
const LONG_AGO = new Date('2026-01-01T00:00:00Z')

describe('the week of an email', () => {
  test.each([
    ['the seven days before it', LONG_AGO, ['2026-11-19'], '2026-11-17', '2026-11-23'],
    ['without papers', LONG_AGO, [], '2026-11-17', '2026-11-23'],
    ['papers of its own day too', LONG_AGO, ['2026-11-19', MAIL], '2026-11-18', MAIL],
    ['older papers, after a pause', LONG_AGO, ['2026-11-12', '2026-11-20'], '2026-11-12', '2026-11-23'],
    [
      'from the day of subscribing',
      new Date('2026-11-20T09:00:00Z'),
      ['2026-11-21'],
      '2026-11-20',
      '2026-11-23',
    ],
    ['subscribed today', new Date('2026-11-24T06:00:00Z'), [MAIL], MAIL, MAIL],
    ['nobody knows since when', null, ['2026-11-19'], '2026-11-17', '2026-11-23'],
  ])('%s', (_what, confirmedAt, days, from, to) => {
    expect(weekOf(MAIL, confirmedAt, days)).toEqual({ from, to })
  })
})

test('days', () => {
  expect(weekTo('2026-11-23')).toEqual({ from: '2026-11-17', to: '2026-11-23' })
  expect(daysIn({ from: '2026-11-29', to: '2026-12-01' })).toEqual(['2026-11-29', '2026-11-30', '2026-12-01'])
  expect(isWithinWeek({ from: '2026-11-16', to: '2026-11-23' })).toBe(true)
  expect(isWithinWeek({ from: '2026-11-15', to: '2026-11-23' })).toBe(false)
})
