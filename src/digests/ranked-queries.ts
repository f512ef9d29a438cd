import { type Bits, newBits } from '../queries/matching/bits.ts'
import type { PaperIndex } from '../queries/matching/paper-index.ts'
import { QuerySet } from '../queries/matching/query-set.ts'
import type { Query } from '../queries/query.ts'
import { type RankedDocs, Ranker } from '../queries/ranking/ranker.ts'

/** Number of docIds that are kept for the next subscriber, 8 bytes each. */
const MAX_KEPT = 30_000_000

/** Matches of queries, identified by id, in an index. Each query is matched and ranked once for all who share it. */
export class RankedQueries {
  /** Queries that could not be evaluated, with the error: they match nothing. */
  readonly unreadable = new Map<number, unknown>()
  readonly #index: PaperIndex
  readonly #queries: ReadonlyMap<number, Query>
  readonly #set: QuerySet
  readonly #ranker: Ranker
  readonly #numbers = new Map<number, number>()
  readonly #kept = new Map<number, RankedDocs>()
  #room = MAX_KEPT

  /** `queries` may grow, but must contain a query when it is first used. */
  constructor(index: PaperIndex, queries: ReadonlyMap<number, Query>) {
    this.#index = index
    this.#queries = queries
    this.#set = new QuerySet(index)
    this.#ranker = new Ranker(index)
  }

  /** Valid until the next call. */
  found(queryId: number): Readonly<Bits> {
    const query = this.#queries.get(queryId)
    if (!query || this.unreadable.has(queryId)) return newBits(this.#index.docCount)
    try {
      return this.#set.peekMatches(this.#numberOf(queryId, query))
    } catch (error) {
      this.unreadable.set(queryId, error)
      return newBits(this.#index.docCount)
    }
  }

  /** Best first. */
  ranked(queryId: number): RankedDocs {
    const known = this.#kept.get(queryId)
    if (known) return known
    const found = this.found(queryId)
    const query = this.#queries.get(queryId)
    const ranked = query && !this.unreadable.has(queryId) ? this.#ranker.rank(query, found) : NOTHING
    this.#keep(queryId, ranked)
    return ranked
  }

  #keep(queryId: number, ranked: RankedDocs): void {
    this.#room -= ranked.docIds.length
    if (this.#room < 0) {
      this.#kept.clear()
      this.#room = MAX_KEPT - ranked.docIds.length
    }
    this.#kept.set(queryId, ranked)
  }

  #numberOf(queryId: number, query: Query): number {
    const number = this.#numbers.get(queryId) ?? this.#set.add(query)
    this.#numbers.set(queryId, number)
    return number
  }
}

const NOTHING: RankedDocs = { docIds: new Uint32Array(), scores: new Float32Array() }
