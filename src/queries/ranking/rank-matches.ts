import type { Day } from '../../core/dates.ts'
import type { Archive } from '../archive.ts'
import { type Bits, countBits, forEachBit } from '../matching/bits.ts'
import { oldestFirst } from '../matching/paper-index.ts'
import type { Query } from '../query.ts'
import { runToEnd, type Steps } from '../steps.ts'
import { type Topic, topicOf } from './closeness.ts'
import { topK } from './ranker.ts'

/** Matches of a query by docId, best first. */
export interface RankedMatches {
  docIds: Uint32Array
  /** How close each is to the query, comparable between queries; null for a query without words. */
  closeness: Float32Array | null
}

/** Looks up what `rankMatches` needs. Each step is short. */
export function* lookUpRanking(archive: Archive, query: Query, until?: Day): Steps<void> {
  const topic = yield* topicOf(archive, query, until)
  yield* archive.lookUpTerms(query, { ranked: !topic?.isPlaced })
}

/**
 * Orders up to `limit` matches: the closest first, then the newest. By BM25 if the learned space knows no word of the
 * query, or without a space. `topic`: of the query, by the docIds of this archive.
 */
export function rankMatches(
  archive: Archive,
  query: Query,
  { matches, topic, limit }: { matches: Readonly<Bits>; topic: Topic | null; limit?: number },
): RankedMatches {
  const docIds = topic?.isPlaced
    ? closestFirst(archive, matches, topic, limit)
    : archive.rank(query, matches, limit)
  return { docIds, closeness: topic && Float32Array.from(docIds, topic.closeness) }
}

/** The same for the newest papers of an archive, as ids. */
export function bestMatches(
  archive: Archive,
  query: Query,
  matches: Readonly<Bits>,
  limit?: number,
): number[] {
  const topic = runToEnd(topicOf(archive, query))
  const { docIds } = rankMatches(archive, query, { matches, topic, limit })
  return Array.from(docIds, (docId) => archive.index.attributes(docId).id)
}

function closestFirst(
  { index }: Archive,
  matches: Readonly<Bits>,
  topic: Topic,
  limit = Number.POSITIVE_INFINITY,
): Uint32Array {
  const docIds = new Uint32Array(countBits(matches))
  let count = 0
  forEachBit(matches, (docId) => {
    docIds[count++] = docId
  })
  const closeness = Float32Array.from(docIds, topic.closeness)
  const attributesAt = (place: number) => index.attributes(docIds[place]!)
  const places = topK(
    count,
    limit,
    (a, b) => closeness[b]! - closeness[a]! || oldestFirst(attributesAt(b), attributesAt(a)),
  )
  return Uint32Array.from(places, (place) => docIds[place]!)
}
