import { describe, expect, test, vi } from 'vitest'
import { addDays, type Day, midnight } from '../../../src/core/dates.ts'
import { SOURCES } from '../../../src/sources/registry.ts'
import type { Source } from '../../../src/sources/source.ts'
import { inZone } from '../../support/in-zone.ts'

// What the calendar of each source of the registry keeps to.

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

const all: readonly Source[] = SOURCES
const days = Array.from({ length: 731 }, (_, i) => addDays('2027-01-01', i))

describe.each(all.map((source) => [source.name, source] as const))('the calendar of %s', (_name, source) => {
  const { calendar } = source

  test('opens a day before it stalls, and closes it within two weeks', () => {
    for (const day of days) {
      const [opens, stalls, closes] = [calendar.opensAt(day), calendar.stallsAt(day), calendar.closesAt(day)]
      const order = [opens < closes, opens < stalls || restOf(source, day), stalls <= closes]
      expect([day, ...order.map(Boolean)]).toEqual([day, true, true, true])
      expect(opens.getTime()).toBeGreaterThan(midnight(day).getTime() - DAY_MS)
      expect(closes.getTime()).toBeLessThan(midnight(day).getTime() + 14 * DAY_MS)
    }
  })

  test('opens days in order', () => {
    const opens = days.map((day) => calendar.opensAt(day).getTime())
    expect(opens).toEqual(opens.toSorted((one, other) => one - other))
  })

  test('has for each day whether it is a day off, and works on some of each week', () => {
    for (const day of days) expect([undefined, 'weekend', 'holiday']).toContain(calendar.dayOffReason(day))
    const weeks = days.slice(0, -6).map((_, i) => days.slice(i, i + 7))
    const idle = weeks.filter((week) => week.every((day) => calendar.dayOffReason(day)))
    expect(idle).toEqual([])
  })

  test('fetches again after some time, not at once and not never', () => {
    const waits = hours().flatMap(({ day, now }) =>
      [0, 1, 500].map((papers) => calendar.refetchAfterMs({ day, now, papers })),
    )
    expect(waits.filter((ms) => !(ms > 0 && ms <= DAY_MS))).toEqual([])
  })

  test('fetches votes for some time, and not for ever', () => {
    const day = '2027-03-03'
    const waits = hours().map((one) => calendar.refreshVotesAfterMs(one))
    expect(waits.filter((ms) => ms !== null && !(ms >= HOUR_MS))).toEqual([])
    expect(calendar.refreshVotesAfterMs({ day, now: midnight(addDays(day, 100)) })).toBeNull()
  })

  test("does not depend on the machine's clock or zone", () => {
    const here = calendarRows(source)
    vi.useFakeTimers({ now: new Date('2031-07-04T23:59:59Z') })
    try {
      for (const zone of ['Pacific/Kiritimati', 'America/St_Johns', 'Pacific/Pago_Pago'])
        expect(inZone(zone, () => calendarRows(source))).toEqual(here)
    } finally {
      vi.useRealTimers()
    }
  })
})

const restOf = ({ calendar }: Source, day: Day): boolean => calendar.dayOffReason(day) !== undefined

/** Every hour of three weeks, as seen from a day in the first. */
const hours = () =>
  days.slice(0, 7).flatMap((day) =>
    Array.from({ length: 21 * 24 }, (_, hour) => ({
      day,
      now: new Date(midnight(day).getTime() + hour * HOUR_MS),
    })),
  )

const calendarRows = ({ calendar }: Source) =>
  days.map((day) => {
    const now = new Date(midnight(day).getTime() + 9 * HOUR_MS)
    const at = [calendar.opensAt(day), calendar.stallsAt(day), calendar.closesAt(day)].map((one) =>
      one.toJSON(),
    )
    return [
      ...[day, calendar.dayOffReason(day), ...at],
      ...[calendar.refetchAfterMs({ day, now, papers: 3 }), calendar.refreshVotesAfterMs({ day, now })],
    ]
  })
