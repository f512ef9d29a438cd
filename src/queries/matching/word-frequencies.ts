import { GAP, type Segment } from './segment.ts'
import type { Vocabulary } from './vocabulary.ts'

/** How many papers, including removed ones, contain a word in the title or the abstract. */
export class WordFrequencies {
  readonly #prose: Vocabulary
  /** By the id of the first spelling of a word. */
  #papers = new Uint32Array(0)

  constructor(prose: Vocabulary) {
    this.#prose = prose
  }

  /** By the id of the first spelling of a word; 0 for no id. */
  of = (first = 0): number => this.#papers[first] ?? 0

  ofKey = (key: string): number => this.of(this.#prose.firstOfKey(key))

  /** Counts the papers of a segment from index `paper` on. */
  add(segment: Segment, paper = 0): void {
    const { size, firstOf } = this.#prose
    const papers = new Uint32Array(size)
    papers.set(this.#papers)
    this.#papers = papers
    const last = new Uint32Array(size)
    const parts = [segment.texts('title'), segment.texts('abstract')]
    for (; paper < segment.size; paper++) {
      for (const { words, ends } of parts) {
        for (let at = paper === 0 ? 0 : ends[paper - 1]!; at < ends[paper]!; at++) {
          const first = firstOf(words[at]!)
          if (first !== GAP && last[first] !== paper + 1) papers[first]!++
          last[first] = paper + 1
        }
      }
    }
  }
}
