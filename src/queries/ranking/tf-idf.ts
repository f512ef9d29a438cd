import type { PaperIndex } from '../matching/paper-index.ts'
import { type IndexedTerm, toIndexedTerm } from '../matching/phrase-positions.ts'
import { forEachDoc, INDEXED_FIELDS_OF } from '../matching/program.ts'
import { GAP } from '../matching/segment.ts'
import type { TextLeaf } from '../query.ts'
import { isStopWord, type PaperText } from '../text/tokens.ts'
import { toUnitLength, type Vector } from './profile.ts'

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
