import type { Day } from '../platform/dates.ts'
import { type DigestPaper, type DigestSection, topicHead } from './digest-content.ts'
import type { DigestTopic } from './digest-store.ts'
import { type NearPaper, showNear } from './nearest.ts'
import type { Offer } from './offer.ts'
import type { Shelf } from './shelf.ts'

/** For each topic, as many as this. */
const MOST_CLOSE = 3

export interface CloseInput {
  /** The subscriber's. */
  topics: readonly DigestTopic[]
  /** Ids of those that matched nothing for long. */
  dry: ReadonlySet<number>
  offer: Offer
  since: Day
  /** What the digest shows already, and how many more papers it may hold. */
  shown: readonly DigestPaper[]
  room: number
}

/** For topics that matched nothing for long, sections of papers that hold some of their words, and were not shown. */
export function closeSections(
  shelf: Shelf,
  { topics, dry, offer, since, shown, room }: CloseInput,
): DigestSection[] {
  const taken = new Set(shown.map(({ id }) => id))
  const matched = new Set(topics.flatMap(({ queryId }) => shelf.matches(queryId)))
  const mayShow = ({ paper: { id, firstDay } }: NearPaper) =>
    firstDay >= since && offer.isUnshown(id) && !taken.has(id) && !matched.has(shelf.placeOf(id)!)
  const sections: DigestSection[] = []
  let left = room
  for (const topic of topics.filter(({ id }) => dry.has(id))) {
    const near = shelf.nearest(topic.queryId).filter(mayShow).slice(0, Math.min(MOST_CLOSE, left))
    if (near.length === 0) continue
    for (const { paper } of near) taken.add(paper.id)
    left -= near.length
    sections.push({ ...topicHead(topic), close: true, papers: near.map(showNear) })
  }
  return sections
}
