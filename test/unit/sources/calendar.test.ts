import { describe, expect, test } from 'vitest'
import { afterFailure, afterFetch, daysToFetch } from '../../../src/sources/calendar.ts'

const at = (text: string) => new Date(text)

describe('the days to fetch', () => {
  test('on a new installation: two weeks back, and today', () => {
    const days = daysToFetch(at('2026-08-19T12:00:00Z'), undefined)
    expect(days).toHaveLength(15)
    expect([days[0], days.at(-1)]).toEqual(['2026-08-05', '2026-08-19'])
  })

  test('today only from 00:30 UTC', () => {
    expect(daysToFetch(at('2026-08-19T00:29:59Z'), undefined).at(-1)).toBe('2026-08-18')
    expect(daysToFetch(at('2026-08-19T00:30:00Z'), undefined).at(-1)).toBe('2026-08-19')
  })

  test('after a standstill: all since the newest day that is closed', () => {
    expect(daysToFetch(at('2026-08-19T12:00:00Z'), '2026-07-20')[0]).toBe('2026-07-21')
  })

  test('and no more than sixty days', () => {
    expect(daysToFetch(at('2026-08-19T12:00:00Z'), '2024-06-10')[0]).toBe('2026-06-20')
  })

  test('a newer closed day does not hide an open one of the last two weeks', () => {
    expect(daysToFetch(at('2026-08-19T12:00:00Z'), '2026-08-18')[0]).toBe('2026-08-05')
  })

  test('across the turn of a year', () => {
    expect(daysToFetch(at('2026-01-02T01:00:00Z'), undefined)).toContain('2025-12-31')
  })
})

describe('after a good fetch', () => {
  // 14 August 2026 is a Friday.
  test.each([
    ['papers in the morning', '2026-08-14T01:00:00Z', 21, 'fresh', '2026-08-14T02:00:00Z', null],
    ['nothing yet', '2026-08-14T11:59:59Z', 0, 'waiting', '2026-08-14T12:59:59Z', null],
    ['nothing at noon on a weekday', '2026-08-14T12:00:00Z', 0, 'stalled', '2026-08-14T13:00:00Z', null],
    ['the last minute before it closes', '2026-08-15T05:59:00Z', 28, 'fresh', '2026-08-15T06:59:00Z', null],
    ['closed with papers', '2026-08-15T06:00:00Z', 28, 'fresh', null, '2026-08-15T06:00:00Z'],
    ['closed without', '2026-08-15T06:00:00Z', 0, 'quiet', null, '2026-08-15T06:00:00Z'],
  ])('%s', (_what, now, papers, state, nextTry, closedAt) => {
    expect(afterFetch({ day: '2026-08-14', now: at(now), papers })).toEqual({
      state,
      nextTry: nextTry && at(nextTry),
      closedAt: closedAt && at(closedAt),
    })
  })

  test('a weekend does not stall', () => {
    expect(afterFetch({ day: '2026-08-15', now: at('2026-08-15T20:00:00Z'), papers: 0 }).state).toBe(
      'waiting',
    )
  })
})

describe('after a failure', () => {
  test.each([
    [1, 0, '2026-08-14T08:05:00Z'],
    [2, 0, '2026-08-14T08:15:00Z'],
    [3, 0, '2026-08-14T09:00:00Z'],
    [30, 0, '2026-08-14T09:00:00Z'],
    [1, 3600, '2026-08-14T09:00:00Z'],
  ])('the %d. in a row, asked to wait %d s', (failures, seconds, nextTry) => {
    expect(afterFailure({ now: at('2026-08-14T08:00:00Z'), failures, seconds })).toEqual({
      state: 'failed',
      nextTry: at(nextTry),
      closedAt: null,
    })
  })
})
