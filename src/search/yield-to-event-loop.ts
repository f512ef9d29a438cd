import { setImmediate } from 'node:timers/promises'
import { monotonicMs, threadCpuMs } from '../core/clock.ts'
import type { Steps } from '../queries/steps.ts'

const SLICE_MS = 10
/** Between two slices. Node accepts one connection in each, so with one, a hundred connections a second would be the most. */
const ITERATIONS = 8

/** Adds milliseconds of CPU time to the charge of a search. */
export type Spend = (ms: number) => void

/** The milliseconds of CPU time that are left, for optional parts of a page or for a library. */
export interface TimeBudget {
  leftMs: number
}

/** For the hints, near misses and counts of one request: with some thousand papers they take about 20 ms. */
export const extrasBudget = (leftMs = 1000): TimeBudget => ({ leftMs })

let queue = Promise.resolve()
/** The start of the current slice: computations share it until they yield. */
let sliceBegan = Number.NEGATIVE_INFINITY

const isSliceOver = (): boolean => monotonicMs() - sliceBegan >= SLICE_MS

/**
 * Waits for iterations of the event loop that no other computation uses, so that they stay short, however many searches
 * run or are refused at once.
 */
export function yieldToEventLoop(): Promise<void> {
  queue = queue.then(async () => {
    for (let i = 0; i < ITERATIONS; i++) await setImmediate()
    sliceBegan = monotonicMs()
  })
  return queue
}

/** Runs steps and yields to the event loop in between. `spend` receives the CPU time that the steps took. */
export async function runYielding<T>(steps: Steps<T>, spend: Spend = () => {}): Promise<T> {
  const done = await runYieldingWithin({ leftMs: Number.POSITIVE_INFINITY }, steps, spend)
  return done!.value
}

/** Runs steps within a time budget; undefined if the budget runs out before the last step. */
export async function runYieldingWithin<T>(
  budget: TimeBudget,
  steps: Steps<T>,
  spend: Spend = () => {},
): Promise<{ value: T } | undefined> {
  while (budget.leftMs > 0) {
    if (isSliceOver()) await yieldToEventLoop()
    const began = threadCpuMs()
    let step = steps.next()
    while (!step.done && !isSliceOver()) step = steps.next()
    const took = threadCpuMs() - began
    budget.leftMs -= took
    spend(took)
    if (step.done) return { value: step.value }
  }
  return undefined
}
