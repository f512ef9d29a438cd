import { memoize } from '../core/memoize.ts'
import type { PaperSnapshot } from '../papers/history.repo.ts'
import type { Paper } from '../papers/paper.ts'
import { Archive } from '../queries/archive.ts'
import { type Bits, countBits, forEachBit, hasBit, newBits } from '../queries/matching/bits.ts'
import { evaluate } from '../queries/matching/evaluate.ts'
import { PaperIndex } from '../queries/matching/paper-index.ts'
import { QuerySet } from '../queries/matching/query-set.ts'
import { isTimeDependent, mentionsRevised, type Query, type Reason } from '../queries/query.ts'
import { topicOf } from '../queries/ranking/closeness.ts'
import { type Profile, preferenceOf } from '../queries/ranking/preference.ts'
import {
  NOTHING_RANKED,
  nearMisses,
  type RankedMatches,
  rankMatches,
} from '../queries/ranking/rank-matches.ts'
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
  /** The papers that a query matches, best first, by these papers only. */
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
  /** How much a profile prefers a paper, by docId: see preferenceOf. */
  preference(profile: Profile): (docId: number) => number
  /** Queries that could not be evaluated or ranked, with the error: they match nothing. */
  unreadable: Map<number, unknown>
}

/** Papers by their ids, as queries see them. */
export interface PaperTexts {
  get(paperId: number): PaperText | undefined
}

/** Number of cached paper texts, about 30 kB each. */
const MAX_TEXTS = 3000

/**
 * `papers` are in order of their ids. `archive` contains exactly these, in this order. `queries` may grow, but must contain
 * a query when it is used.
 */
export function createMatcher(
  papers: readonly Paper[],
  queries: ReadonlyMap<number, Query>,
  archive: Archive = archiveOf(papers),
): Matcher {
  const { index } = archive
  const unreadable = new Map<number, unknown>()
  const found = openFinder(index, queries, unreadable)
  const docIdOf = (paperId: number) => index.docIdOf(paperId)
  const texts = textsOf(papers, docIdOf)
  const ranked = memoize((queryId: number) => {
    const matches = found(queryId)
    if (unreadable.has(queryId) || countBits(matches) === 0) return NOTHING_RANKED
    const query = queries.get(queryId)!
    return rankMatches(archive, query, { matches, topic: topicOf(archive, query) })
  })
  const matches = (queryId: number): number[] => {
    const docIds: number[] = []
    forEachBit(found(queryId), (docId) => docIds.push(docId))
    return docIds
  }
  return {
    papers,
    docIdOf,
    matches,
    ranked,
    texts,
    unreadable,
    isMatch: (queryId, docId) => hasBit(found(queryId), docId),
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

function textsOf(papers: readonly Paper[], docIdOf: Matcher['docIdOf']): PaperTexts {
  const text = memoize((docId: number) => toPaperText(papers[docId]!), MAX_TEXTS)
  return {
    get: (paperId) => {
      const docId = docIdOf(paperId)
      return docId === undefined ? undefined : text(docId)
    },
  }
}

function archiveOf(papers: readonly Paper[]): Archive {
  const index = new PaperIndex()
  index.upsert(papers)
  return new Archive(index)
}

/** votes: it has reached the votes since then. revised: the query includes newer versions, and it is one. */
export type NewMatchCause = 'votes' | 'revised'

export interface NewlyMatchingInput {
  query: Query
  /** Ids of the papers that it matches now. */
  matches: readonly number[]
  texts: PaperTexts
  /** The papers at that time; a paper that is not in it had no votes and no newer version. */
  before: ReadonlyMap<number, PaperSnapshot>
}

const NOTHING: PaperSnapshot = { votes: null, revisedDay: null }

/** Those of the papers that the query would not have matched then, with the cause. */
export function newlyMatchingSince({
  query,
  matches,
  texts,
  before,
}: NewlyMatchingInput): Map<number, NewMatchCause> {
  const causes = new Map<number, NewMatchCause>()
  if (!isTimeDependent(query)) return causes
  for (const id of matches) {
    const now = texts.get(id)!
    const then = before.get(id) ?? NOTHING
    const isRevision = mentionsRevised(query) && now.revisedDay !== null
    const isNewer = isRevision && now.revisedDay !== then.revisedDay
    if (!isNewer && (now.votes ?? -1) <= (then.votes ?? -1)) continue
    // Each newer version counts as new, even if there were earlier ones.
    if (evaluate(query, { ...now, ...then, ...(isNewer && { revisedDay: null }) })) continue
    causes.set(id, isRevision ? 'revised' : 'votes')
  }
  return causes
}
