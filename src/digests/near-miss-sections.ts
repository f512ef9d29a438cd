import type { Day } from '../core/dates.ts'
import type { Candidates } from './candidates.ts'
import type { DigestTopic } from './digest.repo.ts'
import { type DigestSection, topicHead } from './digest-content.ts'
import type { EligibleRange } from './eligible-range.ts'
import { type NearMiss, showNearMiss } from './near-misses.ts'

export interface NearMissSectionsInput {
  /** The subscriber's. */
  topics: readonly DigestTopic[]
  /** Ids of those that matched nothing for long. */
  idleTopicIds: ReadonlySet<number>
  range: EligibleRange
  since: Day
  /** Of all sections together. */
  maxPapers: number
}

/** For topics that matched nothing for long, sections of papers that hold some of their words, and were not shown. */
export function nearMissSections(
  candidates: Candidates,
  { topics, idleTopicIds, range, since, maxPapers }: NearMissSectionsInput,
): DigestSection[] {
  const due = topics.filter(({ id }) => idleTopicIds.has(id))
  if (due.length === 0) return []
  // None that any topic matches is among those chosen for one.
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
