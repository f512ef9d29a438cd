import { setImmediate } from 'node:timers/promises'
import { stopwatch } from '../../platform/clock.ts'

const TURN_MS = 10

/** Goes through steps and lets others have their turn in between. `spend` is told how many milliseconds the steps took. */
export async function inTurns(steps: Iterable<void>, spend: (ms: number) => void = () => {}): Promise<void> {
  let began = stopwatch()
  for (const _ of steps) {
    const took = stopwatch() - began
    if (took < TURN_MS) continue
    spend(took)
    await setImmediate()
    began = stopwatch()
  }
  spend(stopwatch() - began)
}
