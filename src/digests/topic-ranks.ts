import type { Day } from '../core/dates.ts'
import type { Deps } from '../core/deps.ts'
import { LruCache } from '../core/lru-cache.ts'
import { fromPlainError } from '../core/plain-error.ts'
import type { Archive } from '../queries/archive.ts'
import { newBits, setBit } from '../queries/matching/bits.ts'
import type { Query } from '../queries/query.ts'
import {
  type CloseChoice,
  type ClosePaper,
  chooseClose,
  leastCloseness,
  type NearDay,
} from '../queries/ranking/close-papers.ts'
import { MIN_CLOSENESS } from '../queries/ranking/closeness.ts'
import { NOTHING_RANKED, type RankedMatches, rankMatches } from '../queries/ranking/rank-matches.ts'
import type { Candidates } from './candidates.ts'
import type { Matcher } from './matcher.ts'
import { type NearRequest, type QueryRanks, type QueryRequest, rankTopics } from './rank-topics.ts'

/** A query whose matches a digest ranks; with `near`, it may also show papers that come close. */
export interface RankRequest {
  queryId: number
  near?: NearRequest
}

/** The ranks that a page of digests needs. */
export interface TopicRanks extends Pick<Candidates, 'ranked' | 'closeTo'> {
  /**
   * Finds the ranks that are not known yet. Call it before they are used. Throws if the search thread does not reply,
   * and if the database is unavailable.
   */
  rank(requests: Iterable<RankRequest>): Promise<void>
}

/** Queries for one job, some 50 ms: the searches of visitors take turns with them. */
const QUERIES_PER_JOB = 20
/** Number of docIds that are kept for the next page, 8 bytes each. */
const MAX_KEPT = 30_000_000
/** Number of lists of near papers that are kept: some 1 kB each, and up to 15 kB with votes, which reach further. */
const MAX_KEPT_NEAR = 5000

interface RankedArchive {
  matcher: Matcher
  /** Contains exactly the papers of the matcher, in their order. */
  archive: Archive
  queries: ReadonlyMap<number, Query>
  /** The last day whose papers count. */
  to: Day | undefined
}

/** Asks the search thread about queries, and keeps what it says for the next pages. */
export function openTopicRanks(deps: Deps, ranked: RankedArchive): () => TopicRanks {
  const kept = {
    matches: new LruCache<number, RankedMatches>(MAX_KEPT, ({ docIds }) => docIds.length + 1),
    near: new LruCache<string, readonly NearDay[]>(MAX_KEPT_NEAR),
  }
  return () => openPage(deps, ranked, kept)
}

type Kept = Record<'matches', LruCache<number, RankedMatches>> &
  Record<'near', LruCache<string, readonly NearDay[]>>

function openPage(deps: Deps, ofPlanner: RankedArchive, kept: Kept): TopicRanks {
  const { matcher, queries, to } = ofPlanner
  const matches = new Map<number, RankedMatches>()
  const near = new Map<string, readonly NearDay[]>()

  function add({ queryId, request: { near: asked } }: OpenRequest, ranks: QueryRanks): void {
    matches.set(queryId, kept.matches.set(queryId, matchesOf(ofPlanner, queryId, ranks)))
    for (const [i, one] of asked.entries()) {
      const days = ranks.near[i]!.map((day) => ({ ...day, papers: withDocIds(day.papers, matcher) }))
      const key = nearKey(queryId, one)
      near.set(key, kept.near.set(key, days))
    }
  }

  function openRequests(requests: Iterable<RankRequest>): OpenRequest[] {
    const open = new Map<number, Map<string, NearRequest>>()
    for (const { queryId, near: asked } of requests) {
      const key = asked && nearKey(queryId, asked)
      const isKnown = isAdded(matches, kept.matches, queryId)
      const isNearKnown = key === undefined || isAdded(near, kept.near, key)
      if (isKnown && isNearKnown) continue
      const ofQuery = open.get(queryId) ?? new Map<string, NearRequest>()
      if (!isNearKnown) ofQuery.set(key, asked!)
      open.set(queryId, ofQuery)
    }
    return Array.from(open, ([queryId, ofQuery]) => {
      const paperIds = Uint32Array.from(matcher.matches(queryId), (docId) => matcher.papers[docId]!.id)
      return { queryId, request: { meaning: queries.get(queryId)!, paperIds, near: [...ofQuery.values()] } }
    })
  }

  return {
    rank: async (requests) => {
      const open = openRequests(requests)
      const isNeeded = ({ queryId, request: { paperIds, near } }: OpenRequest) =>
        !matcher.unreadable.has(queryId) && (paperIds.length > 0 || near.length > 0)
      const { asked = [], unasked = [] } = Object.groupBy(open, (one) =>
        isNeeded(one) ? 'asked' : 'unasked',
      )
      for (const one of unasked) add(one, nothingFor(one))
      for (let i = 0; i < asked.length; i += QUERIES_PER_JOB) {
        const batch = asked.slice(i, i + QUERIES_PER_JOB)
        const ranks = await rankTopics(deps, { to, queries: batch.map(({ request }) => request) })
        for (const [place, one] of batch.entries()) {
          const found = ranks[place]!
          if ('error' in found) matcher.unreadable.set(one.queryId, fromPlainError(found.error))
          add(one, 'error' in found ? nothingFor(one) : found)
        }
      }
    },
    ranked: (queryId) => matches.get(queryId) ?? notRanked(queryId),
    closeTo: (queryId, from, choice: CloseChoice = { minCloseness: MIN_CLOSENESS }) =>
      chooseClose(
        near.get(nearKey(queryId, { from, least: leastCloseness(choice) })) ?? notRanked(queryId),
        choice,
      ),
  }
}

interface OpenRequest {
  queryId: number
  request: QueryRequest
}

const nearKey = (queryId: number, { from, least }: NearRequest): string => `${queryId} ${from} ${least}`

/** Whether the page has it, now or since this call. */
function isAdded<Key, Value>(page: Map<Key, Value>, kept: LruCache<Key, Value>, key: Key): boolean {
  if (page.has(key)) return true
  const known = kept.get(key)
  if (known !== undefined) page.set(key, known)
  return known !== undefined
}

const nothingFor = ({ request: { near } }: OpenRequest): QueryRanks => ({
  topic: null,
  near: near.map(() => []),
})

/** In the order of the best first. The ids asked for are those of the matches. */
function matchesOf(
  { matcher, archive, queries }: RankedArchive,
  queryId: number,
  { topic }: QueryRanks,
): RankedMatches {
  const docIds = matcher.matches(queryId)
  if (docIds.length === 0 || matcher.unreadable.has(queryId)) return NOTHING_RANKED
  const matches = newBits(matcher.papers.length)
  const closeness = new Float32Array(matcher.papers.length)
  for (const [i, docId] of docIds.entries()) {
    setBit(matches, docId)
    closeness[docId] = topic?.closeness[i] ?? 0
  }
  const ranked = topic && { ...topic, closeness: (docId: number) => closeness[docId]! }
  return rankMatches(archive, queries.get(queryId)!, { matches, topic: ranked })
}

/** The papers that are candidates, with their docIds among them. */
const withDocIds = (papers: readonly ClosePaper[], { docIdOf }: Matcher): ClosePaper[] =>
  papers.flatMap((paper) => {
    const docId = docIdOf(paper.id)
    return docId === undefined ? [] : [{ ...paper, docId }]
  })

function notRanked(queryId: number): never {
  throw new Error(`query ${queryId} is not ranked`)
}
