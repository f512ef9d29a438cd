import { LatentSpace, LOG_COUNT, MAX_WORD_COUNT, toInt8, type WordCounts } from './latent-space.ts'

export interface SpaceOptions {
  dimensions?: number
  /** Rarer words are left out. */
  minPapers?: number
}

const DIMENSIONS = 128
const MIN_PAPERS = 3
/** The most common words: others are in too few papers to be similar to anything. */
const MAX_WORDS = 50_000
const OVERSAMPLING = 12
const ITERATIONS = 4
/** Of a Uint32 with a word and its count, the bits of the count. */
const COUNT_BITS = 8

/**
 * Learns a space from papers. Deterministic: the same papers in the same order give the same space. Memory: some 450
 * bytes a paper, and 60 MB.
 */
export class SpaceLearner {
  readonly #numbers = new Map<string, number>()
  readonly #papersWith: number[] = []
  /** The words of each paper with their counts. */
  readonly #papers: Uint32Array[] = []

  add(counts: WordCounts): void {
    const paper = new Uint32Array(counts.size)
    let i = 0
    for (const [key, count] of counts) {
      const number = this.#numbers.get(key) ?? this.#numbers.size
      this.#numbers.set(key, number)
      this.#papersWith[number] = (this.#papersWith[number] ?? 0) + 1
      paper[i++] = (number << COUNT_BITS) | Math.min(MAX_WORD_COUNT, count)
    }
    this.#papers.push(paper)
  }

  /** Call it once: it reuses the memory of the papers. */
  learn({ dimensions = DIMENSIONS, minPapers = MIN_PAPERS }: SpaceOptions = {}): LatentSpace {
    const papersWith = this.#papersWith
    const kept = [...this.#numbers]
      .filter(([, number]) => papersWith[number]! >= minPapers)
      .sort(([a, x], [b, y]) => papersWith[y]! - papersWith[x]! || (a < b ? -1 : 1))
      .slice(0, MAX_WORDS)
    const rowOf = new Int32Array(papersWith.length).fill(-1)
    kept.forEach(([, number], row) => {
      rowOf[number] = row
    })
    const all = this.#papers.length
    const rarity = Float32Array.from(kept, ([, number]) => Math.log((1 + all) / papersWith[number]!))
    const papers = this.#papers.map((paper) => toRows(paper, rowOf))
    const matrix = { papers, rarity, norms: normsOf(papers, rarity) }
    const { vectors, strengths } = principalDirections(matrix, Math.min(dimensions, kept.length, all))
    return new LatentSpace({
      words: kept.map(([key]) => key),
      ...quantized(vectors, rarity, strengths.length),
      strengths,
    })
  }
}

/** Replaces the numbers of words by their rows, in place, and drops the other words. */
function toRows(paper: Uint32Array, rowOf: Int32Array): Uint32Array {
  let length = 0
  for (const packed of paper) {
    const row = rowOf[packed >>> COUNT_BITS]!
    if (row >= 0) paper[length++] = (row << COUNT_BITS) | (packed & MAX_WORD_COUNT)
  }
  return paper.subarray(0, length)
}

/** The papers × words matrix, sparse, with rows of unit length. */
interface PaperMatrix {
  /** Words with their counts. */
  papers: readonly Uint32Array[]
  /** The inverse document frequency of each word. */
  rarity: Float32Array
  /** What divides the weights of each paper. */
  norms: Float32Array
}

const weightOf = (packed: number, rarity: Float32Array): number =>
  LOG_COUNT[packed & MAX_WORD_COUNT]! * rarity[packed >>> COUNT_BITS]!

const normsOf = (papers: readonly Uint32Array[], rarity: Float32Array): Float32Array =>
  Float32Array.from(papers, (paper) => {
    let sum = 0
    for (const packed of paper) sum += weightOf(packed, rarity) ** 2
    return Math.sqrt(sum) || 1
  })

/**
 * The first right singular vectors, [words × columns], and singular values of A: randomised subspace iteration on AᵀA
 * (Halko, Martinsson and Tropp 2011, algorithm 4.4).
 */
function principalDirections(matrix: PaperMatrix, dimensions: number) {
  const words = matrix.rarity.length
  const columns = Math.min(dimensions + OVERSAMPLING, words)
  const random = seededRandom()
  let basis = Float32Array.from({ length: words * columns }, () => random() - 0.5)
  let squares = new Float64Array(columns)
  for (let i = 0; i < ITERATIONS; i++) {
    const product = multiplyByGram(matrix, basis, columns)
    squares = orthonormalize(product, columns)
    basis = product
  }
  const vectors = new Float32Array(words * dimensions)
  for (let row = 0; row < words; row++)
    vectors.set(basis.subarray(row * columns, row * columns + dimensions), row * dimensions)
  // The product was AᵀA times an orthonormal basis.
  return {
    vectors,
    strengths: Float32Array.from(squares.subarray(0, dimensions), (square) => square ** 0.25),
  }
}

/** AᵀA times a matrix of `columns` columns. */
function multiplyByGram({ papers, rarity, norms }: PaperMatrix, basis: Float32Array, columns: number) {
  const product = new Float32Array(basis.length)
  const sum = new Float64Array(columns)
  for (let i = 0; i < papers.length; i++) {
    const paper = papers[i]!
    sum.fill(0)
    for (let n = 0; n < paper.length; n++) {
      const weight = weightOf(paper[n]!, rarity)
      const start = (paper[n]! >>> COUNT_BITS) * columns
      for (let c = 0; c < columns; c++) sum[c]! += weight * basis[start + c]!
    }
    const square = norms[i]! ** 2
    for (let n = 0; n < paper.length; n++) {
      const weight = weightOf(paper[n]!, rarity) / square
      const start = (paper[n]! >>> COUNT_BITS) * columns
      for (let c = 0; c < columns; c++) product[start + c]! += weight * sum[c]!
    }
  }
  return product
}

/**
 * Replaces a matrix M by its left singular vectors, strongest first, and returns its squared singular values: those
 * are the eigenvalues of MᵀM. A direction without strength becomes 0.
 */
function orthonormalize(matrix: Float32Array, columns: number): Float64Array<ArrayBuffer> {
  const gram = new Float64Array(columns * columns)
  for (let start = 0; start < matrix.length; start += columns) {
    for (let a = 0; a < columns; a++) {
      const value = matrix[start + a]!
      if (value === 0) continue
      for (let b = a; b < columns; b++) gram[a * columns + b]! += value * matrix[start + b]!
    }
  }
  const { values, vectors } = symmetricEigen(gram, columns)
  const least = values[0]! * 1e-12
  const factors = values.map((value) => (value > least ? 1 / Math.sqrt(value) : 0))
  const row = new Float64Array(columns)
  for (let start = 0; start < matrix.length; start += columns) {
    row.fill(0)
    for (let a = 0; a < columns; a++) {
      const value = matrix[start + a]!
      if (value === 0) continue
      for (let b = 0; b < columns; b++) row[b]! += value * vectors[a * columns + b]!
    }
    for (let b = 0; b < columns; b++) matrix[start + b] = row[b]! * factors[b]!
  }
  return values
}

const MAX_SWEEPS = 30

/**
 * The eigenvalues of a symmetric matrix, descending, and its eigenvectors as columns: cyclic Jacobi rotations (Golub
 * and Van Loan, 8.5). Reads the upper half.
 */
function symmetricEigen(upper: Float64Array, size: number) {
  const a = upper.slice()
  for (let i = 0; i < size; i++) for (let j = 0; j < i; j++) a[i * size + j] = a[j * size + i]!
  // Rows are eigenvectors until the end, so that the inner loops read adjacent numbers.
  const rows = new Float64Array(size * size)
  for (let i = 0; i < size; i++) rows[i * size + i] = 1
  for (let sweep = 0; sweep < MAX_SWEEPS && rotateAll(a, rows, size); sweep++);
  const order = [...Array(size).keys()].sort((i, j) => a[j * size + j]! - a[i * size + i]!)
  const vectors = new Float64Array(size * size)
  order.forEach((from, to) => {
    for (let i = 0; i < size; i++) vectors[i * size + to] = rows[from * size + i]!
  })
  return { values: Float64Array.from(order, (i) => Math.max(0, a[i * size + i]!)), vectors }
}

/** One sweep over all pairs. Returns whether a rotation was needed. */
function rotateAll(a: Float64Array, rows: Float64Array, size: number): boolean {
  let isRotated = false
  for (let p = 0; p < size; p++) {
    for (let q = p + 1; q < size; q++) {
      const off = a[p * size + q]!
      const [pp, qq] = [a[p * size + p]!, a[q * size + q]!]
      if (Math.abs(off) <= 1e-13 * Math.sqrt(Math.abs(pp * qq)) || off === 0) continue
      isRotated = true
      const theta = (qq - pp) / (2 * off)
      const t = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1))
      const cosine = 1 / Math.sqrt(t * t + 1)
      const sine = t * cosine
      for (let i = 0; i < size; i++) {
        const [ip, iq] = [a[i * size + p]!, a[i * size + q]!]
        a[i * size + p] = cosine * ip - sine * iq
        a[i * size + q] = sine * ip + cosine * iq
      }
      rotateRows(a, { p, q, cosine, sine, size })
      rotateRows(rows, { p, q, cosine, sine, size })
    }
  }
  return isRotated
}

interface Rotation {
  p: number
  q: number
  cosine: number
  sine: number
  size: number
}

function rotateRows(matrix: Float64Array, { p, q, cosine, sine, size }: Rotation): void {
  for (let i = 0; i < size; i++) {
    const [pi, qi] = [matrix[p * size + i]!, matrix[q * size + i]!]
    matrix[p * size + i] = cosine * pi - sine * qi
    matrix[q * size + i] = sine * pi + cosine * qi
  }
}

/** The vectors of words, weighed by their rarity, as bytes. */
function quantized(vectors: Float32Array, rarity: Float32Array, dimensions: number) {
  const bytes = new Int8Array(vectors.length)
  const scales = Float32Array.from(rarity, (weight, row) => {
    const vector = vectors.subarray(row * dimensions, (row + 1) * dimensions)
    const { bytes: own, scale } = toInt8(vector)
    bytes.set(own, row * dimensions)
    return weight * scale
  })
  return { dimensions, vectors: bytes, scales }
}

/** Marsaglia's xorshift with a fixed seed: numbers from 0 to 1. */
function seededRandom(): () => number {
  let state = 0x9e3779b9
  return () => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 0) / 2 ** 32
  }
}
