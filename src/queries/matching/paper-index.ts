import { hash } from 'node:crypto'
import { setImmediate } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'
import type { Day } from '../../core/dates.ts'
import { memoize } from '../../core/memoize.ts'
import type { PaperCursor } from '../../papers/paper.repo.ts'
import type { Paper } from '../../papers/paper.ts'
import { paperNamesOf } from '../../papers/paper-key.ts'
import { type Bits, clearBit, newBits, setBit } from './bits.ts'
import { type IndexedField, type PaperWords, paperWordsOf, SEGMENT_SIZE, Segment } from './segment.ts'
import { type Vocabularies, Vocabulary } from './vocabulary.ts'
import { WordFrequencies } from './word-frequencies.ts'

/** The facts of a paper besides its words. Its votes and newer versions change often, its words seldom. */
export interface PaperAttributes {
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

type TokenizedPaper = ReturnType<PaperIndex['tokenize']>

/**
 * Tokenized papers for many queries, some 1.3 kB each. A paper has a docId: a small number in the order of insertion,
 * which may differ from the order of days. A paper whose words change gets a new docId. Results computed from an index
 * are valid until its `version` increases.
 */
export class PaperIndex {
  version = 0
  readonly vocabularies: Vocabularies
  readonly frequencies: WordFrequencies
  readonly #segments: Segment[] = []
  readonly #attributes: PaperAttributes[] = []
  readonly #fingerprints: string[] = []
  readonly #docIds = new Map<number, number>()
  /** Stores each day and category once in memory. */
  readonly #intern = memoize((text: string) => text)
  #live: Bits = newBits(0)

  constructor(
    vocabularies: Vocabularies = { prose: new Vocabulary('prose'), names: new Vocabulary('names') },
  ) {
    this.vocabularies = vocabularies
    this.frequencies = new WordFrequencies(vocabularies.prose)
  }

  /** Inserts papers, or updates them. */
  upsert(papers: readonly Paper[]): void {
    this.upsertTokenized(papers.map((paper) => this.tokenize(paper)))
  }

  /** The slow half of `upsert`, for one paper. `words` is null if the index has the same words already. */
  tokenize(paper: Paper) {
    const fingerprint = fingerprintOf(paper)
    const isSame = this.docIdOfSame(paper, fingerprint) !== undefined
    const words = isSame ? null : paperWordsOf(paper, this.vocabularies)
    return { attributes: this.#attributesOf(paper), fingerprint, words }
  }

  /** The docId of a paper, unless its texts are not those in the index. */
  docIdOfSame(paper: Paper, fingerprint = fingerprintOf(paper)): number | undefined {
    const docId = this.#docIds.get(paper.id)
    return docId !== undefined && this.#fingerprints[docId] === fingerprint ? docId : undefined
  }

  /** The other half: inserts the papers tokenized since the last call. */
  upsertTokenized(papers: readonly TokenizedPaper[]): void {
    const fresh: PaperWords[] = []
    for (const { attributes, fingerprint, words } of papers) {
      if (words === null) this.#setAttributes(this.#docIds.get(attributes.id)!, attributes)
      else {
        this.remove(attributes.id)
        fresh.push(words)
        this.#docIds.set(attributes.id, this.#attributes.push(attributes) - 1)
        this.#fingerprints.push(fingerprint)
      }
    }
    if (fresh.length === 0) return
    this.#append(fresh)
    this.version++
  }

  #setAttributes(docId: number, attributes: PaperAttributes): void {
    if (isDeepStrictEqual(this.#attributes[docId], attributes)) return
    this.#attributes[docId] = attributes
    this.version++
  }

  /** Whether there are many docIds of removed papers. */
  get isSparse(): boolean {
    return this.docCount - this.size > Math.max(SEGMENT_SIZE, this.docCount / 4)
  }

  /** A copy without the docIds of removed papers. This index does not change, as other code may still use it. */
  compacted(): PaperIndex {
    const index = new PaperIndex(this.vocabularies)
    const left = [...this.#docIds.values()].sort((a, b) => a - b)
    index.upsertTokenized(
      left.map((docId) => ({
        attributes: this.#attributes[docId]!,
        fingerprint: this.#fingerprints[docId]!,
        words: this.words(docId),
      })),
    )
    return index
  }

  /** The first `count` papers by the day of their first listing, oldest first. */
  oldest(count: number): PaperAttributes[] {
    const attributes = [...this.#docIds.values()].map((docId) => this.#attributes[docId]!)
    return attributes.sort(oldestFirst).slice(0, count)
  }

  remove(id: number): void {
    const docId = this.#docIds.get(id)
    if (docId === undefined) return
    clearBit(this.#live, docId)
    this.#docIds.delete(id)
    this.version++
  }

  #append(fresh: PaperWords[]): void {
    const last = this.#segments.at(-1)
    const open = last && last.size < SEGMENT_SIZE ? [...Array(last.size).keys()].map(last.words) : []
    if (open.length > 0) this.#segments.pop()
    const words = [...open, ...fresh]
    for (let from = 0; from < words.length; from += SEGMENT_SIZE) {
      const segment = new Segment(words.slice(from, from + SEGMENT_SIZE))
      this.#segments.push(segment)
      this.frequencies.add(segment, from === 0 ? open.length : 0)
    }
    const live = enlarged(this.#live, this.#attributes.length)
    for (let docId = this.#attributes.length - fresh.length; docId < this.#attributes.length; docId++)
      setBit(live, docId)
    this.#live = live
  }

  #attributesOf(paper: Paper): PaperAttributes {
    const { id, onlyRevised, votes, codeUrl, firstDay, revisedDay, categories } = paper
    return {
      id,
      onlyRevised,
      votes,
      hasCode: Boolean(codeUrl),
      firstDay: this.#intern(firstDay),
      revisedDay: revisedDay && this.#intern(revisedDay),
      categories: categories.map((category) => this.#intern(category)),
      names: paperNamesOf(paper),
    }
  }

  /** The number of docIds, including those of removed papers. */
  get docCount(): number {
    return this.#attributes.length
  }

  /** The number of papers. */
  get size(): number {
    return this.#docIds.size
  }

  /** The docIds of papers that were not removed. */
  get live(): Readonly<Bits> {
    return this.#live
  }

  attributes(docId: number): PaperAttributes {
    return this.#attributes[docId]!
  }

  docIdOf(id: number): number | undefined {
    return this.#docIds.get(id)
  }

  /** Each segment with the docId of its first paper. */
  *segments(): Generator<[segment: Segment, firstDocId: number]> {
    let docId = 0
    for (const segment of this.#segments) {
      yield [segment, docId]
      docId += segment.size
    }
  }

  /** The words of a paper by its docId. */
  words(docId: number): PaperWords {
    const place = Math.floor(docId / SEGMENT_SIZE)
    return this.#segments[place]!.words(docId - place * SEGMENT_SIZE)
  }

  /** The words of one part of a paper. */
  text(docId: number, field: IndexedField): Uint32Array {
    const place = Math.floor(docId / SEGMENT_SIZE)
    return this.#segments[place]!.text(field, docId - place * SEGMENT_SIZE)
  }

  /** The size of words and postings, without attributes and vocabularies. */
  get bytes(): number {
    return this.#segments.reduce((sum, segment) => sum + segment.bytes, 0)
  }
}

/** Compares papers by the day of their first listing. */
export const oldestFirst = (a: PaperCursor, b: PaperCursor): number =>
  a.firstDay === b.firstDay ? a.id - b.id : a.firstDay < b.firstDay ? -1 : 1

/** Computes a value once for each index, and again when the index has changed. */
export function untilChange<Value>(compute: (index: PaperIndex) => Value): (index: PaperIndex) => Value {
  const cache = new WeakMap<PaperIndex, { version: number; value: Value }>()
  return (index) => {
    const { version } = index
    const cached = cache.get(index)
    if (cached?.version === version) return cached.value
    const value = compute(index)
    cache.set(index, { version, value })
    return value
  }
}

function enlarged(bits: Bits, count: number): Bits {
  const larger = newBits(count)
  larger.set(bits.subarray(0, larger.length))
  return larger
}

const fingerprintOf = ({ title, abstract, keywords, organization, authors }: Paper): string =>
  hash('md5', JSON.stringify([title, abstract, keywords, organization, authors]), 'base64')

/** How many papers are tokenized, in some 20 ms, before the event loop runs other work. */
const PAPERS_PER_YIELD = 40

/** `upsert` for many papers: does not block page requests, SMTP connections and lease renewals in the same process. */
export async function upsertYielding(index: PaperIndex, papers: readonly Paper[]): Promise<void> {
  const tokenized: TokenizedPaper[] = []
  for (const [i, paper] of papers.entries()) {
    if (i % PAPERS_PER_YIELD === 0) await setImmediate()
    tokenized.push(index.tokenize(paper))
  }
  if (tokenized.length > 0) index.upsertTokenized(tokenized)
}
