import { setImmediate } from 'node:timers/promises'

/** Node accepts one connection in each, so with one, a hundred connections a second would be the most. */
const ITERATIONS = 8

let queue = Promise.resolve()

/** Waits for iterations of the event loop that no other caller uses, so that they stay short, however many wait at once. */
export function yieldToEventLoop(): Promise<void> {
  queue = queue.then(async () => {
    for (let i = 0; i < ITERATIONS; i++) await setImmediate()
  })
  return queue
}
