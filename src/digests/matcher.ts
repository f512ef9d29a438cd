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
import { runToEnd } from '../queries/steps.ts'
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
  /** The same, best first. */
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
  const set = new QuerySet(index)
  const unreadable = new Map<number, unknown>()
  const numberOf = memoize((queryId: number) => set.add(queries.get(queryId)!))
  /** Valid until the next call. */
  const found = (queryId: number): Readonly<Bits> => {
    // Without it, its subscribers would get nothing and not notice.
    if (!queries.has(queryId)) throw new Error(`query ${queryId} is not loaded`)
    try {
      if (!unreadable.has(queryId)) return set.peekMatches(numberOf(queryId))
    } catch (error) {
      unreadable.set(queryId, error)
    }
    return newBits(index.docCount)
  }
  const days = daysOf(papers)
  /** The topic of a query by the docIds of the papers. */
  const topicIn = (query: Query): Topic | null => {
    const { index } = whole ?? archive
    const topic = runToEnd(topicOf(whole ?? archive, query, days.to))
    if (!topic) return null
    const closeness = (docId: number) => {
      // A paper may be withdrawn meanwhile.
      const there = index.docIdOf(papers[docId]!.id)
      return there === undefined ? 0 : topic.closeness(there)
    }
    return { ...topic, closeness }
  }
  const kept = new Map<number, RankedMatches>()
  let room = MAX_KEPT
  const ranked = (queryId: number): RankedMatches => {
    const known = kept.get(queryId)
    if (known) return known
    const docs = found(queryId)
    const query = queries.get(queryId)
    const isRanked = query && !unreadable.has(queryId) && countBits(docs) > 0
    const all = isRanked ? rankMatches(archive, query, { matches: docs, topic: topicIn(query) }) : NOTHING
    room -= all.docIds.length
    if (room < 0) {
      kept.clear()
      room = MAX_KEPT - all.docIds.length
    }
    kept.set(queryId, all)
    return all
  }
  const docIdOf = (paperId: number) => index.docIdOf(paperId)
  const texts = textsOf(papers, docIdOf)
  const matches = (queryId: number): number[] => {
    const docIds: number[] = []
    forEachBit(found(queryId), (docId) => docIds.push(docId))
    return docIds
  }
  const near = memoize((key: string): NearDay[] => {
    const [queryId, from, least] = key.split(' ') as [string, Day, string]
    const query = queries.get(Number(queryId))
    if (!query || !whole || unreadable.has(Number(queryId))) return []
    return runToEnd(nearPapersByDay(whole, query, { ...days, from }, Number(least))).map((day) => ({
      ...day,
      papers: day.papers.flatMap((paper) => {
        const docId = docIdOf(paper.id)
        return docId === undefined ? [] : [{ ...paper, docId }]
      }),
    }))
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
    near: (query, limit) =>
      runToEnd(nearMisses(archive, query, { limit })).map((id) => papers[docIdOf(id)!]!),
    preference: (profile) => preferenceOf(archive, profile),
  }
}

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
