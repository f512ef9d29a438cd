import type { ClosePaper } from '../queries/ranking/close-papers.ts'

interface TopicWithClose {
  /** Null if they were not found in time. */
  close: readonly ClosePaper[] | null
}

interface CloseToTopicsInput<T> {
  /** Whether a topic matches a paper. */
  isMatch: (topic: T, docId: number) => boolean
  limit?: number
}

/** The papers that come close to one of several topics and match none, each with its closest topic; the closest first. */
export function closeToTopics<T extends TopicWithClose>(
  topics: readonly T[],
  { isMatch, limit = Number.POSITIVE_INFINITY }: CloseToTopicsInput<T>,
): (ClosePaper & { topic: T })[] {
  const seen = new Set<number>()
  const close = topics
    .flatMap((topic) => (topic.close ?? []).map((paper) => ({ ...paper, topic })))
    .sort((a, b) => b.closeness - a.closeness || b.id - a.id)
    .values()
    .filter(({ id }) => !seen.has(id) && seen.add(id))
    .filter(({ docId }) => !topics.some((topic) => isMatch(topic, docId)))
  return [...close.take(limit)]
}
