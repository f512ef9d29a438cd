import { createHash } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import type { Day } from '../../core/dates.ts'
import { namesOf } from '../../papers/identifiers.ts'
import type { Paper } from '../../papers/paper.ts'
import { type Bits, clearBit, newBits, setBit } from './bits.ts'
import { type PaperWords, type Vocabularies, wordsOf } from './paper-words.ts'
import { SEGMENT, Segment } from './segment.ts'
import { Vocabulary } from './vocabulary.ts'

/** What of a paper is asked about besides its words; its votes and newer versions move, its words seldom. */
export interface PaperFacts {
  id: number
  firstDay: Day
  revisedDay: Day | null
  onlyRevised: boolean
  votes: number | null
  hasCode: boolean
  categories: readonly string[]
  /** As in paths: "2507.06457", "doi:10.1000/1". */
  names: readonly string[]
}

/** A paper cut into words; null where it has the words that the index knows of it. */
export interface CutPaper {
  facts: PaperFacts
  print: string
  words: PaperWords | null
}

/**
 * Papers cut into words for many queries, some 1.3 kB each. A paper has a slot: a small number in the order in which papers
 * were put in, which need not be that of their days; one whose words changed gets a new slot. What is worked out from an
 * index holds until its `version` rises.
 */
export class PaperIndex {
  version = 0
  readonly vocabularies: Vocabularies
  readonly #segments: Segment[] = []
  readonly #facts: PaperFacts[] = []
  readonly #prints: string[] = []
  readonly #slots = new Map<number, number>()
  readonly #shared = new Map<string, string>()
  #live: Bits = newBits(0)

  constructor(
    vocabularies: Vocabularies = { prose: new Vocabulary('prose'), names: new Vocabulary('names') },
  ) {
    this.vocabularies = vocabularies
  }

  /** Takes papers in, or what is new of them. */
  put(papers: readonly Paper[]): void {
    this.take(papers.map((paper) => this.cut(paper)))
  }

  /** The slow half of `put`, for one paper. */
  cut(paper: Paper): CutPaper {
    const print = printOf(paper)
    const slot = this.#slots.get(paper.id)
    const isSame = slot !== undefined && this.#prints[slot] === print
    return { facts: this.#factsOf(paper), print, words: isSame ? null : wordsOf(paper, this.vocabularies) }
  }

  /** The other half: takes in what was cut since the last call. */
  take(papers: readonly CutPaper[]): void {
    const fresh: PaperWords[] = []
    for (const { facts, print, words } of papers) {
      if (words === null) this.#move(this.#slots.get(facts.id)!, facts)
      else {
        this.remove(facts.id)
        fresh.push(words)
        this.#slots.set(facts.id, this.#facts.push(facts) - 1)
        this.#prints.push(print)
      }
    }
    if (fresh.length === 0) return
    this.#append(fresh)
    this.version++
  }

  #move(slot: number, facts: PaperFacts): void {
    if (isDeepStrictEqual(this.#facts[slot], facts)) return
    this.#facts[slot] = facts
    this.version++
  }

  /** Whether the slots of papers that left are many. */
  get isSparse(): boolean {
    return this.slots - this.size > Math.max(SEGMENT, this.slots / 4)
  }

  /** The same papers without the slots of those that left. This one stays as it is, for whoever is still asking it. */
  compacted(): PaperIndex {
    const index = new PaperIndex(this.vocabularies)
    const left = [...this.#slots.values()].sort((a, b) => a - b)
    index.take(
      left.map((slot) => ({
        facts: this.#facts[slot]!,
        print: this.#prints[slot]!,
        words: this.words(slot),
      })),
    )
    return index
  }

  /** So many of the papers that were listed first, the oldest first. */
  oldest(count: number): PaperFacts[] {
    const facts = [...this.#slots.values()].map((slot) => this.#facts[slot]!)
    const byDay = (a: PaperFacts, b: PaperFacts) =>
      a.firstDay < b.firstDay ? -1 : a.firstDay > b.firstDay ? 1 : 0
    return facts.sort((a, b) => byDay(a, b) || a.id - b.id).slice(0, count)
  }

  remove(id: number): void {
    const slot = this.#slots.get(id)
    if (slot === undefined) return
    clearBit(this.#live, slot)
    this.#slots.delete(id)
    this.version++
  }

  #append(fresh: PaperWords[]): void {
    const last = this.#segments.at(-1)
    const open = last && last.size < SEGMENT ? [...Array(last.size).keys()].map(last.words) : []
    if (open.length > 0) this.#segments.pop()
    const words = [...open, ...fresh]
    for (let from = 0; from < words.length; from += SEGMENT) {
      this.#segments.push(new Segment(words.slice(from, from + SEGMENT)))
    }
    const live = newBits(this.#facts.length)
    live.set(this.#live.subarray(0, live.length))
    for (let slot = this.#facts.length - fresh.length; slot < this.#facts.length; slot++) setBit(live, slot)
    this.#live = live
  }

  #factsOf(paper: Paper): PaperFacts {
    const { id, onlyRevised, votes, codeUrl } = paper
    return {
      ...{ id, onlyRevised, votes, hasCode: Boolean(codeUrl) },
      firstDay: this.#share(paper.firstDay),
      revisedDay: paper.revisedDay && this.#share(paper.revisedDay),
      categories: paper.categories.map((category) => this.#share(category)),
      names: namesOf(paper),
    }
  }

  /** Each day and category stands once in memory. */
  #share(text: string): string {
    const known = this.#shared.get(text)
    if (known !== undefined) return known
    this.#shared.set(text, text)
    return text
  }

  /** How many slots there are, those of papers that left included. */
  get slots(): number {
    return this.#facts.length
  }

  /** How many papers. */
  get size(): number {
    return this.#slots.size
  }

  /** Slots of papers that are still here. */
  get live(): Readonly<Bits> {
    return this.#live
  }

  facts(slot: number): PaperFacts {
    return this.#facts[slot]!
  }

  slotOf(id: number): number | undefined {
    return this.#slots.get(id)
  }

  /** Each segment with the slot of its first paper. */
  *segments(): Generator<[segment: Segment, firstSlot: number]> {
    let slot = 0
    for (const segment of this.#segments) {
      yield [segment, slot]
      slot += segment.size
    }
  }

  /** The words of a paper by its slot. */
  words(slot: number): PaperWords {
    const place = Math.floor(slot / SEGMENT)
    return this.#segments[place]!.words(slot - place * SEGMENT)
  }

  /** Of words and postings; facts and vocabulary come on top. */
  get bytes(): number {
    return this.#segments.reduce((sum, segment) => sum + segment.bytes, 0)
  }
}

const printOf = ({ title, abstract, keywords, organization, authors }: Paper): string =>
  createHash('md5')
    .update(JSON.stringify([title, abstract, keywords, organization, authors]))
    .digest('base64')
