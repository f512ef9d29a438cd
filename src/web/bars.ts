const STEPS = 10

/** A bar for each number, from 0 to 10 steps high; the highest number has the highest bar. */
export function barsOf(counts: readonly number[]): { step: number }[] {
  const most = Math.max(1, ...counts)
  return counts.map((count) => ({ step: Math.ceil((count / most) * STEPS) }))
}
