import { describe, expect, test } from 'vitest'
import type { SourceCalendar } from '../../../src/sources/source.ts'
import {
  arrivalTime,
  daysToFetch,
  outcomeOfFetch,
  retryTime,
  type SuccessfulFetch,
  stoppedReason,
} from '../../../src/sources/source-day-state.ts'

const at = (text: string) => new Date(text)
const HOUR_MS = 3_600_000

/** A source with hours of its own, so that no real calendar is taken for granted. 14 August 2026 is a Friday. */
const calendar: SourceCalendar = {
  dayOffReason: (day) => ({ '2026-08-15': 'weekend' as const, '2026-08-17': 'holiday' as const })[day],
  opensAt: (day) => at(`${day}T00:30:00Z`),
  stallsAt: (day) => at(`${day}T12:00:00Z`),
  closesAt: (day) => new Date(at(`${day}T00:00:00Z`).getTime() + 30 * HOUR_MS),
  refetchAfterMs: ({ papers }) => (papers > 0 ? 2 : 1) * HOUR_MS,
  refreshVotesAfterMs: ({ now }) => (now < at('2026-08-20T00:00:00Z') ? 6 * HOUR_MS : null),
}

const answered = (more: Partial<SuccessfulFetch> = {}) =>
  outcomeOfFetch({
    calendar,
    day: '2026-08-14',
    now: at('2026-08-14T08:00:00Z'),
    papers: 0,
    closedAt: null,
    ...more,
  })

describe('the days to fetch', () => {
  test('on a new installation: two weeks back, and today', () => {
    const days = daysToFetch(calendar, at('2026-08-19T12:00:00Z'), undefined)
    expect(days).toHaveLength(15)
    expect([days[0], days.at(-1)]).toEqual(['2026-08-05', '2026-08-19'])
  })

  test('today only once the source opens', () => {
    expect(daysToFetch(calendar, at('2026-08-19T00:29:59Z'), undefined).at(-1)).toBe('2026-08-18')
    expect(daysToFetch(calendar, at('2026-08-19T00:30:00Z'), undefined).at(-1)).toBe('2026-08-19')
    const late = { opensAt: (day: string) => at(`${day}T20:00:00Z`) }
    expect(daysToFetch(late, at('2026-08-19T19:59:00Z'), undefined).at(-1)).toBe('2026-08-18')
  })

  test('after a stop: all since the newest day that is closed', () => {
    expect(daysToFetch(calendar, at('2026-08-19T12:00:00Z'), '2026-07-20')[0]).toBe('2026-07-21')
  })

  test('are no more than sixty', () => {
    expect(daysToFetch(calendar, at('2026-08-19T12:00:00Z'), '2024-06-10')[0]).toBe('2026-06-20')
  })

  test('a newer closed day does not hide an open one of the last two weeks', () => {
    expect(daysToFetch(calendar, at('2026-08-19T12:00:00Z'), '2026-08-18')[0]).toBe('2026-08-05')
  })

  test('continue over the end of a year', () => {
    expect(daysToFetch(calendar, at('2026-01-02T01:00:00Z'), undefined)).toContain('2025-12-31')
  })
})

describe('the state of a day after a successful response', () => {
  test.each<[string, Partial<SuccessfulFetch>, string, string | null]>([
    ['nothing yet', { now: at('2026-08-14T11:59:59Z') }, 'waiting', null],
    ['nothing at noon', { now: at('2026-08-14T12:00:00Z') }, 'stalled', null],
    ['papers', { papers: 21 }, 'fresh', null],
    ['papers from another place', { papers: 21, reason: 'made-up' }, 'fresh', 'made-up'],
    ['papers of a day that was made up before', { papers: 21, wasMadeUp: true }, 'fresh', 'made-up'],
    ['another place, which has none either', { reason: 'made-up' }, 'waiting', null],
    ['the list of another day, in the morning', { reason: 'repeated' }, 'waiting', 'repeated'],
    [
      'the list of another day, at noon',
      { reason: 'repeated', now: at('2026-08-14T12:00:00Z') },
      'stalled',
      'repeated',
    ],
    [
      'the list of another day, to the end',
      { reason: 'repeated', now: at('2026-08-15T06:00:00Z') },
      'stalled',
      'repeated',
    ],
    ['the list of another day, after its own', { papers: 21, reason: 'repeated' }, 'fresh', null],
    ['closed without papers', { now: at('2026-08-15T06:00:00Z') }, 'quiet', 'none'],
    ['closed with papers', { now: at('2026-08-15T06:00:00Z'), papers: 28 }, 'fresh', null],
    [
      'papers after it was closed without',
      { now: at('2026-08-16T06:00:00Z'), closedAt: at('2026-08-15T06:00:00Z'), papers: 3 },
      'fresh',
      null,
    ],
  ])('%s', (_what, more, state, reason) => {
    expect(answered(more)).toMatchObject({ state, reason })
  })

  test.each<[string, Partial<SuccessfulFetch>, string, string | null]>([
    ['a weekend, in the morning', { day: '2026-08-15', now: at('2026-08-15T01:00:00Z') }, 'quiet', 'weekend'],
    ['a weekend, in the evening', { day: '2026-08-15', now: at('2026-08-15T20:00:00Z') }, 'quiet', 'weekend'],
    ['a weekend, closed', { day: '2026-08-15', now: at('2026-08-16T06:00:00Z') }, 'quiet', 'weekend'],
    ['a holiday', { day: '2026-08-17', now: at('2026-08-17T20:00:00Z') }, 'quiet', 'holiday'],
    [
      'a holiday that repeats Friday',
      { day: '2026-08-17', now: at('2026-08-17T20:00:00Z'), reason: 'repeated' },
      'quiet',
      'holiday',
    ],
    [
      'a weekend that has papers all the same',
      { day: '2026-08-15', now: at('2026-08-15T20:00:00Z'), papers: 2 },
      'fresh',
      null,
    ],
  ])('%s', (_what, more, state, reason) => {
    expect(answered(more)).toMatchObject({ state, reason })
  })
})

describe('when a day is fetched again', () => {
  test("while it is open: by its source's calendar and what it has", () => {
    expect(answered()).toMatchObject({ nextTry: at('2026-08-14T09:00:00Z'), closedAt: null })
    expect(answered({ papers: 1 })).toMatchObject({ nextTry: at('2026-08-14T10:00:00Z'), closedAt: null })
  })

  test('is never after the time at which it closes', () => {
    const closes = at('2026-08-15T06:00:00Z')
    for (const [now, papers] of [
      ['2026-08-15T05:30:00Z', 0],
      ['2026-08-15T04:01:00Z', 9],
      ['2026-08-15T05:59:59Z', 9],
    ] as const)
      expect(answered({ now: at(now), papers })).toMatchObject({ nextTry: closes, closedAt: null })
    expect(answered({ now: at('2026-08-15T03:59:00Z'), papers: 9 }).nextTry).toEqual(
      at('2026-08-15T05:59:00Z'),
    )
  })

  test('is for votes after the response that closes it, until they are settled', () => {
    const closedAt = at('2026-08-15T06:00:00Z')
    expect(answered({ now: closedAt })).toMatchObject({ closedAt, nextTry: at('2026-08-15T12:00:00Z') })
    expect(answered({ now: at('2026-08-19T23:00:00Z'), closedAt })).toMatchObject({
      closedAt,
      nextTry: at('2026-08-20T05:00:00Z'),
    })
    expect(answered({ now: at('2026-08-20T05:00:00Z'), closedAt })).toMatchObject({ closedAt, nextTry: null })
  })

  test.each([
    [1, 0, '2026-08-14T08:05:00Z'],
    [2, 0, '2026-08-14T08:15:00Z'],
    [3, 0, '2026-08-14T09:00:00Z'],
    [23, 0, '2026-08-14T09:00:00Z'],
    [24, 0, '2026-08-14T14:00:00Z'],
    [90, 0, '2026-08-14T14:00:00Z'],
    [1, 60, '2026-08-14T08:05:00Z'],
    [1, 3600, '2026-08-14T09:00:00Z'],
    [30, 86_400, '2026-08-15T08:00:00Z'],
  ])('after failure %d in a row, with a Retry-After of %d s', (failures, seconds, nextTry) => {
    const failed = { now: at('2026-08-14T08:00:00Z'), failures, fault: 'source.failing', seconds }
    expect(retryTime(failed)).toEqual(at(nextTry))
  })

  test('is six hours after a fault that only the operator can end', () => {
    const failed = { now: at('2026-08-14T08:00:00Z'), failures: 1, fault: 'source.too-many' }
    expect(retryTime(failed)).toEqual(at('2026-08-14T14:00:00Z'))
    expect(stoppedReason('source.too-many')).toBe('too-many')
    expect(stoppedReason('source.failing')).toBeUndefined()
  })
})

describe('when papers came', () => {
  const now = at('2026-08-14T09:00:00Z')
  const arrival = (more: Partial<Parameters<typeof arrivalTime>[0]>) =>
    arrivalTime({ calendar, day: '2026-08-14', now, papers: 5, before: { fetches: 1, papers: 0 }, ...more })

  test('is the first response with papers, if an earlier one had none', () => {
    expect(arrival({})).toEqual(now)
  })

  test('is the very first response only in the first hour: later, they may have been there for longer', () => {
    const before = { fetches: 0, papers: 0 }
    expect(arrival({ before })).toBeUndefined()
    expect(arrival({ before, now: at('2026-08-14T01:29:59Z') })).toEqual(at('2026-08-14T01:29:59Z'))
    expect(arrival({ before, now: at('2026-08-14T01:30:00Z') })).toBeUndefined()
  })

  test('is not set without papers, and is not set twice', () => {
    expect(arrival({ papers: 0 })).toBeUndefined()
    expect(arrival({ before: { fetches: 3, papers: 4 } })).toBeUndefined()
  })
})
