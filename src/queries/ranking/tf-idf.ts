import { LruCache } from '../../core/lru-cache.ts'
import { memoize, memoizeByObject } from '../../core/memoize.ts'
import { type PaperIndex, untilChange } from '../matching/paper-index.ts'
import { type IndexedTerm, keyToIndexedTerm } from '../matching/phrase-positions.ts'
import { addCounts, type INDEXED_FIELDS_OF } from '../matching/program.ts'
import { Tally } from '../matching/tally.ts'
import type { Vocabulary } from '../matching/vocabulary.ts'
import type { TextLeaf } from '../query.ts'
import { isStopWord, type Token } from '../text/tokens.ts'
import type { WordCounts } from './latent-space.ts'

/** Inverse document frequency, never below 0. */
export const inverseDocumentFrequency = (papers: number, all: number): number =>
  Math.log(1 + (all - papers + 0.5) / (papers + 0.5))

/** How often a word of a title counts. */
export const TITLE = 2
const COUNTED = [['title', TITLE] as const, ['abstract', 1] as const]
/** Shorter words, and numbers, say little about the subject of a paper. */
const TELLING = /^(?=.*\p{L})..+/u

/** The words of a paper, for its vector. */
export type PaperTokens = Record<'title' | 'abstract', { tokens: readonly Pick<Token, 'folded' | 'key'>[] }>

/**
 * The tf-idf vector of a paper, of unit length: content words of the abstract and of the title, which counts twice.
 * Rare words weigh more.
 */
export function vectorOf({ frequencies, docCount }: PaperIndex, counts: WordCounts): Vector {
  const weighed = Array.from(counts, ([key, times]): [string, number] => [
    key,
    tfIdf(times, frequencies.ofKey(key), docCount),
  ])
  return toUnitLength(new Map(weighed))
}

const tfIdf = (times: number, papers: number, all: number): number =>
  (1 + Math.log(times)) * inverseDocumentFrequency(papers, all)

/** How often each content word of a paper occurs, by its key; a word of the title counts twice. */
export function wordCounts(paper: PaperTokens): Map<string, number> {
  const counts = new Map<string, number>()
  for (const [part, times] of COUNTED)
    for (const { folded, key } of paper[part].tokens)
      if (isContentWord(folded)) counts.set(key, (counts.get(key) ?? 0) + times)
  return counts
}

/** The word counts of a paper of an index, by the id of the first spelling of each key. */
function indexedWordCounts(index: PaperIndex, docId: number): Map<number, number> {
  const contentWord = contentWords(index.vocabularies.prose)
  const counts = new Map<number, number>()
  for (const [part, times] of COUNTED) {
    for (const number of index.text(docId, part)) {
      const word = contentWord(number)
      if (word !== 0) counts.set(word, (counts.get(word) ?? 0) + times)
    }
  }
  return counts
}

/** The id of the first spelling with the key of a content word; 0 for other words. */
const contentWords = memoizeByObject((prose: Vocabulary) =>
  memoize((word: number) => (isContentWord(prose.spelling(word)) ? prose.firstOf(word) : 0)),
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

type IndexedFields = (typeof INDEXED_FIELDS_OF)[TextLeaf['field']]

/**
 * The weights of a term in the papers of the index, based on its frequency there: BM25 over the abstract and the title,
 * which counts twice. Keywords, names and organizations count as separate texts.
 */
export function bm25(index: PaperIndex, term: IndexedTerm, parts: IndexedFields): TermWeights {
  const lengths = relativeLengths(index)
  const tally = emptyTally(index)
  for (const part of parts) addCounts(index, term, part, { times: part === 'title' ? TITLE : 1, tally })
  const { docIds, counts } = tally.take()
  const rarity = inverseDocumentFrequency(docIds.length, index.docCount)
  for (let i = 0; i < counts.length; i++) {
    counts[i] = rarity * saturated(counts[i]!, lengths[docIds[i]!]!)
  }
  return { docIds, weights: counts }
}

/** What `count` occurrences weigh in a paper of this length, relative to the mean. */
const saturated = (count: number, length: number): number =>
  (count * (K1 + 1)) / (count + K1 * (1 - B + B * length))

/**
 * The sum of what `bm25` gives to words of titles and abstracts, each as often as it is counted, by docId. Valid until
 * the next call.
 */
export function bm25Scorer(index: PaperIndex, counts: WordCounts): (docId: number) => number {
  const lengths = relativeLengths(index)
  const { prose } = index.vocabularies
  const { places, used } = placesOfWords(index)
  for (const word of used.splice(0)) places[word] = 0
  const weights = Array.from(counts, ([key, count], place) => {
    for (const word of prose.spellingsOf(key)) {
      places[word] = place + 1
      used.push(word)
    }
    return count * inverseDocumentFrequency(index.frequencies.ofKey(key), index.docCount)
  })
  const found = new Float32Array(weights.length)
  return (docId) => {
    const seen: number[] = []
    for (const [part, times] of COUNTED) {
      const words = index.text(docId, part)
      for (let i = 0; i < words.length; i++) {
        const place = (places[words[i]!] ?? 0) - 1
        if (place < 0) continue
        if (found[place] === 0) seen.push(place)
        found[place]! += times
      }
    }
    let sum = 0
    for (const place of seen) {
      sum += weights[place]! * saturated(found[place]!, lengths[docId]!)
      found[place] = 0
    }
    return sum
  }
}

/** The place of each word in a text, by its id, plus 1. For one text at a time. */
const placesOfWords = untilChange(({ vocabularies: { prose } }) => ({
  places: new Uint16Array(prose.size),
  used: [] as number[],
}))

/** In weights, at 8 bytes each; a word takes about as much as 64 besides. */
const MAX_CACHED = 2_000_000
const OF_ENTRY = 64

const cachedWeights = untilChange(
  () => new LruCache<string, TermWeights>(MAX_CACHED, ({ docIds }) => docIds.length + OF_ENTRY),
)

/** The weights of a word of titles and abstracts, by its key. */
export function bm25OfKey(index: PaperIndex, key: string): TermWeights {
  const cached = cachedWeights(index)
  const weigh = () => bm25(index, keyToIndexedTerm(key, index.vocabularies), ['title', 'abstract'])
  return cached.get(key) ?? cached.set(key, weigh())
}

/** Used by one term at a time. */
export const emptyTally = untilChange((index) => new Tally(index.docCount))

/** The length of each paper, relative to the mean. */
const relativeLengths = untilChange((index) => {
  const lengths = new Float32Array(index.docCount)
  for (const [segment, first] of index.segments()) {
    for (let paper = 0; paper < segment.size; paper++) {
      lengths[first + paper] = TITLE * segment.length('title', paper) + segment.length('abstract', paper)
    }
  }
  const mean = lengths.reduce((sum, length) => sum + length, 0) / Math.max(1, lengths.length)
  return lengths.map((length) => length / Math.max(1, mean))
})

/** Words with weights, of unit length. A word is represented by its key: see wordKeyOf in text/tokens.ts. */
export type Vector = ReadonlyMap<string, number>

/** The words with the largest weights, strongest first, scaled to unit length. */
export function strongestWords(vector: Vector, limit: number): Vector {
  const sorted = [...vector]
    .filter(([, weight]) => weight !== 0)
    .sort(([a, x], [b, y]) => Math.abs(y) - Math.abs(x) || (a < b ? -1 : 1))
  return toUnitLength(new Map(sorted.slice(0, limit)))
}

/** A vector of the same direction and of length 1; empty for a zero vector. */
export function toUnitLength(vector: Vector): Vector {
  const length = Math.hypot(...vector.values())
  return length > 0 ? new Map([...vector].map(([key, weight]) => [key, weight / length])) : new Map()
}

/** The cosine similarity of a vector and a paper of an index, without making the vector of the paper. */
export function cosineTo(index: PaperIndex, docId: number, vector: Vector): number {
  const { docCount, frequencies, vocabularies } = index
  let [product, squares] = [0, 0]
  for (const [word, times] of indexedWordCounts(index, docId)) {
    const weight = tfIdf(times, frequencies.of(word), docCount)
    product += weight * (vector.get(vocabularies.prose.keyOf(word)) ?? 0)
    squares += weight ** 2
  }
  return product / (Math.sqrt(squares) || 1)
}
