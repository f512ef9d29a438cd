import { type Bits, countBits, forEachBit } from '../matching/bits.ts'
import type { PaperIndex } from '../matching/paper-index.ts'
import type { Query, TextLeaf } from '../query.ts'
import { Bm25, type TermWeights } from './bm25.ts'
import { topK } from './top-k.ts'
import { type WantedTerm, wantedTerms } from './wanted-terms.ts'

/** DocIds of papers, best first, with their scores. */
export interface RankedDocs {
  docIds: Uint32Array
  scores: Float32Array
}

/** A mild prior: what a hundred votes add, as a share of the best score. */
const OF_VOTES = 0.1
const MANY_VOTES = Math.log(101)

/** The number of cached weights, at 8 bytes each. A query that needs more keeps them until it is answered. */
const MAX_CACHED = 4_000_000
const MAX_AT_ONCE = 4 * MAX_CACHED
/** Later terms of a long query hardly change the order. */
const MAX_TERMS = 64

const termsOf = (query: Query): WantedTerm[] => wantedTerms(query).slice(0, MAX_TERMS)

/**
 * Ranks the papers that a query matches: BM25 of the wanted terms, plus a small bonus for votes if they are known.
 * Equal scores: newer papers first.
 */
export class Ranker {
  readonly #index: PaperIndex
  readonly #bm25: Bm25
  readonly #weights = new Map<string, TermWeights>()
  #cachedPostings = 0
  #sums = new Float32Array(0)
  #version = -1

  constructor(index: PaperIndex) {
    this.#index = index
    this.#bm25 = new Bm25(index)
  }

  /** Ranks up to `limit` papers, which is faster than all. */
  rank(query: Query, matched: Readonly<Bits>, limit = Number.POSITIVE_INFINITY): RankedDocs {
    this.#refresh(MAX_AT_ONCE)
    const weights = termsOf(query).map(({ leaf, share }) => ({ ...this.#weightsOf(leaf), share }))
    for (const { docIds, weights: each, share } of weights) {
      for (let i = 0; i < docIds.length; i++) this.#sums[docIds[i]!]! += each[i]! * share
    }
    const order = this.#ordered(matched, limit)
    for (const { docIds } of weights) for (let i = 0; i < docIds.length; i++) this.#sums[docIds[i]!] = 0
    return order
  }

  /** Weights the terms of a query one after the other and caches them for `rank`. */
  *lookUpWeights(query: Query): Generator<void> {
    this.#refresh(MAX_CACHED)
    for (const { leaf } of termsOf(query)) {
      this.#refresh(MAX_AT_ONCE)
      this.#weightsOf(leaf)
      yield
    }
  }

  /** The papers that contain a term, if its weights are cached; otherwise undefined. */
  docIdsWith(leaf: TextLeaf): Uint32Array | undefined {
    return this.#version === this.#index.version ? this.#weights.get(nameOf(leaf))?.docIds : undefined
  }

  #ordered(matched: Readonly<Bits>, limit: number): RankedDocs {
    const found = new Uint32Array(countBits(matched))
    const scores = new Float32Array(found.length)
    let count = 0
    let best = 0
    forEachBit(matched, (docId) => {
      best = Math.max(best, this.#sums[docId]!)
    })
    const ofVote = ((best || 1) * OF_VOTES) / MANY_VOTES
    forEachBit(matched, (docId) => {
      const { votes } = this.#index.attributes(docId)
      scores[count] = this.#sums[docId]! + (votes === null ? 0 : ofVote * Math.log(1 + votes))
      found[count++] = docId
    })
    const places = topK(found.length, limit, (a, b) => {
      return scores[b]! - scores[a]! || this.#newer(found[a]!, found[b]!)
    })
    return {
      docIds: Uint32Array.from(places, (place) => found[place]!),
      scores: Float32Array.from(places, (place) => scores[place]!),
    }
  }

  #newer(a: number, b: number): number {
    const [one, other] = [this.#index.attributes(a), this.#index.attributes(b)]
    if (one.firstDay !== other.firstDay) return one.firstDay < other.firstDay ? 1 : -1
    return other.id - one.id
  }

  #weightsOf(leaf: TextLeaf): TermWeights {
    const name = nameOf(leaf)
    const known = this.#weights.get(name) ?? this.#bm25.weightsOf(leaf)
    if (!this.#weights.has(name)) this.#cachedPostings += known.docIds.length
    this.#weights.set(name, known)
    return known
  }

  #refresh(limit: number): void {
    if (this.#version === this.#index.version && this.#cachedPostings < limit) return
    this.#version = this.#index.version
    this.#weights.clear()
    this.#cachedPostings = 0
    this.#sums = new Float32Array(this.#index.docCount)
  }
}

const nameOf = ({ field, text }: TextLeaf): string => `${field} ${text}`
