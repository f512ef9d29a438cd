import { computedMs } from '../../support/computed-ms.ts'

interface Meter {
  /** The longest that nothing else ran since the last call, in milliseconds of CPU time. */
  take(): number
  /** Another piece of work begins: what ran before it did not hold it up. */
  look(): void
  stop(): void
}

/**
 * Looks each millisecond how much this thread has computed since the last look. A thread that was kept from running has
 * many events to handle before its next timer: a program that calls `look` with each of them has them counted one by one.
 */
export function startMeter(): Meter {
  let last = computedMs()
  let longest = 0
  const look = () => {
    const now = computedMs()
    longest = Math.max(longest, now - last)
    last = now
  }
  const timer = setInterval(look, 1).unref()
  const take = () => {
    look()
    const was = longest
    longest = 0
    return was
  }
  return { take, look, stop: () => clearInterval(timer) }
}
