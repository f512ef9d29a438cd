import type { Day } from '../core/dates.ts'
import type { DigestTopic } from './digest.repo.ts'
import { type DigestSection, topicHead } from './digest-content.ts'
import { type NearPaper, showNear } from './nearest.ts'
import type { Offer } from './offer.ts'
import type { Shelf } from './shelf.ts'

export interface CloseInput {
  /** The subscriber's. */
  topics: readonly DigestTopic[]
  /** Ids of those that matched nothing for long. */
  dry: ReadonlySet<number>
  offer: Offer
  since: Day
  /** Of all sections together. */
  most: number
}

/** For topics that matched nothing for long, sections of papers that hold some of their words, and were not shown. */
export function closeSections(
  shelf: Shelf,
  { topics, dry, offer, since, most }: CloseInput,
): DigestSection[] {
  const due = topics.filter(({ id }) => dry.has(id))
  if (due.length === 0) return []
  // None that any topic matches is among those chosen for one.
  const taken = new Set(topics.flatMap(({ queryId }) => shelf.matches(queryId)))
  const mayShow = ({ matches, paper: { id, firstDay } }: NearPaper) =>
    matches.length > 0 && firstDay >= since && offer.isUnshown(id) && !taken.has(shelf.placeOf(id)!)
  const sections: DigestSection[] = []
  let left = most
  for (const topic of due) {
    if (left <= 0) break
    const near = shelf.nearest(topic.queryId).filter(mayShow).slice(0, left)
    if (near.length === 0) continue
    for (const { paper } of near) taken.add(shelf.placeOf(paper.id)!)
    left -= near.length
    sections.push({ ...topicHead(topic), close: true, papers: near.map(showNear) })
  }
  return sections
}
