import { type Day, dayOf, daysIn, HOUR_MS } from '../core/dates.ts'
import { memoize } from '../core/memoize.ts'
import type { Vector } from '../queries/ranking/tf-idf.ts'
import type { ShownPaper } from '../queries/reasons/shown-paper.ts'
import { type Candidates, type NearMiss, type Preference, showNearMiss, toSection } from './candidates.ts'
import type { DigestDraft, DigestTopic, Recipient } from './digest.repo.ts'
import { type DigestContent, type DigestSection, weekOf, weekTo } from './digest-content.ts'
import type { HistoryPoint } from './earlier-digest.repo.ts'
import {
  type EarlierDigest,
  type EligibleRange,
  eligibleRangeAfter,
  eligibleSince,
  highestPaperSeen,
  risingSince,
} from './eligible-range.ts'
import type { NewMatchCause } from './newly-matching.ts'
import { MAX_OTHERS, type SelectPapersInput } from './select-papers.ts'

export interface ComposeInput {
  recipient: Recipient
  /** Their earlier digests that count. */
  earlier: readonly EarlierDigest[]
  localDate: Day
  /** The highest paper id to consider. */
  maxPaperId: number
  /** The highest id of the papers' history that the pool has loaded. */
  history: number
  /** The history point of their last digest; undefined if no topic can newly match earlier papers. */
  last?: HistoryPoint
  /** Their profile; undefined if they never gave feedback. */
  profile?: Vector
  /** Ids of their topics that matched nothing for long. */
  idleTopicIds?: ReadonlySet<number>
  sources: string
  now: Date
}

/** Imported subscribers confirmed earlier, but got their emails from another installation until the import. */
export const receivesSince = ({
  confirmedAt,
  importedAt,
}: Pick<Recipient, 'confirmedAt' | 'importedAt'>): Date | null =>
  confirmedAt && importedAt && importedAt > confirmedAt ? importedAt : confirmedAt

/** The part of a draft that is shown and frozen with the digest. */
function draftContent(
  { localDate, sources }: ComposeInput,
  shown: Omit<DigestContent, 'localDate' | 'sources'>,
): Pick<DigestDraft, 'papers' | 'matched' | 'content'> {
  const papers = shown.sections.flatMap((section) => section.papers.map(({ id }) => id))
  const content = papers.length > 0 ? { localDate, ...shown, sources } : null
  return { papers, matched: papers.length + shown.more, content }
}

/** A day gets most of its votes in its first 20 hours; then we choose its best papers. */
export const BEST_AFTER_MS = 20 * HOUR_MS

const NONE: ReadonlyMap<number, NewMatchCause> = new Map()

/** Composes the digest of one subscriber for a date. Throws if none of their queries can be read. */
export const compose = (candidates: Candidates, input: ComposeInput): DigestDraft =>
  input.recipient.topics.length > 0 ? byTopics(candidates, input) : bestOfDay(candidates, input)

function byTopics(candidates: Candidates, input: ComposeInput): DigestDraft {
  const { recipient, earlier, localDate, maxPaperId, last, profile } = input
  const { topics, maxPapers } = recipient
  const since = eligibleSince(localDate, receivesSince(recipient))
  const range = eligibleRangeAfter(earlier, candidates.lowestIdSince(since) ?? maxPaperId + 1, maxPaperId)
  const risen = last ? risingSince(localDate, last.localDate ?? undefined, receivesSince(recipient)) : since
  const preference = profile?.size ? preferenceOf(candidates, profile) : undefined
  const scope = { candidates, since, range, last, risen, preference }
  const offered = eligibleByTopic(scope, topics)
  if (topics.every(({ queryId }) => candidates.unreadable.has(queryId))) {
    throw candidates.unreadable.get(topics[0]!.queryId)
  }
  const matchedTopics = topics.filter((_, i) => offered.topics[i]!.length > 0).map(({ id }) => id)
  const { sections: chosen, more, others } = candidates.selector.select({ ...offered, cap: maxPapers })
  const news = chosen.map((section) => toSection(candidates, section, topics))
  const room = maxPapers - news.flatMap(({ papers }) => papers).length
  const related = news.length > 0 ? relatedSections(scope, input, { matchedTopics, room }) : []
  const sections = [...news, ...related]
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

/** What a preference of 1 adds to the score of a paper; chosen by npm run bench -- profile. */
export const OF_PROFILE = 8

function preferenceOf(candidates: Candidates, profile: Vector): Preference {
  const preference = candidates.preference(profile)
  return memoize((docId) => OF_PROFILE * preference(docId))
}

/** A paper that matches no topic, and the topic to which it is related. */
interface RelatedPaper {
  topic: DigestTopic
  docId: number
  show(): ShownPaper
}

/**
 * Up to three papers that match no topic, in a section for each topic to which they are related: new papers that are
 * close to a topic, if the subscriber wants them, then near misses of idle topics.
 */
function relatedSections(
  scope: EligibilityScope,
  { recipient: { topics, related = false }, idleTopicIds = NO_TOPICS }: ComposeInput,
  { matchedTopics, room }: { matchedTopics: readonly number[]; room: number },
): DigestSection[] {
  const { candidates } = scope
  const idle = topics.filter(({ id }) => idleTopicIds.has(id) && !matchedTopics.includes(id))
  if (room <= 0 || (!related && idle.length === 0)) return []
  const taken = new Set(topics.flatMap(({ queryId }) => candidates.matches(queryId)))
  let left = Math.min(MAX_RELATED, room)
  const sectionsOf = (papers: readonly RelatedPaper[], kind: Pick<DigestSection, 'close' | 'related'>) => {
    const chosen = papers.filter(({ docId }) => !taken.has(docId) && taken.add(docId)).slice(0, left)
    left -= chosen.length
    return [...Map.groupBy(chosen, ({ topic }) => topic)].map(([{ name, id }, some]) => {
      return { topic: name, topicId: id, ...kind, papers: some.map(({ show }) => show()) }
    })
  }
  return [
    ...sectionsOf(related ? closeToTopics(scope, topics) : [], { close: true, related: true }),
    ...sectionsOf(nearMissesOf(scope, idle), { close: true }),
  ]
}

/** The closest first; votes move the order. */
function closeToTopics(scope: EligibilityScope, topics: readonly DigestTopic[]): RelatedPaper[] {
  const { candidates, preference } = scope
  const papers = topics.flatMap((topic) =>
    candidates
      .related(topic.queryId)
      .filter(({ docId }) => isFresh(scope, docId))
      .map(({ docId, closeness }) => ({
        ...{ topic, docId, show: () => candidates.showRelated(docId, topic.queryId) },
        score: closeness + CLOSENESS_UNIT * (preference?.(docId) ?? 0),
      })),
  )
  return papers.sort((a, b) => b.score - a.score)
}

/** Papers that contain some of the words of a topic and were not shown before. */
function nearMissesOf(
  { candidates, since, range }: EligibilityScope,
  topics: readonly DigestTopic[],
): RelatedPaper[] {
  const mayShow = ({ matches, paper: { id, firstDay } }: NearMiss) =>
    matches.length > 0 && firstDay >= since && range.isUnshown(id)
  return topics.flatMap((topic) =>
    candidates
      .nearMisses(topic.queryId)
      .filter(mayShow)
      .map((near) => ({
        topic,
        docId: candidates.docIdOf(near.paper.id)!,
        show: () => showNearMiss(near),
      })),
  )
}

/** What 1 of the score of matches is in closeness: preferences, which are for that score, count for so much. */
export const CLOSENESS_UNIT = 0.1
const NO_TOPICS: ReadonlySet<number> = new Set()
/** Per digest. */
const MAX_RELATED = 3

/** Limits which candidates a digest may contain. */
interface EligibilityScope {
  candidates: Candidates
  /** The earliest first day of new papers. */
  since: Day
  range: EligibleRange
  /** The history point of the last digest; undefined if no topic can newly match earlier papers. */
  last: HistoryPoint | undefined
  /** The earliest first day of papers that may have risen, if there is a last digest. */
  risen: Day
  preference?: Preference
}

/** The papers that each topic offers, best first, which of them are rising, and their scores. */
export function eligibleByTopic(
  scope: EligibilityScope,
  topics: readonly DigestTopic[],
): Omit<SelectPapersInput, 'cap'> {
  const { candidates, preference } = scope
  const causes = new Map<number, NewMatchCause>()
  const offered = topics.map(({ queryId }) => {
    const newMatchCauses = newMatches(scope, queryId)
    for (const [docId, cause] of newMatchCauses) if (causes.get(docId) !== 'revised') causes.set(docId, cause)
    const eligible = candidates
      .ranked(queryId)
      .docIds.filter((docId) => isFresh(scope, docId) || newMatchCauses.has(docId))
    if (!preference) return eligible
    const relevance = relevanceOf(scope, queryId, eligible)
    return eligible.sort((a, b) => relevance(b) - relevance(a))
  })
  const relevance = memoize((topic: number) => relevanceOf(scope, topics[topic]!.queryId, offered[topic]!))
  const scoreOf = (topic: number, docId: number) =>
    candidates.ranked(topics[topic]!.queryId).closeness ? relevance(topic)(docId) : null
  return { topics: offered, rising: risingOf(scope, causes), scoreOf }
}

/** How well some of the matches of a query fit it and the subscriber, by docId; comparable between queries with words. */
function relevanceOf(
  { candidates, preference }: EligibilityScope,
  queryId: number,
  some: Uint32Array,
): (docId: number) => number {
  const { docIds, closeness } = candidates.ranked(queryId)
  const wanted = new Set(some)
  const ofQuery = new Map<number, number>()
  for (let i = 0; i < docIds.length && ofQuery.size < wanted.size; i++)
    if (wanted.has(docIds[i]!)) ofQuery.set(docIds[i]!, closeness?.[i] ?? 0)
  return (docId) => ofQuery.get(docId)! + CLOSENESS_UNIT * (preference?.(docId) ?? 0)
}

function isFresh({ candidates, since, range }: EligibilityScope, docId: number): boolean {
  const { id, firstDay } = candidates.papers[docId]!
  return id > range.fromPaper && firstDay >= since && range.has(id)
}

/** Papers that the query matches now, but did not when the last digest was planned. */
function newMatches(scope: EligibilityScope, queryId: number): ReadonlyMap<number, NewMatchCause> {
  const { candidates, since, range, last, risen } = scope
  if (last === undefined) return NONE
  const newMatchCauses = new Map<number, NewMatchCause>()
  for (const [id, cause] of candidates.newlyMatching(queryId, last.history)) {
    const docId = candidates.docIdOf(id)!
    const { firstDay, revisedDay } = candidates.papers[docId]!
    const isInTime = cause === 'votes' ? firstDay >= risen : firstDay >= since || revisedDay! >= since
    if (isInTime && range.isUnshown(id) && !isFresh(scope, docId)) newMatchCauses.set(docId, cause)
  }
  return newMatchCauses
}

/** Most votes first. */
function risingOf(
  { candidates }: EligibilityScope,
  causes: ReadonlyMap<number, NewMatchCause>,
): ReadonlySet<number> {
  const votes = (docId: number) => candidates.papers[docId]!.votes ?? 0
  const rising = [...causes].filter(([, cause]) => cause === 'votes').map(([docId]) => docId)
  return new Set(rising.sort((a, b) => votes(b) - votes(a) || b - a))
}

/**
 * The papers with most votes of the newest day that is old enough, or of the week that ends with it. Each day is shown
 * once, regardless of when the subscriber confirmed.
 */
function bestOfDay(candidates: Candidates, input: ComposeInput): DigestDraft {
  const { recipient, earlier, maxPaperId, now } = input
  const reached = highestPaperSeen(earlier)
  const shown = new Set(earlier.flatMap(({ papers }) => papers))
  const day = candidates.newestDay(dayOf(new Date(now.getTime() - BEST_AFTER_MS)), maxPaperId)
  const isNew = day !== undefined && !earlier.some(({ bestDay }) => bestDay === day)
  const week = recipient.weekly && day !== undefined ? weekTo(day) : null
  const listed = isNew
    ? daysIn(week ?? { from: day, to: day }).flatMap((one) => candidates.firstListedOn(one))
    : []
  const papers = listed
    .filter(({ id }) => id <= maxPaperId && !shown.has(id))
    .toSorted((a, b) => (b.votes ?? -1) - (a.votes ?? -1) || a.id - b.id)
  const best = papers.slice(0, recipient.maxPapers).map(({ id }) => candidates.shown(id))
  const others = papers.slice(recipient.maxPapers)
  const sections = best.length > 0 ? [{ topic: null, topicId: null, papers: best }] : []
  const beyond = week ? others.slice(0, MAX_OTHERS).map(({ id }) => id) : []
  // This digest takes no papers from the range of topics: a topic that is added later offers all papers not shown yet.
  return {
    fromPaper: reached,
    toPaper: reached,
    toHistory: input.history,
    bestDay: best.length > 0 ? day! : null,
    ...draftContent(input, { bestOf: day ?? null, week, sections, more: others.length, beyond }),
  }
}
