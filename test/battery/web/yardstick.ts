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
