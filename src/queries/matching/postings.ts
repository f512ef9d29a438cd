import { GAP } from './vocabulary.ts'

/** The postings of one part of a segment's papers. A paper is identified by its index in the segment. */
export class Postings {
  /** Word ids, ascending. */
  readonly #words: Uint32Array
  /** The papers of the word at i are in #papers from #starts[i] to #starts[i + 1]. */
  readonly #starts: Uint32Array
  readonly #papers: Uint16Array
  /** The number of occurrences, up to 255. */
  readonly #counts: Uint8Array

  constructor(texts: readonly Uint32Array[]) {
    const found = papersPerWord(texts)
    this.#words = Uint32Array.from(found.keys()).sort()
    this.#starts = new Uint32Array(this.#words.length + 1)
    this.#words.forEach((word, i) => {
      this.#starts[i + 1] = this.#starts[i]! + found.get(word)!
    })
    const total = this.#starts[this.#words.length]!
    this.#papers = new Uint16Array(total)
    this.#counts = new Uint8Array(total)
    this.#fill(texts)
  }

  #fill(texts: readonly Uint32Array[]): void {
    const ends = new Map(Array.from(this.#words, (word, i) => [word, this.#starts[i]!]))
    const last = new Map<number, number>()
    for (const [paper, text] of texts.entries()) {
      for (const word of text) {
        if (word === GAP) continue
        const end = ends.get(word)!
        if (last.get(word) === paper) this.#counts[end - 1] = Math.min(255, this.#counts[end - 1]! + 1)
        else {
          this.#papers[end] = paper
          this.#counts[end] = 1
          ends.set(word, end + 1)
          last.set(word, paper)
        }
      }
    }
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

function papersPerWord(texts: readonly Uint32Array[]): Map<number, number> {
  const papers = new Map<number, number>()
  const last = new Map<number, number>()
  for (const [paper, text] of texts.entries()) {
    for (const word of text) {
      if (word === GAP || last.get(word) === paper) continue
      last.set(word, paper)
      papers.set(word, (papers.get(word) ?? 0) + 1)
    }
  }
  return papers
}
