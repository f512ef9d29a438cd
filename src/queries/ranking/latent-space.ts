/** Words of a text, by their keys, with the number of occurrences: see wordCounts. */
export type WordCounts = ReadonlyMap<string, number>

interface SpaceData {
  words: readonly string[]
  dimensions: number
  /** `dimensions` numbers a row, multiplied by the scale of their row. */
  vectors: Int8Array
  scales: Float32Array
  strengths: Float32Array
}

const MAX_INT8 = 127
export const MAX_WORD_COUNT = 255

/** The weight of a word that occurs `count` times, up to MAX_WORD_COUNT. */
export const LOG_COUNT = Float32Array.from({ length: MAX_WORD_COUNT + 1 }, (_, count) =>
  count === 0 ? 0 : 1 + Math.log(count),
)

/**
 * Latent semantic analysis (Deerwester et al. 1990): words that occur in similar papers have similar vectors, and a
 * text is the weighted sum of its words.
 */
export class LatentSpace {
  readonly dimensions: number
  /** The key of the word of each row. */
  readonly words: readonly string[]
  /** The singular value of each dimension, descending. */
  readonly strengths: Float32Array
  readonly #rows: ReadonlyMap<string, number>
  readonly #data: SpaceData

  constructor(data: SpaceData) {
    this.dimensions = data.dimensions
    this.words = data.words
    this.strengths = data.strengths
    this.#data = data
    this.#rows = new Map(data.words.map((word, row) => [word, row]))
  }

  /** The row of a word, by its key; undefined for an unknown word. */
  rowOf = (key: string): number | undefined => this.#rows.get(key)

  /** The unit vector of a text, [dimensions]; null if it contains no known word. */
  project(counts: WordCounts): Float32Array | null {
    const rows: number[] = []
    const times: number[] = []
    for (const [key, count] of counts) {
      const row = this.#rows.get(key)
      if (row === undefined) continue
      rows.push(row)
      times.push(count)
    }
    return this.projectRows(rows, times)
  }

  /** The unit vector of a text, from the rows of its distinct words and their counts. */
  projectRows(rows: ArrayLike<number>, counts: ArrayLike<number>): Float32Array | null {
    return this.#direction(rows, (i) => LOG_COUNT[Math.min(MAX_WORD_COUNT, counts[i]!)]!)
  }

  /** The unit vector of words, by their keys, with weights of either sign; null if none has a row. */
  directionOf(weights: ReadonlyMap<string, number>): Float32Array | null {
    const known = [...weights].filter(([key]) => this.#rows.has(key))
    const rows = known.map(([key]) => this.#rows.get(key)!)
    return this.#direction(rows, (i) => known[i]![1])
  }

  #direction(rows: ArrayLike<number>, weightOf: (i: number) => number): Float32Array | null {
    const { dimensions, vectors, scales } = this.#data
    const sum = new Float32Array(dimensions)
    for (let i = 0; i < rows.length; i++) {
      const row = rows[i]!
      const weight = scales[row]! * weightOf(i)
      const start = row * dimensions
      for (let d = 0; d < dimensions; d++) sum[d]! += weight * vectors[start + d]!
    }
    const length = Math.hypot(...sum)
    return length > 0 ? sum.map((value) => value / length) : null
  }

  /** A header in JSON with its length in front, then strengths, scales and vectors, little-endian. */
  encode(): Buffer<ArrayBuffer> {
    const { words, dimensions, vectors, scales, strengths } = this.#data
    const header = Buffer.from(JSON.stringify({ words, dimensions }))
    const length = Buffer.alloc(4)
    length.writeUInt32LE(header.length)
    const bytes = ({ buffer, byteOffset, byteLength }: Float32Array | Int8Array) =>
      new Uint8Array(buffer, byteOffset, byteLength)
    return Buffer.concat([length, header, bytes(strengths), bytes(scales), bytes(vectors)])
  }

  static decode(encoded: Uint8Array): LatentSpace {
    const buffer = Buffer.from(encoded)
    const start = 4 + buffer.readUInt32LE()
    const { words, dimensions } = JSON.parse(buffer.toString('utf8', 4, start)) as SpaceData
    const numbers = buffer.buffer.slice(buffer.byteOffset + start, buffer.byteOffset + buffer.length)
    const strengths = new Float32Array(numbers, 0, dimensions)
    const scales = new Float32Array(numbers, strengths.byteLength, words.length)
    const vectors = new Int8Array(numbers, strengths.byteLength + scales.byteLength)
    return new LatentSpace({ words, dimensions, vectors, scales, strengths })
  }
}

/** A vector as bytes, to be multiplied by `scale`. */
export function toInt8(vector: Float32Array): { bytes: Int8Array; scale: number } {
  const largest = vector.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
  const scale = largest / MAX_INT8 || 1
  return { bytes: Int8Array.from(vector, (value) => Math.round(value / scale)), scale }
}
