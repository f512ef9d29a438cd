import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import {
  extrasBudget,
  runYielding,
  runYieldingWithin,
  yieldToEventLoop,
} from '../../../src/search/yield-to-event-loop.ts'

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['performance'] })
  vi.spyOn(process, 'threadCpuUsage').mockImplementation(() => ({
    user: 1000 * performance.now(),
    system: 0,
  }))
  await yieldToEventLoop()
})
afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

function* steps(count: number, ms: number): Generator<void> {
  for (let n = 0; n < count; n++) {
    vi.advanceTimersByTime(ms)
    yield
  }
}

test('other work runs between long steps, and `spend` receives the time', async () => {
  let turns = 0
  let isOn = true
  const turn = () => {
    turns++
    if (isOn) setImmediate(turn)
  }
  setImmediate(turn)
  let spent = 0
  await runYielding(steps(5, 12), (ms) => {
    spent += ms
  })
  isOn = false
  expect(turns).toBeGreaterThanOrEqual(4)
  expect(spent).toBe(60)
})

test('short steps share one iteration of the event loop', async () => {
  let turns = 0
  setImmediate(() => turns++)
  await runYielding(steps(3, 3))
  expect(turns).toBe(0)
})

function* numbers(count: number, taken: number[] = []): Generator<void, string> {
  for (let n = 0; n < count; n++) {
    taken.push(n)
    yield
  }
  return 'all'
}

test('what the steps come to is returned', async () => {
  expect(await runYielding(numbers(3))).toBe('all')
  expect(await runYieldingWithin(extrasBudget(), numbers(3))).toEqual({ value: 'all' })
})

test('a budget that is used up ends the steps, for all that share it', async () => {
  const taken: number[] = []
  expect(await runYieldingWithin(extrasBudget(0), numbers(3, taken))).toBeUndefined()
  expect(taken).toEqual([])
  const budget = extrasBudget(20)
  let spent = 0
  await runYieldingWithin(budget, steps(100, 12), (ms) => {
    spent += ms
  })
  expect(spent).toBe(24)
  expect(await runYieldingWithin(budget, numbers(3, taken))).toBeUndefined()
  expect(taken).toEqual([])
})
