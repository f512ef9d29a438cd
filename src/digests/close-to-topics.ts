import { type Bits, hasBit } from '../queries/matching/bits.ts'
import type { ClosePaper } from '../queries/ranking/close-papers.ts'

interface TopicWithClose {
  /** What it matches. */
  found: Bits
  close: readonly ClosePaper[]
}

/** The papers that come close to one of several topics and match none, each with its closest topic; the closest first. */
export function closeToTopics<T extends TopicWithClose>(topics: readonly T[]): (ClosePaper & { topic: T })[] {
  const seen = new Set<number>()
  return topics
    .flatMap((topic) => topic.close.map((paper) => ({ ...paper, topic })))
    .filter(({ docId }) => !topics.some(({ found }) => hasBit(found, docId)))
    .sort((a, b) => b.closeness - a.closeness || b.id - a.id)
    .filter(({ id }) => !seen.has(id) && seen.add(id))
}
