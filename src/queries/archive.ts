import { setImmediate } from 'node:timers/promises'
import type { Day } from '../core/dates.ts'
import { memoizeByObject } from '../core/memoize.ts'
import { type Bits, countBits, forEachBit, newBits, setBit } from './matching/bits.ts'
import { oldestFirst, type PaperAttributes, type PaperIndex } from './matching/paper-index.ts'
import { QuerySet } from './matching/query-set.ts'
import { asMeaning, meaningOf } from './meaning/meaning-of.ts'
import { NO_USAGE, type Usage } from './meaning/usage.ts'
import { mentionsRevised, type Query } from './query.ts'
import type { LatentSpace, WordCounts } from './ranking/latent-space.ts'
import { PaperVectors } from './ranking/paper-vectors.ts'
import { topK, wantedWords } from './ranking/ranker.ts'
import {
  bestPapers,
  likeliestDocs,
  type Nearest,
  type SimilarPaper,
  standardizedBySample,
} from './ranking/similarity.ts'
import { bm25Scorer, type PaperTokens, type Vector, vectorOf, wordCounts } from './ranking/tf-idf.ts'
import { type WhyEmpty, whyEmpty } from './reasons/why-empty.ts'

/** A request may contain hundreds of terms, and the cache keeps a set of papers for each. */
const MAX_LEAVES = 1000
/** Whose vectors take some 20 ms. */
const PAPERS_PER_YIELD = 100

/** A range of days, both included. A missing bound is open. */
export interface DayBounds {
  from?: Day
  to?: Day
}

/** The papers in the memory of a process, and the queries over them. A `Bits` set contains docIds. */
export class Archive {
  readonly index: PaperIndex
  /** The oldest day in memory; some of its papers may be missing. Null if all papers are in memory. */
  backTo: Day | null
  #queries: QuerySet
  #vectors: PaperVectors | undefined
  #usage: Usage | undefined
  #meaning = (query: Query): Query => query
  readonly #wordsOf = (query: Query): Query =>
    asMeaning({ kind: 'or', parts: wantedWords(this.meaningOf(query)) })
  #words = memoizeByObject(this.#wordsOf)

  constructor(index: PaperIndex, backTo: Day | null = null) {
    this.index = index
    this.backTo = backTo
    this.#queries = new QuerySet(index)
  }

  /** How the papers use words, on which the meaning of queries depends. Until it is set, a query means its tree. */
  set usage(usage: Usage) {
    if (usage === this.#usage) return
    this.#usage = usage
    this.#meaning = memoizeByObject((query) => meaningOf(query, usage))
    this.#words = memoizeByObject(this.#wordsOf)
  }

  get usage(): Usage {
    return this.#usage ?? NO_USAGE
  }

  /** What a typed query means here. Every method of the archive applies it to its query. */
  meaningOf = (query: Query): Query => this.#meaning(query)

  /**
   * The papers that a query matches. Papers with only newer versions are included if the query or `withRevised` asks
   * for them.
   */
  find(query: Query, withRevised = mentionsRevised(query)): Bits {
    this.#tidyUp()
    return this.#queries.find(this.meaningOf(query), withRevised)
  }

  /** The words of a query, any of which is enough. */
  wantedWords = (query: Query): Query => this.#words(query)

  /** Explains why a query matches no papers. */
  whyEmpty(query: Query): WhyEmpty {
    return whyEmpty(query, (part, scope) => countBits(this.find(part, mentionsRevised(scope))))
  }

  /**
   * Filters a set by day: papers first listed on the days, and with `revised` also papers with a newer version on them.
   */
  withinDays(found: Bits, { from = '', to = '9999' }: DayBounds, { revised = false } = {}): Bits {
    const isIn = (day: Day | null) => day !== null && day >= from && day <= to
    return this.filter(found, ({ firstDay, onlyRevised, revisedDay }) => {
      return (!onlyRevised && isIn(firstDay)) || (revised && isIn(revisedDay))
    })
  }

  filter(found: Bits, isKept: (attributes: PaperAttributes) => boolean): Bits {
    const kept = newBits(this.index.docCount)
    forEachBit(found, (docId) => {
      if (isKept(this.index.attributes(docId))) setBit(kept, docId)
    })
    return kept
  }

  count = (found: Bits): number => countBits(found)

  /** Every paper except those that have only newer versions. */
  all(): Bits {
    return this.filter(this.index.live, ({ onlyRevised }) => !onlyRevised)
  }

  attributesOf(found: Bits): PaperAttributes[] {
    const attributes: PaperAttributes[] = []
    forEachBit(found, (docId) => attributes.push(this.index.attributes(docId)))
    return attributes
  }

  /** The cosine similarity of words with weights to a paper in the learned space, by docId; 0 without a space. */
  nearnessTo(weights: Vector): (docId: number) => number {
    const vectors = this.#vectors
    const direction = vectors?.space.directionOf(weights)
    return (docId) => (direction ? vectors!.cosine(direction, docId) : 0)
  }

  /** Newest first. With `byRevised`, the day of the newest version counts if it is later. */
  newest(found: Bits, { most = Number.POSITIVE_INFINITY, byRevised = false } = {}): number[] {
    const cursors = this.attributesOf(found).map(({ id, firstDay, revisedDay }) => ({
      id,
      firstDay: byRevised && revisedDay !== null && revisedDay > firstDay ? revisedDay : firstDay,
    }))
    const newer = (a: number, b: number) => oldestFirst(cursors[b]!, cursors[a]!)
    return topK(cursors.length, most, newer).map((place) => cursors[place]!.id)
  }

  /** The tf-idf vector of a paper, which may not be in memory. */
  vectorOfText = (paper: PaperTokens): Vector => vectorOf(this.index, wordCounts(paper))

  /** The vectors of the papers in the learned space; undefined without one. */
  get vectors(): PaperVectors | undefined {
    return this.#vectors
  }

  /** Whether the papers up to a docId, or all, have their vectors in a space. Without a space, none has one. */
  hasVectorsOf(space: LatentSpace | undefined, docCount = this.index.docCount): boolean {
    const vectors = this.#vectors
    // A compacted index has fewer docIds than before.
    return vectors?.space === space && (!vectors || vectors.count >= Math.min(docCount, this.index.docCount))
  }

  /** Computes the vectors of the papers that have none in this space yet. */
  computeVectors(space: LatentSpace | undefined): void {
    const vectors = this.#vectorsIn(space)
    vectors?.addNew()
    this.#vectors = vectors
  }

  /** `computeVectors` for many papers: searches run in between, and use the former space until all are computed. */
  async computeVectorsYielding(space: LatentSpace | undefined): Promise<void> {
    const vectors = this.#vectorsIn(space)
    while (vectors && !vectors.addNew(PAPERS_PER_YIELD)) await setImmediate()
    this.#vectors = vectors
  }

  #vectorsIn(space: LatentSpace | undefined): PaperVectors | undefined {
    if (this.#vectors?.space === space) return this.#vectors
    return space && new PaperVectors(space, this.index)
  }

  /** The unit vector of a text in the learned space; null without a space, or if it knows none of the words. */
  spaceVectorOf = (counts: WordCounts): Float32Array | null => this.#vectors?.space.project(counts) ?? null

  /**
   * The papers most similar to a text, best first, with a score that is comparable within one result. BM25, in which
   * each word counts as often as in the text, plus the cosine similarity in the learned space if there is one, each in
   * standard deviations from its mean over papers. Only papers that share the text's telling words are compared.
   */
  similarTo(counts: WordCounts, { most, except = [] }: Nearest): SimilarPaper[] {
    const { index } = this
    const candidates = likeliestDocs(index, counts, { most, except })
    const words = bm25Scorer(index, counts)
    const vectors = this.#vectors
    const vector = vectors?.space.project(counts)
    if (!vectors || !vector) return bestPapers(index, candidates, words, most)
    const ofWords = standardizedBySample(words, index.docCount)
    const nearness = standardizedBySample((docId) => vectors.cosine(vector, docId), vectors.count)
    return bestPapers(index, candidates, (docId) => ofWords(docId) + nearness(docId), most)
  }

  /** The most common spelling of a word key: "attention" for attent. */
  usualSpelling(key: string): string {
    const { prose } = this.index.vocabularies
    const papers = (number: number) =>
      this.index
        .segments()
        .reduce((sum, [segment]) => sum + segment.postings('abstract').documentFrequency(number), 0)
    const spellings = prose
      .spellingsOf(key)
      .map((number) => ({ word: prose.spelling(number), papers: papers(number) }))
    return spellings.sort((a, b) => b.papers - a.papers)[0]?.word ?? key
  }

  /** Drops terms that are no longer searched for. */
  #tidyUp(): void {
    if (this.#queries.leafCount >= MAX_LEAVES) this.#queries = new QuerySet(this.index, this.#queries)
  }
}
