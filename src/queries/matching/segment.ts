import type { Paper } from '../../papers/paper.ts'
import { plainTextsOf } from '../../papers/plain-paper.ts'
import { hideAvailability } from '../text/availability.ts'
import { wordsIn } from '../text/tokens.ts'
import { type Bits, hasBit, setBit } from './bits.ts'
import type { Tally } from './tally.ts'
import type { Vocabularies, Vocabulary } from './vocabulary.ts'

/** Not a word: separates two texts of a paper, so that no phrase spans both; also replaces words that are not indexed. */
export const GAP = 0

/**
 * How many words of prose a paper may add to the vocabulary of an index: words that no paper indexed before has, in the
 * order of title, abstract and keywords. Further ones are not indexed, so that random words do not fill the memory; a
 * later paper with one of them has it. 7,298 real papers add 55 at most.
 */
const MAX_NEW_WORDS = 150
/** The first papers of an index, for which every word is new, may fill a vocabulary up to this size. */
const FIRST_WORDS = 5000

/** The searchable parts of a paper. */
const INDEXED_FIELDS = ['title', 'abstract', 'keyword', 'org', 'author'] as const

/** Fits into the 8 bits of a posting. */
export const MAX_COUNT = 255

interface PostingsData {
  /** Word ids, ascending. */
  words: Uint32Array
  /** The papers of the word at i are in `papers` from starts[i] to starts[i + 1], ascending. */
  starts: Uint32Array
  papers: Uint16Array
  /** The number of occurrences, up to `MAX_COUNT`. */
  counts: Uint8Array
}

function postingsOf({ words: sequence, ends }: Texts): PostingsData {
  const size = sequence.reduce((max, word) => Math.max(max, word), 0) + 1
  // By word id: the number of papers, then the place of the next one; and the last paper that contains the word, from 1.
  const [places, last] = [new Uint32Array(size), new Uint32Array(size)]
  for (let i = 0, paper = 0; i < sequence.length; i++) {
    while (i >= ends[paper]!) paper++
    const word = sequence[i]!
    if (last[word] !== paper + 1) places[word]!++
    last[word] = paper + 1
  }
  places[GAP] = 0
  let distinct = 0
  for (const papers of places) if (papers > 0) distinct++
  const words = new Uint32Array(distinct)
  for (let word = 0, i = 0; word < size; word++) if (places[word]! > 0) words[i++] = word
  const starts = new Uint32Array(words.length + 1)
  words.forEach((word, i) => {
    starts[i + 1] = starts[i]! + places[word]!
    places[word] = starts[i]!
  })
  const count = starts.at(-1)!
  const [papers, counts] = [new Uint16Array(count), new Uint8Array(count)]
  last.fill(0)
  for (let i = 0, paper = 0; i < sequence.length; i++) {
    while (i >= ends[paper]!) paper++
    const word = sequence[i]!
    if (word === GAP) continue
    if (last[word] !== paper + 1) papers[places[word]!++] = paper
    last[word] = paper + 1
    const at = places[word]! - 1
    counts[at] = Math.min(MAX_COUNT, counts[at]! + 1)
  }
  return { words, starts, papers, counts }
}

const BLOCK_BITS = 5

/** The postings of one part of a segment's papers. A paper is identified by its index in the segment. */
export class Postings {
  readonly #data: PostingsData
  /** For each 32 word ids, the index of the first word that has one of them or a higher one. */
  readonly #blocks: Uint32Array

  constructor(data: PostingsData) {
    this.#data = data
    const { words } = data
    this.#blocks = new Uint32Array(((words.at(-1) ?? 0) >>> BLOCK_BITS) + 2).fill(words.length)
    for (let i = words.length - 1; i >= 0; i--) this.#blocks[words[i]! >>> BLOCK_BITS] = i
    for (let block = this.#blocks.length - 2; block >= 0; block--)
      this.#blocks[block] = Math.min(this.#blocks[block]!, this.#blocks[block + 1]!)
  }

  /** Calls back with each paper that contains a word, or with those of a set, and the number of occurrences. */
  forEach(word: number, work: (paper: number, count: number) => void, among?: Readonly<Bits>): void {
    const at = this.#indexOf(word)
    if (at < 0) return
    const { starts, papers, counts } = this.#data
    for (let i = starts[at]!, end = starts[at + 1]!; i < end; i++)
      if (!among || hasBit(among, papers[i]!)) work(papers[i]!, counts[i]!)
  }

  /** Adds the papers that contain a word to a set. */
  addTo(set: Bits, word: number): void {
    const at = this.#indexOf(word)
    if (at < 0) return
    const { starts, papers } = this.#data
    for (let i = starts[at]!, end = starts[at + 1]!; i < end; i++) setBit(set, papers[i]!)
  }

  /** Adds the occurrences of a word, times a weight, for papers with docIds from `first` on. */
  addCounts(word: number, { first, times, tally }: { first: number; times: number; tally: Tally }): void {
    const at = this.#indexOf(word)
    if (at < 0) return
    const { starts, papers, counts } = this.#data
    for (let i = starts[at]!, end = starts[at + 1]!; i < end; i++)
      tally.add(first + papers[i]!, counts[i]! * times)
  }

  /** The number of papers that contain a word. */
  documentFrequency(word: number): number {
    const at = this.#indexOf(word)
    return at < 0 ? 0 : this.#data.starts[at + 1]! - this.#data.starts[at]!
  }

  #indexOf(word: number): number {
    const { words } = this.#data
    const block = word >>> BLOCK_BITS
    const first = this.#blocks[block] ?? 0
    // Where all words of the block are in the segment, it is here, and otherwise before.
    let at = Math.min(first + (word & (2 ** BLOCK_BITS - 1)), (this.#blocks[block + 1] ?? 0) - 1)
    while (at >= first && words[at]! > word) at--
    return at >= first && words[at] === word ? at : -1
  }

  get bytes(): number {
    return Object.values(this.#data).reduce((sum, { byteLength }) => sum + byteLength, 0)
  }
}

/** The maximum number of papers in a segment: their indexes fit into the 16 bits of a posting. */
export const SEGMENT_SIZE = 4096

const ofEachField = <T>(make: (part: IndexedField) => T) =>
  Object.fromEntries(INDEXED_FIELDS.map((part) => [part, make(part)])) as Record<IndexedField, T>

/** An immutable block of papers: for each part, its words in sequence and its postings. */
export class Segment {
  readonly size: number
  readonly #postings: Record<IndexedField, Postings>
  readonly #texts: Record<IndexedField, Texts>

  constructor(papers: readonly PaperWords[]) {
    this.size = papers.length
    const texts = ofEachField((part) => textsOf(papers.map((words) => words[part])))
    this.#texts = texts
    this.#postings = ofEachField((part) => new Postings(postingsOf(texts[part])))
  }

  postings = (part: IndexedField): Postings => this.#postings[part]

  texts = (part: IndexedField): Texts => this.#texts[part]

  /** The words of a part of a paper. */
  text(part: IndexedField, paper: number): Uint32Array {
    const { words, ends } = this.#texts[part]
    return words.subarray(paper === 0 ? 0 : ends[paper - 1], ends[paper])
  }

  /** The number of words in a part of a paper. */
  length(part: IndexedField, paper: number): number {
    const { ends } = this.#texts[part]
    return ends[paper]! - (paper === 0 ? 0 : ends[paper - 1]!)
  }

  words = (paper: number): PaperWords => ofEachField((part) => this.text(part, paper))

  get bytes(): number {
    return INDEXED_FIELDS.reduce((sum, part) => {
      const { words, ends } = this.#texts[part]
      return sum + words.byteLength + ends.byteLength + this.#postings[part].bytes
    }, 0)
  }
}

export interface Texts {
  /** The words of all papers in sequence. */
  words: Uint32Array
  /** The end of each paper's words. */
  ends: Uint32Array
}

function textsOf(texts: readonly Uint32Array[]): Texts {
  const ends = new Uint32Array(texts.length)
  let end = 0
  texts.forEach((text, i) => {
    end += text.length
    ends[i] = end
  })
  const words = new Uint32Array(end)
  texts.forEach((text, i) => {
    words.set(text, ends[i]! - text.length)
  })
  return { words, ends }
}

export type IndexedField = (typeof INDEXED_FIELDS)[number]

/** The word ids of each part of a paper, with a gap between the texts of a part. */
export type PaperWords = Record<IndexedField, Uint32Array>

/** Tokenizes a paper in the same way as `toPaperText`. */
export function paperWordsOf(paper: Paper, { prose, names }: Vocabularies): PaperWords {
  const { title, abstract, authors, keywords, organization } = plainTextsOf(paper)
  const maxSize = Math.max(prose.size, FIRST_WORDS) + MAX_NEW_WORDS
  return {
    title: numbersOf([title], prose, maxSize),
    abstract: numbersOf([hideAvailability(abstract)], prose, maxSize),
    keyword: numbersOf(keywords, prose, maxSize),
    org: numbersOf([organization], names),
    author: numbersOf(authors, names),
  }
}

function numbersOf(
  texts: readonly string[],
  vocabulary: Vocabulary,
  maxSize = Number.POSITIVE_INFINITY,
): Uint32Array {
  const numbers: number[] = []
  for (const text of texts) {
    if (numbers.length > 0) numbers.push(GAP)
    for (const { folded, transcribed } of wordsIn(text)) {
      const isIndexed = vocabulary.size < maxSize || vocabulary.has(folded, transcribed)
      numbers.push(isIndexed ? vocabulary.wordIdOf(folded, transcribed) : GAP)
    }
  }
  return Uint32Array.from(numbers)
}
