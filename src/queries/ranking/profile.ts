/** Words and their weights, of unit length; a word stands as its key, as keyOf of text/tokens.ts makes it. */
export type Vector = ReadonlyMap<string, number>

export interface FeedbackVectors {
  /** Papers of which somebody wants more, and those of which they want less. */
  more: readonly Vector[]
  less: readonly Vector[]
  /** Words that stay out. */
  removed: ReadonlySet<string>
}

/** How much less counts beside more: what is unwanted has many faces, what is wanted has few. */
const OF_LESS = 0.25
const MAX_WORDS = 200

/**
 * Rocchio: what the wanted papers share, less a part of what the unwanted ones do. The strongest words alone, of unit
 * length, strongest first; a weight below zero asks for less. Empty where there is no opinion, or nothing is left.
 */
export function profileOf({ more, less, removed }: FeedbackVectors): Vector {
  const sum = new Map<string, number>()
  addMean(sum, more, 1)
  addMean(sum, less, -OF_LESS)
  for (const key of removed) sum.delete(key)
  return strongestWords(sum, MAX_WORDS)
}

/** The words that weigh most, strongest first, of unit length. */
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

/** The same direction, of length 1; what has no length comes back empty. */
export function toUnitLength(vector: Vector): Vector {
  const length = lengthOf(vector)
  return length > 0 ? new Map([...vector].map(([key, weight]) => [key, weight / length])) : new Map()
}

const lengthOf = (vector: Vector): number => Math.hypot(...vector.values())

/** The cosine of two vectors of unit length, from -1 to 1: how much a paper is like what is wanted. 0 where either is empty. */
export function cosineSimilarity(profile: Vector, paper: Vector): number {
  const [few, many] = profile.size < paper.size ? [profile, paper] : [paper, profile]
  let sum = 0
  for (const [key, weight] of few) sum += weight * (many.get(key) ?? 0)
  return sum
}
