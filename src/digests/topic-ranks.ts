import { setTimeout } from 'node:timers/promises'
import { monotonicMs } from '../core/clock.ts'
import type { Day } from '../core/dates.ts'
import type { Deps } from '../core/deps.ts'
import { LruCache } from '../core/lru-cache.ts'
import { fromPlainError, type PlainError, toPlainError } from '../core/plain-error.ts'
import type { Archive } from '../queries/archive.ts'
import { newBits, setBit } from '../queries/matching/bits.ts'
import { asMeaning } from '../queries/meaning/meaning-of.ts'
import type { Query } from '../queries/query.ts'
import {
  type CloseChoice,
  type ClosePaper,
  chooseClose,
  gradedIds,
  leastCloseness,
  type NearDay,
  nearPapersByDay,
} from '../queries/ranking/close-papers.ts'
import { MIN_CLOSENESS, topicOf } from '../queries/ranking/closeness.ts'
import { NOTHING_RANKED, type RankedMatches, rankMatches } from '../queries/ranking/rank-matches.ts'
import { inSearchThread } from '../search/in-search-thread.ts'
import { isWholeArchiveReady, openArchive } from '../search/open-archive.ts'
import type { Candidates } from './candidates.ts'
import type { Matcher } from './matcher.ts'

/** The papers near a query on the days from `from` on, as far as `least`, and the graded ones: see nearPapersByDay. */
interface NearRequest {
  from: Day
  least: number
  graded: readonly number[]
}

/** What `closeTo` needs for a choice. */
export const nearRequest = (from: Day, choice: CloseChoice): NearRequest => ({
  from,
  least: leastCloseness(choice),
  graded: gradedIds(choice),
})

/** What digests ask about a query. */
interface QueryRequest {
  /** What it means to the planner, which matches by it. */
  meaning: Query
  /** Ids of the papers to be ranked. */
  paperIds: Uint32Array
  near: readonly NearRequest[]
}

interface QueryRanks {
  /** Null for a query without words. `closeness`: of each paper, in the order of the ids. */
  topic: { isPlaced: boolean; closeness: Float32Array } | null
  /** For each request, by the docIds of the whole archive. */
  near: NearDay[][]
}

interface RankTopicsInput {
  /** The last day whose papers count. */
  to: Day | undefined
  queries: readonly QueryRequest[]
}

/**
 * How close papers are to queries, among all papers in memory: as previews show them. A query that cannot be ranked has
 * an error; the others are ranked.
 */
const rankTopics = inSearchThread(
  import.meta.url,
  'rankTopics',
  async (deps: Deps, { to, queries }: RankTopicsInput): Promise<(QueryRanks | { error: PlainError })[]> => {
    const archive = await openArchive(deps, { withVectors: true })
    return queries.map((query) => {
      try {
        return ranksOf(archive, query, to)
      } catch (error) {
        return { error: toPlainError(error) }
      }
    })
  },
)

const mayRankTopics = inSearchThread(import.meta.url, 'mayRankTopics', (deps: Deps, _: null) =>
  isWholeArchiveReady(deps),
)

/** How often we look whether the search thread has read all papers, as in the first seconds after a start. */
const READING_MS = 200

/** After that time, the plan fails, and the next tick tries again. */
const MAX_READING_MS = 5 * 60_000

/**
 * Waits until `rankTopics` need not wait for papers: while a job waits, so do the searches of visitors. Throws if the
 * vectors of papers cannot be computed, and if it takes longer than `maxMs`.
 */
export async function untilTopicsCanBeRanked(deps: Deps, { maxMs = MAX_READING_MS } = {}): Promise<void> {
  const began = monotonicMs()
  while (!(await mayRankTopics(deps, null))) {
    if (monotonicMs() - began >= maxMs)
      throw new Error(`the search thread has not read all papers within ${maxMs / 1000} s`)
    await setTimeout(READING_MS)
  }
}

function ranksOf(
  archive: Archive,
  { meaning, paperIds, near }: QueryRequest,
  to: Day | undefined,
): QueryRanks {
  const query = asMeaning({ ...meaning })
  const topic = topicOf(archive, query, to)
  const closenessOf = (id: number) => {
    // A paper may be withdrawn meanwhile.
    const docId = archive.index.docIdOf(id)
    return docId === undefined ? 0 : topic!.closeness(docId)
  }
  return {
    topic: topic && { isPlaced: topic.isPlaced, closeness: Float32Array.from(paperIds, closenessOf) },
    near: near.map(({ from, least, graded }) => nearPapersByDay(archive, query, { from, to }, least, graded)),
  }
}

/** A query whose matches a digest ranks; with `near`, it may also show papers that come close. */
export interface RankRequest {
  queryId: number
  near?: NearRequest
}

/** The ranks that a page of digests needs. */
export interface TopicRanks extends Pick<Candidates, 'ranked' | 'closeTo'> {
  /**
   * Finds the ranks that are not known yet. Call it before they are used, but not in a transaction: it waits for the
   * searches of visitors. Throws if the search thread does not reply, and if the database is unavailable.
   */
  rank(requests: Iterable<RankRequest>): Promise<void>
  /** Whether all these ranks are known. */
  isRanked(requests: Iterable<RankRequest>): boolean
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
    isRanked: (requests) => openRequests(requests).length === 0,
    ranked: (queryId) => matches.get(queryId) ?? notRanked(queryId),
    closeTo: (queryId, from, choice: CloseChoice = { minCloseness: MIN_CLOSENESS }) =>
      chooseClose(near.get(nearKey(queryId, nearRequest(from, choice))) ?? notRanked(queryId), choice),
  }
}

interface OpenRequest {
  queryId: number
  request: QueryRequest
}

const nearKey = (queryId: number, { from, least, graded }: NearRequest): string =>
  `${queryId} ${from} ${least} ${graded.join()}`

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
