import { expect, test } from 'vitest'
import { morningOf, nextMorning, nextSend } from '../../../scripts/demo/days.ts'
import type { Day } from '../../../src/core/dates.ts'
import { nextDue } from '../../../src/digests/due.ts'

const ZONES = [
  'Pacific/Kiritimati',
  'Pacific/Chatham',
  'Asia/Kathmandu',
  'Europe/Paris',
  'Europe/London',
  'UTC',
  'America/New_York',
  'America/St_Johns',
  'Pacific/Niue',
]
const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const
const MINUTE_MS = 60_000
const HOURS = Array.from({ length: 24 }, (_, hour) => hour)
/** Three days each; on the Sundays of the others, daylight saving begins or ends somewhere. */
const STARTS: [firstDay: Day, hours: number[]][] = [
  ['2026-11-26', HOURS],
  ['2026-03-28', [0, 2, 8, 23]],
  ['2026-10-31', [0, 2, 8, 23]],
]
/** How long people take before they press a button: the clock of the demo runs. */
const MINUTES = [0, 300]

/** How many digests each of three days had: "Send", twice, then "Next day", and so on. */
function sendsOfEachDay(zone: string, hour: number, firstDay: Day, minutes: number): number[] {
  let now = new Date(morningOf(firstDay).getTime() + minutes * MINUTE_MS)
  let shown = firstDay
  return [1, 2, 3].map(() => {
    let sends = 0
    for (const _press of [1, 2]) {
      const due = nextDue({ zone, hour, days: [...DAYS], startDate: null }, now)?.dueAt
      const at = nextSend(due, { shown, sent: sends > 0 })
      if (!at) continue
      sends++
      now = new Date(at.getTime() + MINUTE_MS)
    }
    const next = nextMorning(shown, now)
    now = next.at
    shown = next.day
    return sends
  })
}

test.each(ZONES)('the demo has a digest each day in %s, at any hour', (zone) => {
  for (const [firstDay, hours] of STARTS) {
    for (const hour of hours) {
      for (const minutes of MINUTES) {
        const sends = sendsOfEachDay(zone, hour, firstDay, minutes)
        expect([firstDay, hour, minutes, Math.min(...sends) > 0]).toEqual([firstDay, hour, minutes, true])
      }
    }
  }
})

test('the demo sends nothing more at a second request of a day', () => {
  for (const [zone, hour] of [
    ['UTC', 8],
    ['Europe/Paris', 8],
    ['America/New_York', 8],
  ] as const)
    expect(sendsOfEachDay(zone, hour, '2026-11-27', 0)).toEqual([1, 1, 1])
})

test('the demo waits for Monday for a subscriber who is due only then', () => {
  const friday = { shown: '2026-11-27', sent: false } as const
  expect(nextSend(new Date('2026-11-30T08:00:00Z'), friday)).toBeUndefined()
  expect(nextSend(undefined, friday)).toBeUndefined()
})
