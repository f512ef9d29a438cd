const rising = (a: number, b: number): number => a - b

/** The value below which a share of the values is. */
export const quantile = (values: readonly number[], share: number): number =>
  values.toSorted(rising)[Math.max(0, Math.ceil(values.length * share) - 1)] ?? Number.NaN

export const median = (values: readonly number[]): number => {
  const sorted = values.toSorted(rising)
  const middle = sorted.length >> 1
  return sorted.length % 2 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}

/** "12–15": the least and the highest. */
export const spread = (values: readonly number[], digits = 0): string =>
  `${Math.min(...values).toFixed(digits)}–${Math.max(...values).toFixed(digits)}`
