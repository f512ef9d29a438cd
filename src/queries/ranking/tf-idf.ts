import type { PaperIndex } from '../matching/paper-index.ts'
import { type IndexedTerm, toIndexedTerm } from '../matching/phrase-positions.ts'
import { forEachDoc, INDEXED_FIELDS_OF } from '../matching/program.ts'
import { GAP } from '../matching/segment.ts'
import type { TextLeaf } from '../query.ts'
import { isStopWord, type PaperText } from '../text/tokens.ts'

const lengthOf = (vector: Vector): number => Math.hypot(...vector.values())

/** Inverse document frequency, never below 0. */
const inverseDocumentFrequency = (papers: number, all: number): number =>
  Math.log(1 + (all - papers + 0.5) / (papers + 0.5))

const TITLE = 2
/** Shorter words, and numbers, say little about the subject of a paper. */
const TELLING = /^(?=.*\p{L})..+/u

/**
 * The tf-idf vector of a paper: content words of the abstract and of the title, which counts twice. Rare words weigh
 * more.
 */
export function vectorOf(
  index: PaperIndex,
  docId: number,
  documentFrequency: (key: string) => number,
): Vector {
  const { prose } = index.vocabularies
  const { title, abstract } = index.words(docId)
  const counts = new Map<string, number>()
  const count = (words: Uint32Array, times: number) => {
    for (const word of words) {
      if (word === GAP || !isContentWord(prose.spelling(word))) continue
      const key = prose.keyOf(word)
      counts.set(key, (counts.get(key) ?? 0) + times)
    }
  }
  count(title, TITLE)
  count(abstract, 1)
  return weighed(counts, { documentFrequency, docCount: index.docCount })
}

/** The number of papers, and the number of papers that contain a word, by its key. */
interface DocumentFrequencies {
  docCount: number
  documentFrequency: (key: string) => number
}

/** The same for a paper that may not be in the index. */
export function vectorOfText({ title, abstract }: PaperText, among: DocumentFrequencies): Vector {
  const counts = new Map<string, number>()
  for (const [tokens, times] of [[title.tokens, TITLE] as const, [abstract.tokens, 1] as const])
    for (const { folded, key } of tokens)
      if (isContentWord(folded)) counts.set(key, (counts.get(key) ?? 0) + times)
  return weighed(counts, among)
}

const weighed = (
  counts: ReadonlyMap<string, number>,
  { documentFrequency, docCount }: DocumentFrequencies,
): Vector =>
  toUnitLength(
    new Map(
      [...counts].map(([key, times]) => [
        key,
        (1 + Math.log(times)) * inverseDocumentFrequency(documentFrequency(key), docCount),
      ]),
    ),
  )

/** Whether a word, without accents, describes the subject of a paper. */
export const isContentWord = (word: string): boolean => TELLING.test(word) && !isStopWord(word)

// Robertson and Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond" (2009), 3.6: words in a more
// important field count as if they occurred more often.
const K1 = 1.2
const B = 0.75

/** The weight of a term in each paper that contains it: docIds in no order, without duplicates. */
export interface TermWeights {
  docIds: Uint32Array
  weights: Float32Array
}

/**
 * BM25 over the abstract and the title, which counts twice. Keywords, names and organizations count as separate texts.
 */
export class Bm25 {
  readonly #index: PaperIndex
  #lengths = new Float32Array(0)
  /** How often each paper contains a term during its weighting; 0 otherwise. */
  #counts = new Float32Array(0)
  #version = -1

  constructor(index: PaperIndex) {
    this.#index = index
  }

  /** The weights of a term in the papers of the index, based on its frequency there. */
  weightsOf(leaf: TextLeaf): TermWeights {
    return this.weightsOfTerm(toIndexedTerm(leaf, this.#index.vocabularies), INDEXED_FIELDS_OF[leaf.field])
  }

  weightsOfTerm(term: IndexedTerm, parts: (typeof INDEXED_FIELDS_OF)[TextLeaf['field']]): TermWeights {
    const lengths = this.#refreshed()
    const counts = this.#counts
    const found: number[] = []
    for (const part of parts) {
      const times = part === 'title' ? TITLE : 1
      forEachDoc(this.#index, term, part, (docId, count) => {
        if (counts[docId] === 0) found.push(docId)
        counts[docId]! += count * times
      })
    }
    const rarity = inverseDocumentFrequency(found.length, this.#index.docCount)
    const weights = new Float32Array(found.length)
    for (let i = 0; i < found.length; i++) {
      const docId = found[i]!
      const count = counts[docId]!
      weights[i] = (rarity * count * (K1 + 1)) / (count + K1 * (1 - B + B * lengths[docId]!))
      counts[docId] = 0
    }
    return { docIds: Uint32Array.from(found), weights }
  }

  /** The length of each paper, relative to the mean. */
  #refreshed(): Float32Array {
    if (this.#version === this.#index.version) return this.#lengths
    const lengths = new Float32Array(this.#index.docCount)
    this.#counts = new Float32Array(this.#index.docCount)
    let docId = 0
    for (const [segment] of this.#index.segments()) {
      for (let paper = 0; paper < segment.size; paper++) {
        lengths[docId++] = TITLE * segment.length('title', paper) + segment.length('abstract', paper)
      }
    }
    const mean = lengths.reduce((sum, length) => sum + length, 0) / Math.max(1, lengths.length)
    this.#lengths = lengths.map((length) => length / Math.max(1, mean))
    this.#version = this.#index.version
    return this.#lengths
  }
}

/** Words with weights, of unit length. A word is represented by its key: see wordKeyOf in text/tokens.ts. */
export type Vector = ReadonlyMap<string, number>

interface FeedbackVectors {
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

/** The cosine similarity of two vectors of unit length, from -1 to 1; 0 if one of them is empty. */
export function cosineSimilarity(profile: Vector, paper: Vector): number {
  const [few, many] = profile.size < paper.size ? [profile, paper] : [paper, profile]
  let sum = 0
  for (const [key, weight] of few) sum += weight * (many.get(key) ?? 0)
  return sum
}
