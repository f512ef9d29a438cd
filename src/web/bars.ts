const STEPS = 10

export interface Bar {
  /** The height, from 0 to 10. */
  step: number
  /** The share of the height that is filled, from 0 to 10; absent if all of it is. */
  filled?: number
}

/**
 * A bar for each number; the highest has ten steps. `hollow`: what is added on top of each, which is not filled.
 */
export function barsOf(counts: readonly number[], hollow: readonly number[] = []): Bar[] {
  const totals = counts.map((count, i) => count + (hollow[i] ?? 0))
  const most = Math.max(1, ...totals)
  return totals.map((total, i) => {
    const step = Math.ceil((total / most) * STEPS)
    return hollow[i] ? { step, filled: Math.round((counts[i]! / total) * STEPS) } : { step }
  })
}
