import type { Paper } from '../../papers/paper.ts'
import { plainText } from '../../papers/text/plain-text.ts'
import { hideAvailability } from '../text/availability.ts'
import { foldedWords, type WordKind, wordKeyOf } from '../text/tokens.ts'

/** Not a word: separates two texts of a paper, so that no phrase spans both. */
export const GAP = 0

/** The searchable parts of a paper. */
const INDEXED_FIELDS = ['title', 'abstract', 'keyword', 'org', 'author'] as const

/** The postings of one part of a segment's papers. A paper is identified by its index in the segment. */
class Postings {
  /** Word ids, ascending. */
  readonly #words: Uint32Array
  /** The papers of the word at i are in #papers from #starts[i] to #starts[i + 1]. */
  readonly #starts: Uint32Array
  readonly #papers: Uint16Array
  /** The number of occurrences, up to 255. */
  readonly #counts: Uint8Array

  constructor(texts: readonly Uint32Array[]) {
    // Each occurrence is one number, so that sorting groups the occurrences of a word in a paper.
    const occurrences = Float64Array.from(
      texts.flatMap((text, paper) => Array.from(text, (word) => word * SEGMENT_SIZE + paper)),
    ).sort()
    const [words, starts, papers, counts]: number[][] = [[], [], [], []]
    let last = -1
    for (const occurrence of occurrences) {
      const word = Math.floor(occurrence / SEGMENT_SIZE)
      if (word === GAP) continue
      if (occurrence === last) {
        counts!.push(Math.min(255, counts!.pop()! + 1))
        continue
      }
      last = occurrence
      if (words!.at(-1) !== word) {
        words!.push(word)
        starts!.push(papers!.length)
      }
      papers!.push(occurrence % SEGMENT_SIZE)
      counts!.push(1)
    }
    this.#words = Uint32Array.from(words!)
    this.#starts = Uint32Array.from([...starts!, papers!.length])
    this.#papers = Uint16Array.from(papers!)
    this.#counts = Uint8Array.from(counts!)
  }

  /** Calls back with each paper that contains a word, and the number of occurrences. */
  forEach(word: number, work: (paper: number, count: number) => void): void {
    const at = this.#indexOf(word)
    if (at < 0) return
    for (let i = this.#starts[at]!; i < this.#starts[at + 1]!; i++) work(this.#papers[i]!, this.#counts[i]!)
  }

  /** The number of papers that contain a word. */
  documentFrequency(word: number): number {
    const at = this.#indexOf(word)
    return at < 0 ? 0 : this.#starts[at + 1]! - this.#starts[at]!
  }

  #indexOf(word: number): number {
    let low = 0
    let high = this.#words.length - 1
    while (low <= high) {
      const middle = (low + high) >>> 1
      const found = this.#words[middle]!
      if (found === word) return middle
      if (found < word) low = middle + 1
      else high = middle - 1
    }
    return -1
  }

  get bytes(): number {
    return (
      this.#words.byteLength + this.#starts.byteLength + this.#papers.byteLength + this.#counts.byteLength
    )
  }
}

/** The maximum number of papers in a segment: their indexes fit into the 16 bits of a posting. */
export const SEGMENT_SIZE = 4096

/** An immutable block of papers: for each part, its words in sequence and its postings. */
export class Segment {
  readonly size: number
  readonly #postings: Record<IndexedField, Postings>
  readonly #texts: Record<IndexedField, Texts>

  constructor(papers: readonly PaperWords[]) {
    this.size = papers.length
    const each = <T>(make: (part: IndexedField) => T) =>
      Object.fromEntries(INDEXED_FIELDS.map((part) => [part, make(part)])) as Record<IndexedField, T>
    this.#postings = each((part) => new Postings(papers.map((words) => words[part])))
    this.#texts = each((part) => textsOf(papers.map((words) => words[part])))
  }

  postings = (part: IndexedField): Postings => this.#postings[part]

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

  words = (paper: number): PaperWords =>
    Object.fromEntries(INDEXED_FIELDS.map((part) => [part, this.text(part, paper)])) as PaperWords

  get bytes(): number {
    return INDEXED_FIELDS.reduce((sum, part) => {
      const { words, ends } = this.#texts[part]
      return sum + words.byteLength + ends.byteLength + this.#postings[part].bytes
    }, 0)
  }
}

interface Texts {
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

/** Maps words to ids, from 1. Each spelling has its own id; the ids of spellings with the same key are grouped. */
export class Vocabulary {
  readonly kind: WordKind
  readonly #numbers = new Map<string, number>()
  readonly #spellings: string[] = ['']
  readonly #byKey = new Map<string, number[]>()

  constructor(kind: WordKind) {
    this.kind = kind
  }

  /** The id of a folded word; assigns a new id to an unknown word. */
  wordIdOf(folded: string): number {
    // The case of a name does not matter.
    const spelling = this.kind === 'names' ? wordKeyOf(folded, 'names') : folded
    const known = this.#numbers.get(spelling)
    if (known !== undefined) return known
    const number = this.#spellings.push(spelling) - 1
    this.#numbers.set(spelling, number)
    const key = wordKeyOf(spelling, this.kind)
    const others = this.#byKey.get(key)
    if (others) others.push(number)
    else this.#byKey.set(key, [number])
    return number
  }

  /** The ids of all spellings of a key. */
  spellingsOf = (key: string): readonly number[] => this.#byKey.get(key) ?? NONE

  spelling = (number: number): string => this.#spellings[number]!

  keyOf = (number: number): string => wordKeyOf(this.#spellings[number]!, this.kind)

  get size(): number {
    return this.#spellings.length
  }
}

const NONE: readonly number[] = []

export type IndexedField = (typeof INDEXED_FIELDS)[number]

/** The word ids of each part of a paper, with a gap between the texts of a part. */
export type PaperWords = Record<IndexedField, Uint32Array>

export interface Vocabularies {
  prose: Vocabulary
  names: Vocabulary
}

/** Tokenizes a paper in the same way as `toPaperText`. */
export function paperWordsOf(paper: Paper, { prose, names }: Vocabularies): PaperWords {
  return {
    title: numbersOf([paper.title], prose),
    abstract: numbersOf([hideAvailability(plainText(paper.abstract))], prose),
    keyword: numbersOf(paper.keywords, prose),
    org: numbersOf(paper.organization ? [paper.organization] : [], names),
    author: numbersOf(paper.authors, names),
  }
}

function numbersOf(texts: readonly string[], vocabulary: Vocabulary): Uint32Array {
  const numbers: number[] = []
  for (const text of texts) {
    if (numbers.length > 0) numbers.push(GAP)
    for (const word of foldedWords(plainText(text))) numbers.push(vocabulary.wordIdOf(word))
  }
  return Uint32Array.from(numbers)
}
