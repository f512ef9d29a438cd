/** The mean of numbers, and their standard deviation; 1 if they are all equal. */
export interface Spread {
  mean: number
  deviation: number
}

/** `squares`: the sum of the squares. */
export function spreadOf(sum: number, squares: number, count: number): Spread {
  const mean = sum / Math.max(1, count)
  const variance = squares / Math.max(1, count) - mean ** 2
  return { mean, deviation: Math.sqrt(Math.max(0, variance)) || 1 }
}

function spreadOfAll(numbers: ArrayLike<number>): Spread {
  let [sum, squares] = [0, 0]
  for (let i = 0; i < numbers.length; i++) {
    sum += numbers[i]!
    squares += numbers[i]! ** 2
  }
  return spreadOf(sum, squares, numbers.length)
}

const SAMPLE = 128

/** Numbers by docId, in standard deviations from the mean of up to 128 that are evenly spread over the index. */
export function standardizedBySample(
  numberOf: (docId: number) => number,
  docCount: number,
): (docId: number) => number {
  const every = Math.max(1, docCount / SAMPLE)
  const sample = Array.from({ length: Math.min(SAMPLE, docCount) }, (_, i) => Math.floor(i * every))
  const { mean, deviation } = spreadOfAll(sample.map(numberOf))
  return (docId) => (numberOf(docId) - mean) / deviation
}
