import type { Day } from '../core/dates.ts'
import { memoize } from '../core/memoize.ts'
import type { Paper } from '../papers/paper.ts'
import { Archive, type DayBounds } from '../queries/archive.ts'
import { type Bits, countBits, forEachBit, hasBit, newBits } from '../queries/matching/bits.ts'
import { evaluate } from '../queries/matching/evaluate.ts'
import { PaperIndex } from '../queries/matching/paper-index.ts'
import { QuerySet } from '../queries/matching/query-set.ts'
import type { Query, Reason } from '../queries/query.ts'
import {
  type CloseChoice,
  type ClosePaper,
  chooseClose,
  leastCloseness,
  type NearDay,
  nearPapersByDay,
} from '../queries/ranking/close-papers.ts'
import { MIN_CLOSENESS, type Topic, topicOf } from '../queries/ranking/closeness.ts'
import { type Profile, preferenceOf } from '../queries/ranking/preference.ts'
import { nearMisses, type RankedMatches, rankMatches } from '../queries/ranking/rank-matches.ts'
import { type Nearness, nearnessOf } from '../queries/reasons/nearness.ts'
import { type PaperText, toPaperText } from '../queries/text/tokens.ts'

/**
 * Evaluates queries, identified by their ids, on a set of papers, identified by their docIds. Each query is matched
 * once for all subscribers who share it.
 */
export interface Matcher {
  /** In order of their ids. */
  papers: readonly Paper[]
  docIdOf(paperId: number): number | undefined
  /** The docIds of the papers that a query matches, ascending. */
  matches(queryId: number): readonly number[]
  /** The papers that a query matches, best first. */
  ranked(queryId: number): RankedMatches
  isMatch(queryId: number, docId: number): boolean
  /** Why the query matches this paper, which it must match. */
  reason(queryId: number, paperId: number): Reason
  /** How near a paper comes to a query that it does not match; null if it contains no wanted part. */
  nearness(queryId: number, docId: number): Nearness | null
  texts: PaperTexts
  /**
   * Papers that have words of a query but do not match it, best first; for a query without words, those with most
   * votes.
   */
  near(query: Query, most: number): Paper[]
  /**
   * Papers of the days from `from` on that are close to a query but do not match it, the closest first; without a choice,
   * as previews show them.
   */
  closeTo(queryId: number, from: Day, choice?: CloseChoice): readonly ClosePaper[]
  /** How much a profile prefers a paper, by docId: see preferenceOf. */
  preference(profile: Profile): (docId: number) => number
  /** Queries that could not be evaluated, with the error: they match nothing. */
  unreadable: ReadonlyMap<number, unknown>
}

/** Papers by their ids, as queries see them. */
export interface PaperTexts {
  get(paperId: number): PaperText | undefined
}

/** Number of docIds that are kept for the next subscriber, 8 bytes each. */
const MAX_KEPT = 30_000_000
/** Number of queries whose near papers are kept: some 1 kB each, and up to 15 kB with votes, which reach further. */
const MAX_NEAR_QUERIES = 5000
/** Number of cached paper texts, about 30 kB each. */
const MAX_TEXTS = 3000

interface MatcherArchives {
  /** Contains exactly the papers, in their order. */
  archive?: Archive
  /** All papers in memory, which say what a query is about and what is close to it; without it, nothing is close. */
  whole?: Archive
}

/** `papers` are in order of their ids. `queries` may grow, but must contain a query when it is used. */
export function createMatcher(
  papers: readonly Paper[],
  queries: ReadonlyMap<number, Query>,
  { archive = archiveOf(papers), whole }: MatcherArchives = {},
): Matcher {
  const { index } = archive
  const unreadable = new Map<number, unknown>()
  const found = openFinder(index, queries, unreadable)
  const days = daysOf(papers)
  const docIdOf = (paperId: number) => index.docIdOf(paperId)
  const texts = textsOf(papers, docIdOf)
  const readable = (queryId: number) => (unreadable.has(queryId) ? undefined : queries.get(queryId))
  const ranked = keepRanked((queryId) => {
    const matches = found(queryId)
    const query = readable(queryId)
    if (!query || countBits(matches) === 0) return NOTHING
    const topic = topicAmong(papers, query, { archive: whole ?? archive, upTo: days.to })
    return rankMatches(archive, query, { matches, topic })
  })
  const matches = (queryId: number): number[] => {
    const docIds: number[] = []
    forEachBit(found(queryId), (docId) => docIds.push(docId))
    return docIds
  }
  const near = memoize((key: string): NearDay[] => {
    const [queryId, from, least] = key.split(' ') as [string, Day, string]
    const query = readable(Number(queryId))
    if (!query || !whole) return []
    const byDay = nearPapersByDay(whole, query, { ...days, from }, Number(least))
    return byDay.map((day) => ({ ...day, papers: withDocIds(day.papers, docIdOf) }))
  }, MAX_NEAR_QUERIES)
  return {
    papers,
    docIdOf,
    matches,
    ranked,
    texts,
    unreadable,
    isMatch: (queryId, docId) => hasBit(found(queryId), docId),
    closeTo: (queryId, from, choice = { minCloseness: MIN_CLOSENESS }) =>
      chooseClose(near(`${queryId} ${from} ${leastCloseness(choice)}`), choice),
    reason: (queryId, paperId) => evaluate(queries.get(queryId)!, texts.get(paperId)!)!,
    nearness: (queryId, docId) => nearnessOf(queries.get(queryId)!, texts.get(papers[docId]!.id)!),
    near: (query, limit) => nearMisses(archive, query, { limit }).map((id) => papers[docIdOf(id)!]!),
    preference: (profile) => preferenceOf(archive, profile),
  }
}

/**
 * Finds the papers that a query matches; the result is valid until the next call. Adds queries that cannot be evaluated
 * to `unreadable`.
 */
function openFinder(
  index: PaperIndex,
  queries: ReadonlyMap<number, Query>,
  unreadable: Map<number, unknown>,
): (queryId: number) => Readonly<Bits> {
  const set = new QuerySet(index)
  const numberOf = memoize((queryId: number) => set.add(queries.get(queryId)!))
  return (queryId) => {
    // Without it, its subscribers would get nothing and not notice.
    if (!queries.has(queryId)) throw new Error(`query ${queryId} is not loaded`)
    try {
      if (!unreadable.has(queryId)) return set.peekMatches(numberOf(queryId))
    } catch (error) {
      unreadable.set(queryId, error)
    }
    return newBits(index.docCount)
  }
}

/** What a query is about in an archive, by the docIds of `papers`. */
function topicAmong(
  papers: readonly Paper[],
  query: Query,
  { archive, upTo }: { archive: Archive; upTo: Day | undefined },
): Topic | null {
  const topic = topicOf(archive, query, upTo)
  if (!topic) return null
  const closeness = (docId: number) => {
    // A paper may be withdrawn meanwhile.
    const there = archive.index.docIdOf(papers[docId]!.id)
    return there === undefined ? 0 : topic.closeness(there)
  }
  return { ...topic, closeness }
}

/** Forgets all when there are too many. */
function keepRanked(rank: (queryId: number) => RankedMatches): (queryId: number) => RankedMatches {
  const kept = new Map<number, RankedMatches>()
  let room = MAX_KEPT
  return (queryId) => {
    const known = kept.get(queryId)
    if (known) return known
    const all = rank(queryId)
    room -= all.docIds.length
    if (room < 0) {
      kept.clear()
      room = MAX_KEPT - all.docIds.length
    }
    kept.set(queryId, all)
    return all
  }
}

/** The papers that are candidates, with their docIds among them. */
const withDocIds = (papers: readonly ClosePaper[], docIdOf: Matcher['docIdOf']): ClosePaper[] =>
  papers.flatMap((paper) => {
    const docId = docIdOf(paper.id)
    return docId === undefined ? [] : [{ ...paper, docId }]
  })

function textsOf(papers: readonly Paper[], docIdOf: Matcher['docIdOf']): PaperTexts {
  const text = memoize((docId: number) => toPaperText(papers[docId]!), MAX_TEXTS)
  return {
    get: (paperId) => {
      const docId = docIdOf(paperId)
      return docId === undefined ? undefined : text(docId)
    },
  }
}

function daysOf(papers: readonly Paper[]): DayBounds {
  const days = papers.map(({ firstDay }) => firstDay).sort()
  return { from: days[0], to: days.at(-1) }
}

function archiveOf(papers: readonly Paper[]): Archive {
  const index = new PaperIndex()
  index.upsert(papers)
  return new Archive(index)
}

const NOTHING: RankedMatches = { docIds: new Uint32Array(), closeness: null }
