/** Words with weights, of unit length. A word is represented by its key: see wordKeyOf in text/tokens.ts. */
export type Vector = ReadonlyMap<string, number>

export interface FeedbackVectors {
  /** Papers with the feedback "more like this". */
  more: readonly Vector[]
  less: readonly Vector[]
  /** Keys of words to exclude. */
  removed: ReadonlySet<string>
}

/** The weight of "less" relative to "more": unwanted papers vary more than wanted ones. */
const OF_LESS = 0.25
const MAX_WORDS = 200

/**
 * Rocchio: the mean of the wanted papers minus a share of the mean of the unwanted ones. Keeps only the strongest
 * words, of unit length, strongest first. A negative weight asks for less. Empty without feedback, or if no word is
 * left.
 */
export function profileOf({ more, less, removed }: FeedbackVectors): Vector {
  const sum = new Map<string, number>()
  addMean(sum, more, 1)
  addMean(sum, less, -OF_LESS)
  for (const key of removed) sum.delete(key)
  return strongestWords(sum, MAX_WORDS)
}

/** The words with the largest weights, strongest first, scaled to unit length. */
export function strongestWords(vector: Vector, limit: number): Vector {
  const sorted = [...vector]
    .filter(([, weight]) => weight !== 0)
    .sort(([a, x], [b, y]) => Math.abs(y) - Math.abs(x) || (a < b ? -1 : 1))
  return toUnitLength(new Map(sorted.slice(0, limit)))
}

function addMean(sum: Map<string, number>, vectors: readonly Vector[], factor: number): void {
  for (const vector of vectors)
    for (const [key, weight] of vector) sum.set(key, (sum.get(key) ?? 0) + (factor * weight) / vectors.length)
}

/** A vector of the same direction and of length 1; empty for a zero vector. */
export function toUnitLength(vector: Vector): Vector {
  const length = lengthOf(vector)
  return length > 0 ? new Map([...vector].map(([key, weight]) => [key, weight / length])) : new Map()
}

const lengthOf = (vector: Vector): number => Math.hypot(...vector.values())

/** The cosine similarity of two vectors of unit length, from -1 to 1; 0 if one of them is empty. */
export function cosineSimilarity(profile: Vector, paper: Vector): number {
  const [few, many] = profile.size < paper.size ? [profile, paper] : [paper, profile]
  let sum = 0
  for (const [key, weight] of few) sum += weight * (many.get(key) ?? 0)
  return sum
}
