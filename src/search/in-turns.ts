import { setImmediate } from 'node:timers/promises'
import { stopwatch } from '../core/clock.ts'
import type { Steps } from '../queries/steps.ts'

const TURN_MS = 10

/** Adds milliseconds of this process to what a search is charged. */
export type Spend = (ms: number) => void

/** How many milliseconds of work are left for what a page can do without. */
export interface Budget {
  leftMs: number
}

/** For the hints, near misses and counts of one request: with some thousand papers they take about 20 ms. */
export const extrasBudget = (leftMs = 1000): Budget => ({ leftMs })

let turns = Promise.resolve()
/** When the turn began in which work of this kind computes. */
let turnBegan = Number.NEGATIVE_INFINITY

/**
 * Waits for a turn of the event loop that no other work of this kind has. Node accepts one connection in a turn, so turns
 * have to stay short however many searches run, or are refused, at once.
 */
export function nextTurn(): Promise<void> {
  turns = turns
    .then(() => setImmediate())
    .then(() => {
      turnBegan = stopwatch()
    })
  return turns
}

/** Takes steps and yields to the event loop in between. `spend` receives the milliseconds that the steps took. */
export async function inTurns<T>(steps: Steps<T>, spend: Spend = () => {}): Promise<T> {
  const done = await inTurnsWithin({ leftMs: Number.POSITIVE_INFINITY }, steps, spend)
  return done!.value
}

/** The same for as long as the budget lasts; undefined if it was used up before the last step. */
export async function inTurnsWithin<T>(
  budget: Budget,
  steps: Steps<T>,
  spend: Spend = () => {},
): Promise<{ value: T } | undefined> {
  for (;;) {
    if (stopwatch() - turnBegan >= TURN_MS) await nextTurn()
    const began = stopwatch()
    const step = budget.leftMs > 0 ? steps.next() : undefined
    const took = stopwatch() - began
    budget.leftMs -= took
    spend(took)
    if (!step) return undefined
    if (step.done) return { value: step.value }
  }
}
