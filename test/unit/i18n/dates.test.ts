import { expect, test } from 'vitest'
import {
  dateAndTime,
  dateWithYear,
  hourOfDay,
  longDate,
  shortDate,
  weekdayDate,
  weekdaysText,
} from '../../../src/i18n/dates.ts'

test('a date is written long, short, with its weekday or with its year', () => {
  expect(longDate('2026-11-24')).toBe('Tuesday 24 November 2026')
  expect(shortDate('2026-05-04')).toBe('4 May')
  expect(weekdayDate('2026-11-24')).toBe('Tue 24 Nov')
  expect(dateWithYear('2026-11-03')).toBe('3 Nov 2026')
})

test('an instant is written in the zone', () => {
  expect(dateAndTime('2026-11-24T23:03:40.123Z', 'Europe/Paris')).toBe('25 Nov 2026, 00:03')
  expect(dateAndTime('2026-11-24T23:00:00Z', 'UTC')).toBe('24 Nov 2026, 23:00')
})

test.each([
  [['mon', 'tue', 'wed', 'thu', 'fri'], 'Monday to Friday'],
  [['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'], 'every day'],
  [['fri', 'mon', 'wed'], 'Monday, Wednesday and Friday'],
  [['sat', 'sun'], 'Saturday and Sunday'],
  [['sun'], 'Sunday'],
] as const)('the days %s are %s', (days, words) => expect(weekdaysText([...days])).toBe(words))

test('an hour is written with two digits', () => {
  expect([hourOfDay(0), hourOfDay(8), hourOfDay(23)]).toEqual(['00:00', '08:00', '23:00'])
})
