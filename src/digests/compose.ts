import type { Day } from '../core/dates.ts'
import { bestOfDay } from './best-of-day.ts'
import type { Candidates } from './candidates.ts'
import type { DigestSection } from './digest-content.ts'
import { type ComposeInput, type DigestDraft, draftContent, receivesSince } from './digest-draft.ts'
import { eligibleByTopic } from './eligible-papers.ts'
import { type EligibleRange, eligibleRangeAfter, eligibleSince, risingSince } from './eligible-range.ts'
import { nearMissSections } from './near-miss-sections.ts'
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
    news.length > 0 ? nearMissesFor(candidates, input, { offer: range, since, matchedTopics, room }) : []
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

/** Near misses of idle topics, if the matches leave room. */
function nearMissesFor(
  candidates: Candidates,
  { recipient: { topics }, dry = NO_TOPICS }: ComposeInput,
  {
    offer: range,
    since,
    matchedTopics,
    room,
  }: { offer: EligibleRange; since: Day; matchedTopics: readonly number[]; room: number },
): DigestSection[] {
  if (dry.size === 0) return []
  const stillIdle = new Set([...dry].filter((id) => !matchedTopics.includes(id)))
  return nearMissSections(candidates, {
    topics,
    idleTopicIds: stillIdle,
    range,
    since,
    maxPapers: Math.min(MAX_NEAR_MISSES, room),
  })
}

const NO_TOPICS: ReadonlySet<number> = new Set()
/** Per digest. */
const MAX_NEAR_MISSES = 3
