import { setTimeout } from 'node:timers/promises'
import type { Day } from '../core/dates.ts'
import type { Deps } from '../core/deps.ts'
import { type PlainError, toPlainError } from '../core/plain-error.ts'
import type { Archive } from '../queries/archive.ts'
import { asMeaning } from '../queries/meaning/meaning-of.ts'
import type { Query } from '../queries/query.ts'
import { type NearDay, nearPapersByDay } from '../queries/ranking/close-papers.ts'
import { topicOf } from '../queries/ranking/closeness.ts'
import { inSearchThread } from '../search/in-search-thread.ts'
import { isWholeArchiveReady, openArchive } from '../search/open-archive.ts'

/** The papers near a query on the days from `from` on, as far as `least`: see leastCloseness. */
export interface NearRequest {
  from: Day
  least: number
}

/** What digests ask about a query. */
export interface QueryRequest {
  /** What it means to the planner, which matches by it. */
  meaning: Query
  /** Ids of the papers to be ranked. */
  paperIds: Uint32Array
  near: readonly NearRequest[]
}

export interface QueryRanks {
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
export const rankTopics = inSearchThread(
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

/** Waits until `rankTopics` need not wait for papers: while a job waits, so do the searches of visitors. */
export async function untilTopicsCanBeRanked(deps: Deps): Promise<void> {
  while (!(await mayRankTopics(deps, null))) await setTimeout(READING_MS)
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
    near: near.map(({ from, least }) => nearPapersByDay(archive, query, { from, to }, least)),
  }
}
