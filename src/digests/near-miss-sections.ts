import type { Day } from '../core/dates.ts'
import type { Candidates } from './candidates.ts'
import type { DigestTopic } from './digest.repo.ts'
import { type DigestSection, topicHead } from './digest-content.ts'
import type { EligibleRange } from './eligible-range.ts'
import { type NearMiss, showNearMiss } from './near-misses.ts'

export interface NearMissSectionsInput {
  /** The subscriber's topics. */
  topics: readonly DigestTopic[]
  /** Ids of the topics without a recent match. */
  idleTopicIds: ReadonlySet<number>
  range: EligibleRange
  since: Day
  /** For all sections together. */
  maxPapers: number
}

/** For idle topics, sections of papers that contain some of their words and were not shown before. */
export function nearMissSections(
  candidates: Candidates,
  { topics, idleTopicIds, range, since, maxPapers }: NearMissSectionsInput,
): DigestSection[] {
  const due = topics.filter(({ id }) => idleTopicIds.has(id))
  if (due.length === 0) return []
  // Papers that match one of the topics are not near misses of another.
  const taken = new Set(topics.flatMap(({ queryId }) => candidates.matches(queryId)))
  const mayShow = ({ matches, paper: { id, firstDay } }: NearMiss) =>
    matches.length > 0 && firstDay >= since && range.isUnshown(id) && !taken.has(candidates.docIdOf(id)!)
  const sections: DigestSection[] = []
  let left = maxPapers
  for (const topic of due) {
    if (left <= 0) break
    const near = candidates.nearMisses(topic.queryId).filter(mayShow).slice(0, left)
    if (near.length === 0) continue
    for (const { paper } of near) taken.add(candidates.docIdOf(paper.id)!)
    left -= near.length
    sections.push({ ...topicHead(topic), close: true, papers: near.map(showNearMiss) })
  }
  return sections
}
