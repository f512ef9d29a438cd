import { computedMs } from '../../support/computed-ms.ts'

/**
 * Looks each millisecond how much this thread has computed since the last look. `take` returns the longest that nothing
 * else ran, in milliseconds of CPU time.
 */
export function startMeter(): { take(): number; stop(): void } {
  let last = computedMs()
  let longest = 0
  const look = () => {
    const now = computedMs()
    longest = Math.max(longest, now - last)
    last = now
  }
  const timer = setInterval(look, 1)
  const take = () => {
    look()
    const was = longest
    longest = 0
    return was
  }
  return { take, stop: () => clearInterval(timer) }
}
