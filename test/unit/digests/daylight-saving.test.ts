import { expect, test } from 'vitest'
import { addDays, type Day, WEEKDAYS } from '../../../src/core/dates.ts'
import { dueBetween, newestDue } from '../../../src/digests/due.ts'

// Judged by the wall clock itself, as Intl reads it every quarter of an hour: an hour of a date is due at the first
// instant at which the clock shows that time or a later one.

// biome-ignore format: a table of zones
const ZONES = [
  'America/New_York', 'America/Los_Angeles', 'America/St_Johns', 'America/Havana', 'America/Santiago',
  'America/Nuuk', 'Pacific/Easter', 'Atlantic/Azores', 'Antarctica/Troll', 'Europe/London',
  'Europe/Paris', 'Africa/Cairo', 'Africa/Casablanca', 'Asia/Beirut', 'Asia/Jerusalem',
  'Australia/Sydney', 'Australia/Lord_Howe', 'Pacific/Auckland', 'Pacific/Chatham', 'Pacific/Norfolk',
]
const FROM = Date.UTC(2025, 0, 1)
const UNTIL = Date.UTC(2028, 0, 1)
const QUARTER_MS = 15 * 60_000
const HOUR_MS = 4 * QUARTER_MS
const DAY_MS = 24 * HOUR_MS

/** "2026-03-08 02:15" on the walls of a zone. */
function wallClock(zone: string): (instant: number) => string {
  const format = new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short', timeStyle: 'short' })
  return (instant) => format.format(instant)
}

function transitionsOf(zone: string): number[] {
  const show = wallClock(zone)
  const offset = (instant: number) => Date.parse(`${show(instant).replace(' ', 'T')}Z`) - instant
  const found: number[] = []
  for (let day = FROM; day < UNTIL; day += DAY_MS) {
    if (offset(day) === offset(day + DAY_MS)) continue
    let instant = day
    while (offset(instant) === offset(day)) instant += QUARTER_MS
    found.push(instant)
  }
  return found
}

/** Of each hour of each date around a transition: when the wall clock first shows it, or something later. */
function firstShown(zone: string, dates: Day[], around: number): Map<string, number> {
  const show = wallClock(zone)
  const quarters = Array.from({ length: 5 * 96 }, (_, i) => around - 2.5 * DAY_MS + i * QUARTER_MS)
  const shown = quarters.map((instant) => [instant, show(instant)] as const)
  const found = new Map<string, number>()
  for (const date of dates) {
    for (let hour = 0; hour < 24; hour++) {
      const wanted = `${date} ${String(hour).padStart(2, '0')}:00`
      const first = shown.find(([, time]) => time >= wanted)
      if (first) found.set(wanted, first[0])
    }
  }
  return found
}

test.each(ZONES)('each hour of the days around a change of %s is due exactly once', (zone) => {
  const transitions = transitionsOf(zone)
  expect(transitions.length).toBeGreaterThanOrEqual(5)
  for (const transition of transitions) {
    const changed = wallClock(zone)(transition).slice(0, 10)
    const dates = [addDays(changed, -1), changed, addDays(changed, 1)]
    const expected = firstShown(zone, dates, transition)
    expect(expected.size).toBe(72)
    for (let hour = 0; hour < 24; hour++) {
      const dues = dueBetween({ zone, hour, days: [...WEEKDAYS] }, dates[0]!, addDays(dates[2]!, 1))
      expect(dues.map(({ localDate }) => localDate)).toEqual(dates)
      for (const { localDate, dueAt } of dues) {
        const key = `${localDate} ${String(hour).padStart(2, '0')}:00`
        expect(`${key} at ${dueAt.toISOString()}`).toBe(
          `${key} at ${new Date(expected.get(key)!).toISOString()}`,
        )
      }
    }
  }
})

test.each(ZONES)(
  'ticks each quarter of an hour around a change of %s see each date become the newest once, in order',
  (zone) => {
    for (const transition of transitionsOf(zone)) {
      for (const hour of [0, 2, 23]) {
        const seen: Day[] = []
        for (let now = transition - 1.5 * DAY_MS; now < transition + 1.5 * DAY_MS; now += QUARTER_MS) {
          const { localDate, dueAt } = newestDue({ zone, hour, days: [...WEEKDAYS] }, new Date(now))!
          if (seen.at(-1) === localDate) continue
          seen.push(localDate)
          if (seen.length > 1) expect(dueAt.getTime()).toBe(now)
        }
        expect(seen).toEqual(seen.map((_, i) => addDays(seen[0]!, i)))
        expect(seen.length).toBeGreaterThanOrEqual(3)
      }
    }
  },
)
