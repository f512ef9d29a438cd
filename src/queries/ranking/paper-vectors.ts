import type { PaperIndex } from '../matching/paper-index.ts'
import { GAP } from '../matching/segment.ts'
import { type LatentSpace, toInt8 } from './latent-space.ts'
import { isContentWord, TITLE } from './tf-idf.ts'

/**
 * How many dimensions say what a text is about: fewer tell subjects apart badly, and with more the scale of the cosine
 * similarity depends on the number of papers.
 */
const MAIN_DIMENSIONS = 64
/** A word whose row was not looked up yet, and one without a row. */
const [UNSEEN, NO_ROW] = [-2, -1]

/**
 * The vectors of the papers of an index in a space, by docId, as bytes: some 130 bytes a paper. The words of a docId
 * never change, so its vector is computed once.
 */
export class PaperVectors {
  readonly space: LatentSpace
  readonly #index: PaperIndex
  #bytes = new Int8Array(0)
  /** What the bytes are multiplied by; 0 for a paper without known words. */
  #scales = new Float32Array(0)
  /** The length of the bytes of the main dimensions; 0 for a paper without known words. */
  #mainLengths = new Float32Array(0)
  #count = 0
  /** The row of each word of the index. */
  #rows = new Int32Array(0)

  constructor(space: LatentSpace, index: PaperIndex) {
    this.space = space
    this.#index = index
  }

  /** The number of docIds with a vector. */
  get count(): number {
    return this.#count
  }

  /** Adds up to `most` of the papers that the index has and that have no vector. Returns whether all have one now. */
  addNew(most = Number.POSITIVE_INFINITY): boolean {
    const { docCount } = this.#index
    this.#reserve()
    const end = Math.min(this.#count + most, docCount)
    for (; this.#count < end; this.#count++) this.#add(this.#count)
    return this.#count === docCount
  }

  #reserve(): void {
    const { docCount, vocabularies } = this.#index
    const { dimensions } = this.space
    if (this.#scales.length < docCount) {
      const room = Math.ceil(docCount * 1.1)
      this.#scales = enlarged(new Float32Array(room), this.#scales)
      this.#mainLengths = enlarged(new Float32Array(room), this.#mainLengths)
      this.#bytes = enlarged(new Int8Array(room * dimensions), this.#bytes)
    }
    if (this.#rows.length < vocabularies.prose.size) {
      const room = Math.ceil(vocabularies.prose.size * 1.1)
      this.#rows = enlarged(new Int32Array(room).fill(UNSEEN), this.#rows)
    }
  }

  #add(docId: number): void {
    const { title, abstract } = this.#index.words(docId)
    const counts = new Map<number, number>()
    for (const [words, times] of [[title, TITLE] as const, [abstract, 1] as const]) {
      for (const word of words) {
        const row = this.#rowOf(word)
        if (row !== NO_ROW) counts.set(row, (counts.get(row) ?? 0) + times)
      }
    }
    const vector = this.space.projectRows([...counts.keys()], [...counts.values()])
    if (!vector) return
    const { bytes, scale } = toInt8(vector)
    this.#bytes.set(bytes, docId * this.space.dimensions)
    this.#scales[docId] = scale
    this.#mainLengths[docId] = Math.hypot(...bytes.subarray(0, this.mainDimensions))
  }

  #rowOf(word: number): number {
    const known = this.#rows[word]!
    if (known !== UNSEEN) return known
    const { prose } = this.#index.vocabularies
    const isKnown = word !== GAP && isContentWord(prose.spelling(word))
    const row = (isKnown ? this.space.rowOf(prose.keyOf(word)) : undefined) ?? NO_ROW
    this.#rows[word] = row
    return row
  }

  /** The cosine similarity of a unit vector to a paper, by docId; 0 for one that was not added yet. */
  cosine(vector: Float32Array, docId: number): number {
    if (docId >= this.#count) return 0
    const { dimensions } = this.space
    const bytes = this.#bytes
    const start = docId * dimensions
    let sum = 0
    for (let d = 0; d < dimensions; d++) sum += vector[d]! * bytes[start + d]!
    return sum * this.#scales[docId]!
  }

  get mainDimensions(): number {
    return Math.min(MAIN_DIMENSIONS, this.space.dimensions)
  }

  /** The cosine similarity of a unit vector of the main dimensions to a paper there; 0 for one that was not added yet. */
  mainCosine(vector: Float32Array, docId: number): number {
    const length = this.#mainLengths[docId] ?? 0
    if (length === 0) return 0
    const bytes = this.#bytes
    const start = docId * this.space.dimensions
    let sum = 0
    for (let d = 0; d < vector.length; d++) sum += vector[d]! * bytes[start + d]!
    return sum / length
  }

  /** Adds the unit vector of a paper in the main dimensions, with a weight of either sign. */
  addMain(into: Float32Array, docId: number, weight: number): void {
    const length = this.#mainLengths[docId] ?? 0
    if (length === 0) return
    const start = docId * this.space.dimensions
    for (let d = 0; d < into.length; d++) into[d]! += (weight / length) * this.#bytes[start + d]!
  }
}

function enlarged<A extends Int8Array | Int32Array | Float32Array>(larger: A, array: A): A {
  larger.set(array)
  return larger
}
