import { expect, test } from 'vitest'
import { clockFrom, stoppedClock, systemClock } from '../../../src/core/clock.ts'

const noon = new Date('2026-11-24T12:00:00Z')
const near = (a: Date, b: Date): boolean => Math.abs(a.getTime() - b.getTime()) < 2000

test('a clock can start anywhere, runs on, and can be moved', () => {
  const clock = clockFrom(noon)
  expect(near(clock.now(), noon)).toBe(true)
  const later = new Date('2026-11-25T00:00:00Z')
  clock.moveTo(later)
  expect(near(clock.now(), later)).toBe(true)
})

test('a stopped clock does not run, even if a date from it is changed', () => {
  const clock = stoppedClock(noon)
  clock.now().setFullYear(1999)
  expect(clock.now()).toEqual(noon)
})

test('the system clock is that of the machine', () =>
  expect(near(systemClock().now(), new Date())).toBe(true))

test('clockFrom counts from when the clock began, so that two threads can share one', () => {
  const clock = clockFrom(noon, new Date(Date.now() - 3600_000))
  expect(near(clock.now(), new Date('2026-11-24T13:00:00Z'))).toBe(true)
})
