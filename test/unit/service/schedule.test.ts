import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { startMinuteJob } from '../../../src/service/schedule.ts'

// node-cron itself, on timers and a clock that the test moves.
const START = Date.parse('2026-11-25T11:00:30Z')
const HOUR_MS = 3_600_000

let beats: string[]
let job: { stop(): void }

beforeEach(() => {
  vi.useFakeTimers({
    toFake: ['Date', 'performance', 'setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'],
    now: START,
  })
  beats = []
  job = startMinuteJob(() => beats.push(new Date().toISOString().slice(11, 19)))
})

afterEach(() => {
  job.stop()
  vi.useRealTimers()
})

const pass = (seconds: number) => vi.advanceTimersByTimeAsync(seconds * 1000)

/** Only the clock changes; no timer runs meanwhile. */
const moveClock = (ms: number) => vi.setSystemTime(Date.now() + ms)

test('the schedule ticks once at the start of each minute', async () => {
  await pass(180)
  expect(beats).toEqual(['11:01:00', '11:02:00', '11:03:00'])
})

test('the schedule ticks if it is more than a second late', async () => {
  moveClock(25_000)
  await pass(90)
  expect(beats).toEqual(['11:01:25', '11:02:00'])
})

test('the schedule ticks once after an hour without CPU, not once for each minute', async () => {
  await pass(30)
  moveClock(HOUR_MS)
  await pass(61)
  expect(beats).toHaveLength(2)
})

test.each([
  ['three hours', 3 * HOUR_MS],
  ['five minutes', 300_000],
])('a clock that is set back %s costs up to one tick', async (_, ms) => {
  await pass(30)
  moveClock(-ms)
  await pass(80)
  expect(beats).toHaveLength(2)
  await pass(120)
  expect(beats).toHaveLength(4)
})

test('a clock that went three hours ahead and back costs up to one tick', async () => {
  moveClock(3 * HOUR_MS)
  await pass(90)
  const before = beats.length
  moveClock(-3 * HOUR_MS)
  await pass(80)
  expect(beats.length).toBeGreaterThan(before)
})

test('the schedule does not tick after its stop', async () => {
  job.stop()
  await pass(300)
  expect(beats).toEqual([])
  expect(vi.getTimerCount()).toBe(0)
})
