import { INDEXED_FIELDS, type IndexedField, type PaperWords } from './paper-words.ts'
import { Postings } from './postings.ts'

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
