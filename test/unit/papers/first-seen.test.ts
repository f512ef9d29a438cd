import { describe, expect, test } from 'vitest'
import { byFirstSeenDay, firstSeenDay } from '../../../src/papers/first-seen.ts'
import { sampleRecord } from '../../support/sample-record.ts'

const now = new Date('2026-08-14T10:00:00Z')
const at = (instant: string) => new Date(instant)

describe('`firstSeenDay`', () => {
  test.each([
    ['2026-08-14', '2026-08-14T09:00:00Z', undefined],
    ['2026-08-14', '2026-08-14T09:00:00Z', '2026-08-14T08:00:00Z'],
    // Its date is old, wrong or still to come: it was not there an hour ago.
    ['2026-08-14', '2026-08-14T09:00:00Z', '2026-03-01T00:00:00Z'],
    ['2026-08-14', '2026-08-14T09:00:00Z', '2027-01-01T00:00:00Z'],
    // It may have come at any time since the last fetch.
    ['2026-08-14', '2026-08-10T09:00:00Z', undefined],
    ['2026-08-12', '2026-08-10T09:00:00Z', '2026-08-12T00:00:00Z'],
    ['2026-08-10', '2026-08-10T09:00:00Z', '2026-08-10T00:00:00Z'],
    ['2026-08-10', '2026-08-10T09:00:00Z', '2026-03-01T00:00:00Z'],
    // At the first fetch, its own date is all that is known.
    ['2026-08-14', null, undefined],
    ['2026-03-01', null, '2026-03-01T00:00:00Z'],
    ['2026-08-14', null, '2027-01-01T00:00:00Z'],
  ])('is %s after a fetch at %s, for a paper of %s', (day, lastFetch, publishedAt) => {
    const seen = { now, lastFetch: lastFetch === null ? null : at(lastFetch) }
    expect(firstSeenDay(publishedAt === undefined ? undefined : at(publishedAt), seen)).toBe(day)
  })
})

test('`byFirstSeenDay` has today last, even without papers', () => {
  const records = ['2026-08-12', '2026-08-10', '2026-08-12'].map((day) =>
    sampleRecord({ publishedAt: at(`${day}T00:00:00Z`) }),
  )
  const days = byFirstSeenDay(records, { now, lastFetch: null })
  expect(days.map(([day, { length }]) => [day, length])).toEqual([
    ['2026-08-10', 1],
    ['2026-08-12', 2],
    ['2026-08-14', 0],
  ])
})
