import { expect, test } from 'vitest'
import { type Day, instantOf, midnight } from '../../../src/core/dates.ts'
import { pendingSources, type UsualSource } from '../../../src/digests/usual-sources.ts'
import { calendar } from '../../../src/sources/huggingface/calendar.ts'

const HOUR_MS = 3600 * 1000
const MINUTE_MS = 60_000

/** A source whose papers usually come at 02:00 UTC, and have come on these days. */
const source = (...come: Day[]): UsualSource => ({
  source: 'huggingface',
  calendar,
  usualMs: 2 * HOUR_MS,
  hasCome: (day) => come.includes(day),
})

const at = (text: string) => new Date(`${text}Z`)
const waits = (dueAt: Date, source: UsualSource, minutes = 0) =>
  pendingSources({ dueAt, now: new Date(dueAt.getTime() + minutes * MINUTE_MS) }, [source]).length > 0

// 24 November 2026 is a Tuesday.
test('`pendingSources` has a source whose papers are usually there by the hour', () => {
  expect(waits(at('2026-11-24T08:00'), source('2026-11-23'))).toBe(true)
  expect(waits(at('2026-11-24T08:00'), source('2026-11-24'))).toBe(false)
})

test('`pendingSources` has a source for up to three hours', () => {
  expect(waits(at('2026-11-24T08:00'), source(), 179)).toBe(true)
  expect(waits(at('2026-11-24T08:00'), source(), 180)).toBe(false)
})

test('`pendingSources` takes the day before if the usual hour is later', () => {
  expect(waits(at('2026-11-24T01:59'), source('2026-11-23'))).toBe(false)
  expect(waits(at('2026-11-24T02:00'), source('2026-11-23'))).toBe(true)
})

test('`pendingSources` has no day that has not begun, at 08:00 in Tokyo', () => {
  const dueAt = instantOf('2026-11-24', 8, 'Asia/Tokyo') // 23:00 UTC of the day before
  expect(dueAt.toISOString()).toBe('2026-11-23T23:00:00.000Z')
  expect(waits(dueAt, source('2026-11-23'))).toBe(false)
})

test('`pendingSources` takes the newest day whose usual hour has come, if days overlap', () => {
  const late = {
    ...source('2026-11-22'),
    usualMs: 26 * HOUR_MS,
    calendar: { ...calendar, stallsAt: () => at('2026-12-01T00:00') },
  }
  expect(waits(at('2026-11-24T01:00'), late)).toBe(false) // for the 23rd, not before 02:00
  expect(waits(at('2026-11-24T03:00'), late)).toBe(true)
})

test('`pendingSources` does not have a day that is stalled', () => {
  expect(waits(at('2026-11-24T11:00'), source(), 59)).toBe(true)
  expect(waits(at('2026-11-24T11:00'), source(), 60)).toBe(false)
  expect(waits(at('2026-11-24T11:59'), source())).toBe(true)
  expect(waits(at('2026-11-24T12:00'), source())).toBe(false)
})

test('`pendingSources` does not have days without expected papers', () => {
  expect(waits(at('2026-11-28T08:00'), source())).toBe(false)
  expect(waits(at('2027-01-01T08:00'), source())).toBe(false)
})

test('`pendingSources` names the sources', () => {
  const other = { ...source('2026-11-24'), source: 'arxiv:cs.CL' }
  const dueAt = midnight('2026-11-24')
  dueAt.setUTCHours(8)
  expect(pendingSources({ dueAt, now: dueAt }, [source(), other])).toEqual(['huggingface'])
})
