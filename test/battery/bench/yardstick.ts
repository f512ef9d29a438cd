import { quantile } from '../../bench/median.ts'

const STEPS = 200_000
/** Milliseconds of CPU time on the machine for which the limits are set. */
const USUAL_MS = 20

/** How many times longer than usual some work takes that is the same each time; `now` reads a clock in milliseconds. */
export function slowness(now: () => number): number {
  const began = now()
  const counts = new Map<string, number>()
  for (let i = 0; i < STEPS; i++) {
    const word = `w${(i * 7919) % 5003}`
    counts.set(word, (counts.get(word) ?? 0) + 1)
  }
  return Math.max(1, (now() - began) / USUAL_MS)
}

const EVERY_MS = 500

/** Does `work`, and measures meanwhile how many times longer than usual some work takes by the clock `now`. */
export async function withSlowness<T>(
  now: () => number,
  work: () => Promise<T>,
): Promise<{ result: T; slower: number }> {
  // The first ones are compiled.
  for (let n = 0; n < 20; n++) slowness(now)
  const measured = [slowness(now)]
  const timer = setInterval(() => measured.push(slowness(now)), EVERY_MS)
  try {
    const result = await work()
    return { result, slower: quantile(measured, 0.95) }
  } finally {
    clearInterval(timer)
  }
}
