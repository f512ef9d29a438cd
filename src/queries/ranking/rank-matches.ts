import type { Archive } from '../archive.ts'
import { type Bits, intersectBits, subtractBits } from '../matching/bits.ts'
import { leavesOf, mentionsRevised, type Query } from '../query.ts'
import { type Topic, topicOf } from './closeness.ts'
import { bestFirst, docIdsOf, rankByWords } from './ranker.ts'

/** Matches of a query by docId, best first. */
export interface RankedMatches {
  docIds: Uint32Array
  /** How close each is to the query, comparable between queries; null for a query without words. */
  closeness: Float32Array | null
}

/** What says which matches are the closest. */
export type RankingTopic = Pick<Topic, 'isPlaced' | 'closeness'>

export const NOTHING_RANKED: RankedMatches = { docIds: new Uint32Array(), closeness: null }

/**
 * Orders up to `limit` matches: the closest first, then the newest. By BM25 if the learned space knows no word of the
 * query, or without a space. `topic`: of the query, by the docIds of this archive.
 */
export function rankMatches(
  archive: Archive,
  query: Query,
  { matches, topic, limit }: { matches: Readonly<Bits>; topic: RankingTopic | null; limit?: number },
): RankedMatches {
  const { index } = archive
  const byWords = () => rankByWords(index, archive.meaningOf(query), matches, limit)
  if (!topic) return { docIds: byWords(), closeness: null }
  const closeness = new Float32Array(index.docCount)
  const found = docIdsOf(matches)
  for (const docId of found) closeness[docId] = topic.closeness(docId)
  const docIds = topic.isPlaced ? bestFirst(index, found, closeness, limit) : byWords()
  return { docIds, closeness: Float32Array.from(docIds, (docId) => closeness[docId]!) }
}

/** The ids of the matches, best first, by the topic as it is today. */
export function bestMatches(
  archive: Archive,
  query: Query,
  matches: Readonly<Bits>,
  limit?: number,
): number[] {
  const topic = topicOf(archive, query)
  const { docIds } = rankMatches(archive, query, { matches, topic, limit })
  return Array.from(docIds, (docId) => archive.index.attributes(docId).id)
}

/**
 * The newest papers that contain words of a query but do not match it, best first, as ids. For a query without words, the
 * papers with the most votes.
 */
export function nearMisses(
  archive: Archive,
  query: Query,
  { among = archive.all(), limit }: { among?: Readonly<Bits>; limit: number },
): number[] {
  const words = archive.wantedWords(query)
  const topic = topicOf(archive, query)
  const matches = leavesOf(words).length > 0 ? archive.find(words, mentionsRevised(query)) : among.slice()
  subtractBits(matches, archive.find(query))
  intersectBits(matches, among)
  const { docIds } = rankMatches(archive, words, { matches, topic, limit })
  return Array.from(docIds, (docId) => archive.index.attributes(docId).id)
}
