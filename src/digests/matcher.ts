import { Archive } from '../filters/archive.ts'
import { type Bits, eachBit, newBits } from '../filters/matching/bits.ts'
import { evaluate } from '../filters/matching/evaluate.ts'
import { PaperIndex } from '../filters/matching/paper-index.ts'
import { QuerySet } from '../filters/matching/query-set.ts'
import type { Query, Reason } from '../filters/query.ts'
import type { Vector } from '../filters/ranking/profile.ts'
import { type Ranked, Ranker } from '../filters/ranking/ranker.ts'
import { type PaperText, readPaper } from '../filters/text/paper-text.ts'
import type { Paper } from '../papers/paper.ts'
import type { Day } from '../platform/dates.ts'
import { remembered } from './remembered.ts'

/**
 * What queries, known by their ids, say about a set of papers. A paper is known by its place among them. Each query is
 * matched once, whoever shares it.
 */
export interface Matcher {
  /** In order of their ids. */
  papers: readonly Paper[]
  placeOf(paperId: number): number | undefined
  /** The places of the papers that a query matches, rising. */
  matches(queryId: number): readonly number[]
  /** The same, best first. */
  ranked(queryId: number): Ranked
  /** The newest first day among them; null where there is none. */
  lastMatched(queryId: number): Day | null
  /** Why it matches a paper that it does match. */
  reason(queryId: number, paperId: number): Reason
  texts: PaperTexts
  /** Papers that hold words of a query and do not match it, best first; of one without words, those with most votes. */
  near(query: Query, most: number): Paper[]
  /** What a paper is about. */
  vectorOf(place: number): Vector
  /** Queries that could not be evaluated, with what was thrown: they match nothing. */
  unreadable: ReadonlyMap<number, unknown>
}

/** Papers by their ids, as queries see them. */
export interface PaperTexts {
  get(paperId: number): PaperText | undefined
}

/** Places that are kept for the next subscriber, in 8 bytes each. */
const MOST_KEPT = 30_000_000
/** Papers' vectors, some 8 kB each. */
const MOST_VECTORS = 5000
/** Papers as words and signs take some 30 kB each. */
const MOST_TEXTS = 3000

/** `papers` in order of their ids; `index`: of exactly these, in that order. `queries` may grow: a query has to be there when it is first asked about. */
export function matcherOver(
  papers: readonly Paper[],
  queries: ReadonlyMap<number, Query>,
  index = indexed(papers),
): Matcher {
  const archive = new Archive(index)
  const set = new QuerySet(index)
  const ranker = new Ranker(index)
  const numbers = new Map<number, number>()
  const kept = new Map<number, Ranked>()
  const unreadable = new Map<number, unknown>()
  let room = MOST_KEPT

  const numberOf = (queryId: number, query: Query): number => {
    const number = numbers.get(queryId) ?? set.add(query)
    numbers.set(queryId, number)
    return number
  }
  const found = (queryId: number): Readonly<Bits> => {
    const query = queries.get(queryId)
    if (!query || unreadable.has(queryId)) return newBits(index.slots)
    try {
      return set.look(numberOf(queryId, query))
    } catch (error) {
      unreadable.set(queryId, error)
      return newBits(index.slots)
    }
  }
  const ranked = (queryId: number): Ranked => {
    const known = kept.get(queryId)
    if (known) return known
    const bits = found(queryId)
    const fresh = unreadable.has(queryId) ? NOTHING : ranker.rank(queries.get(queryId) ?? NO_QUERY, bits)
    room -= fresh.slots.length
    if (room < 0) {
      kept.clear()
      room = MOST_KEPT - fresh.slots.length
    }
    kept.set(queryId, fresh)
    return fresh
  }
  const text = remembered((place: number) => readPaper(papers[place]!), MOST_TEXTS)
  const lastMatched = remembered((queryId: number) => {
    let last: Day | null = null
    eachBit(found(queryId), (place) => {
      const { firstDay } = papers[place]!
      if (last === null || firstDay > last) last = firstDay
    })
    return last
  })
  const texts: PaperTexts = {
    get: (paperId) => {
      const place = index.slotOf(paperId)
      return place === undefined ? undefined : text(place)
    },
  }
  return {
    papers,
    unreadable,
    ranked,
    lastMatched,
    texts,
    placeOf: (id) => index.slotOf(id),
    matches: (queryId) => {
      const places: number[] = []
      eachBit(found(queryId), (place) => places.push(place))
      return places
    },
    reason: (queryId, paperId) => evaluate(queries.get(queryId)!, texts.get(paperId)!)!,
    near: (query, most) => archive.near(query, most).map(({ id }) => papers[index.slotOf(id)!]!),
    vectorOf: remembered((place: number) => archive.vectorOf(papers[place]!.id)!, MOST_VECTORS),
  }
}

function indexed(papers: readonly Paper[]): PaperIndex {
  const index = new PaperIndex()
  index.put(papers)
  return index
}

const NOTHING: Ranked = { slots: new Uint32Array(), scores: new Float32Array() }
const NO_QUERY: Query = { kind: 'or', parts: [] }
