import { vi } from 'vitest'
import { computedMs } from './computed-ms.ts'

/** The longest CPU time between two checks of the deadline, and that of the whole work. */
export function msBetweenChecks(work: () => unknown): { longest: number; total: number } {
  const began = computedMs()
  let last = began
  let longest = 0
  const lap = () => {
    const now = computedMs()
    longest = Math.max(longest, now - last)
    last = now
    return 0
  }
  // `checkDeadline` reads the time.
  const clock = vi.spyOn(performance, 'now').mockImplementation(lap)
  try {
    work()
    lap()
  } finally {
    clock.mockRestore()
  }
  return { longest, total: last - began }
}
