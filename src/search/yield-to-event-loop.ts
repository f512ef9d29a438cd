import { setImmediate } from 'node:timers/promises'
import { monotonicMs } from '../core/clock.ts'
import type { Steps } from '../queries/steps.ts'

const SLICE_MS = 10

/** Adds milliseconds of CPU time to the charge of a search. */
export type Spend = (ms: number) => void

/** The milliseconds left for optional parts of a page. */
export interface TimeBudget {
  leftMs: number
}

/** For the hints, near misses and counts of one request: with some thousand papers they take about 20 ms. */
export const extrasBudget = (leftMs = 1000): TimeBudget => ({ leftMs })

let queue = Promise.resolve()
/** The start of the current slice: computations share it until they yield. */
let sliceBegan = Number.NEGATIVE_INFINITY

/**
 * Waits for an iteration of the event loop that no other computation uses. Node accepts one connection per iteration,
 * so iterations must stay short, however many searches run or are refused at once.
 */
export function yieldToEventLoop(): Promise<void> {
  queue = queue
    .then(() => setImmediate())
    .then(() => {
      sliceBegan = monotonicMs()
    })
  return queue
}

/** Runs steps and yields to the event loop in between. `spend` receives the milliseconds that the steps took. */
export async function runYielding<T>(steps: Steps<T>, spend: Spend = () => {}): Promise<T> {
  const done = await runYieldingWithin({ leftMs: Number.POSITIVE_INFINITY }, steps, spend)
  return done!.value
}

/** The same within a time budget; undefined if the budget runs out before the last step. */
export async function runYieldingWithin<T>(
  budget: TimeBudget,
  steps: Steps<T>,
  spend: Spend = () => {},
): Promise<{ value: T } | undefined> {
  for (;;) {
    if (monotonicMs() - sliceBegan >= SLICE_MS) await yieldToEventLoop()
    const began = monotonicMs()
    const step = budget.leftMs > 0 ? steps.next() : undefined
    const took = monotonicMs() - began
    budget.leftMs -= took
    spend(took)
    if (!step) return undefined
    if (step.done) return { value: step.value }
  }
}
