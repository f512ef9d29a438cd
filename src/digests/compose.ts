import type { Day } from '../core/dates.ts'
import { bestOfDay } from './best-of-day.ts'
import type { Candidates } from './candidates.ts'
import { type DigestSection, topicHead } from './digest-content.ts'
import { type ComposeInput, type DigestDraft, draftContent, receivesSince } from './digest-draft.ts'
import { eligibleByTopic } from './eligible-papers.ts'
import { type EligibleRange, eligibleRangeAfter, eligibleSince, risingSince } from './eligible-range.ts'
import { type NearMiss, showNearMiss } from './near-misses.ts'
import { inTopicOrder, toSection } from './sections.ts'
import { weekOf } from './week.ts'

/** Composes the digest of one subscriber for a date. Throws if none of their queries can be read. */
export const compose = (candidates: Candidates, input: ComposeInput): DigestDraft =>
  input.recipient.topics.length > 0 ? byTopics(candidates, input) : bestOfDay(candidates, input)

function byTopics(candidates: Candidates, input: ComposeInput): DigestDraft {
  const { recipient, earlier, localDate, maxPaperId, last, profile } = input
  const { topics, maxPapers } = recipient
  const since = eligibleSince(localDate, receivesSince(recipient))
  const range = eligibleRangeAfter(earlier, candidates.lowestIdSince(since) ?? maxPaperId + 1, maxPaperId)
  const risen = risingSince(localDate, last?.localDate ?? undefined, receivesSince(recipient))
  const offered = eligibleByTopic({ candidates, since, range, last, risen }, topics)
  if (topics.every(({ queryId }) => candidates.unreadable.has(queryId))) {
    throw candidates.unreadable.get(topics[0]!.queryId)
  }
  const matchedTopics = topics.filter((_, i) => offered.topics[i]!.length > 0).map(({ id }) => id)
  const { sections: chosen, more, others } = candidates.selector.select({ ...offered, cap: maxPapers })
  const news = chosen.map((section) => toSection(candidates, section, { topics, profile }))
  const room = maxPapers - news.flatMap(({ papers }) => papers).length
  const nearMisses =
    news.length > 0 ? nearMissSections(candidates, input, { range, since, matchedTopics, room }) : []
  const sections = inTopicOrder([...news, ...nearMisses], topics)
  const days = news.flatMap(({ papers }) => papers.map(({ day }) => day))
  const week = recipient.weekly ? weekOf(localDate, receivesSince(recipient), days) : null
  const beyond = others.map((docId) => candidates.papers[docId]!.id)
  const { fromPaper, toPaper } = range
  return {
    fromPaper,
    toPaper,
    toHistory: input.history,
    bestDay: null,
    ...draftContent(input, { bestOf: null, week, sections, matchedTopics, more, beyond }),
  }
}

interface NearMissesScope {
  range: EligibleRange
  since: Day
  matchedTopics: readonly number[]
  /** How many papers the matches leave room for. */
  room: number
}

/** For idle topics, sections of papers that contain some of their words and were not shown before. */
function nearMissSections(
  candidates: Candidates,
  { recipient: { topics }, idleTopicIds = NO_TOPICS }: ComposeInput,
  { range, since, matchedTopics, room }: NearMissesScope,
): DigestSection[] {
  const idle = topics.filter(({ id }) => idleTopicIds.has(id) && !matchedTopics.includes(id))
  if (idle.length === 0) return []
  // Papers that match one of the topics are not near misses of another.
  const taken = new Set(topics.flatMap(({ queryId }) => candidates.matches(queryId)))
  const mayShow = ({ matches, paper: { id, firstDay } }: NearMiss) =>
    matches.length > 0 && firstDay >= since && range.isUnshown(id) && !taken.has(candidates.docIdOf(id)!)
  const sections: DigestSection[] = []
  let left = Math.min(MAX_NEAR_MISSES, room)
  for (const topic of idle) {
    if (left <= 0) break
    const near = candidates.nearMisses(topic.queryId).filter(mayShow).slice(0, left)
    if (near.length === 0) continue
    for (const { paper } of near) taken.add(candidates.docIdOf(paper.id)!)
    left -= near.length
    sections.push({ ...topicHead(topic), close: true, papers: near.map(showNearMiss) })
  }
  return sections
}

const NO_TOPICS: ReadonlySet<number> = new Set()
/** Per digest. */
const MAX_NEAR_MISSES = 3
