import { type Day, dayOf, daysIn, HOUR_MS } from '../core/dates.ts'
import { memoize } from '../core/memoize.ts'
import { LANGUAGE } from '../i18n/words.ts'
import {
  CLOSENESS_UNIT,
  type CloseChoice,
  type ClosePaper,
  closeToTopics,
} from '../queries/ranking/close-papers.ts'
import { withAddition } from '../queries/reasons/shown-paper.ts'
import { MAX_CLOSE } from '../search/close-of-days.ts'
import type { LearnedTopic } from '../subscribers/vote.repo.ts'
import { type Candidates, toSection } from './candidates.ts'
import type { DigestDraft, DigestTopic, NextDigest, Recipient } from './digest.repo.ts'
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
import { type Learned, learnedIn, MAX_MOVED, OF_PREFERENCE } from './learned.ts'
import type { NewMatchCause } from './matcher.ts'
import { MAX_OTHERS, type SelectPapersInput } from './select-papers.ts'
import type { SourceNews } from './sources-line.ts'
import { nearRequest, type RankRequest } from './topic-ranks.ts'

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
  /** What their votes and buttons taught, by the id of the topic. */
  learned?: ReadonlyMap<number, LearnedTopic>
  sources: SourceNews[]
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
  shown: Omit<DigestContent, 'localDate' | 'lang' | 'sources'>,
): Pick<DigestDraft, 'papers' | 'matched' | 'content'> {
  const idsIn = (sections: DigestSection[]) => sections.flatMap(({ papers }) => papers.map(({ id }) => id))
  const papers = idsIn(shown.sections)
  const content = papers.length > 0 ? { localDate, lang: LANGUAGE, ...shown, sources } : null
  const matches = idsIn(shown.sections.filter(({ close }) => !close))
  return { papers, matched: matches.length + shown.more, content }
}

/** A day gets most of its votes in its first 20 hours; then we choose its best papers. */
export const BEST_AFTER_MS = 20 * HOUR_MS

const NONE: ReadonlyMap<number, NewMatchCause> = new Map()

/** Composes the digest of one subscriber for a date. Throws if none of their queries can be read. */
export const compose = (candidates: Candidates, input: ComposeInput): DigestDraft =>
  input.recipient.topics.length > 0 ? byTopics(candidates, input) : bestOfDay(candidates, input)

function byTopics(candidates: Candidates, input: ComposeInput): DigestDraft {
  const { recipient, localDate } = input
  const { topics, maxPapers } = recipient
  const scope = { candidates, ...scopeOf(candidates, input) }
  const { range } = scope
  const offered = eligibleByTopic(scope, topics)
  if (topics.every(({ queryId }) => candidates.unreadable.has(queryId))) {
    throw candidates.unreadable.get(topics[0]!.queryId)
  }
  const { sections: chosen, more, others } = candidates.selector.select({ ...offered, cap: maxPapers })
  const matching = chosen.map((section) => toSection(candidates, section, topics))
  const room = maxPapers - matching.flatMap(({ papers }) => papers).length
  const sections = [...matching, ...closeSection(scope, input, room)]
  const days = sections.flatMap(({ papers }) => papers.map(({ day }) => day))
  const week = recipient.weekly ? weekOf(localDate, receivesSince(recipient), days) : null
  const beyond = others.map((docId) => candidates.papers[docId]!.id)
  const { fromPaper, toPaper } = range
  return {
    fromPaper,
    toPaper,
    toHistory: input.history,
    bestDay: null,
    ...draftContent(input, { bestOf: null, week, sections, more, beyond }),
  }
}

/** What decides which ranks a digest needs. */
export type RankInput = Pick<ComposeInput, 'earlier' | 'localDate' | 'maxPaperId' | 'learned'> & {
  recipient: Pick<NextDigest, 'topics' | 'related' | 'confirmedAt' | 'importedAt'>
}

/** What `compose` needs to know about topics: ranks of their queries. */
export function rankRequests(candidates: RankedLater, input: RankInput): RankRequest[] {
  const { topics, related = false } = input.recipient
  const scope = scopeOf(candidates, input)
  const from = related ? firstDayIn(candidates, scope) : undefined
  return topics.map(({ id, queryId }) => {
    if (from === undefined) return { queryId }
    return { queryId, near: nearRequest(from, closeChoice({ candidates, ...scope }, id)) }
  })
}

function scopeOf(
  candidates: RankedLater,
  input: RankInput & Pick<ComposeInput, 'last'>,
): Omit<EligibilityScope, 'candidates'> {
  const { recipient, earlier, localDate, maxPaperId, last } = input
  const since = eligibleSince(localDate, receivesSince(recipient))
  const range = eligibleRangeAfter(earlier, candidates.lowestIdSince(since) ?? maxPaperId + 1, maxPaperId)
  const risen = last ? risingSince(localDate, last.localDate ?? undefined, receivesSince(recipient)) : since
  return { since, range, last, risen, ...learnedIn(candidates, input.learned) }
}

/** The earliest first day of the papers that a digest considers. */
const firstDayIn = (candidates: RankedLater, { range, since }: Omit<EligibilityScope, 'candidates'>) =>
  candidates.firstDayAfter(range.fromPaper, since)

/** By what was learned about a topic, and the grades of papers. */
const closeChoice = (
  { candidates, minClosenessOf, preferenceOf }: Learned & { candidates: RankedLater },
  topicId: number,
): CloseChoice => ({
  minCloseness: minClosenessOf(topicId),
  preference: preferenceOf(topicId),
  grades: candidates.gradesOf(topicId),
})

/** One section of up to three new papers that match no topic, each under the topic to which it comes closest. */
function closeSection(
  scope: EligibilityScope,
  { recipient: { topics, related = false } }: ComposeInput,
  room: number,
): DigestSection[] {
  const { candidates } = scope
  const limit = Math.min(MAX_CLOSE, room)
  const from = firstDayIn(candidates, scope)
  if (!related || limit <= 0 || from === undefined) return []
  const withClose = topics.map((topic) => ({ ...topic, close: closeToTopic(scope, topic, from) }))
  const isMatch = ({ queryId }: DigestTopic, docId: number) => candidates.isMatch(queryId, docId)
  const papers = closeToTopics(withClose, { isMatch, limit }).map(({ docId, id, topic }) => {
    const { id: topicId, name, queryId } = topic
    const { reason, by } = candidates.gradesOf(topicId)?.get(id) ?? { reason: '', by: '' }
    const closeTo = { topic: name, topicId, ...(reason && { grade: { reason, by } }) }
    return withAddition(candidates.showClose(docId, queryId), { closeTo })
  })
  return papers.length > 0 ? [{ topic: null, topicId: null, close: true, papers }] : []
}

/** The new papers of the days from `from` on that come close to a topic, by what was learned about it. */
function closeToTopic(scope: EligibilityScope, topic: DigestTopic, from: Day): ClosePaper[] {
  const choice = closeChoice(scope, topic.id)
  return scope.candidates.closeTo(topic.queryId, from, choice).filter(({ docId }) => isFresh(scope, docId))
}

type RankedLater = Omit<Candidates, 'ranked' | 'closeTo'>

/** Limits which candidates a digest may contain. */
interface EligibilityScope extends Learned {
  candidates: Candidates
  /** The earliest first day of new papers. */
  since: Day
  range: EligibleRange
  /** The history point of the last digest; undefined if no topic can newly match earlier papers. */
  last: HistoryPoint | undefined
  /** The earliest first day of papers that may have risen, if there is a last digest. */
  risen: Day
}

/** The papers that each topic offers, best first, which of them are rising, and their scores. */
export function eligibleByTopic(
  scope: EligibilityScope,
  topics: readonly DigestTopic[],
): Omit<SelectPapersInput, 'cap'> {
  const { candidates, preferenceOf } = scope
  const causes = new Map<number, NewMatchCause>()
  const offered = topics.map((topic) => {
    const { id, queryId } = topic
    const newMatchCauses = newMatches(scope, queryId)
    for (const [docId, cause] of newMatchCauses) if (causes.get(docId) !== 'revised') causes.set(docId, cause)
    const eligible = candidates
      .ranked(queryId)
      .docIds.filter((docId) => isFresh(scope, docId) || newMatchCauses.has(docId))
    if (!preferenceOf(id)) return eligible
    const relevance = relevanceOf(scope, topic, eligible)
    eligible.subarray(0, MAX_MOVED).sort((a, b) => relevance(b) - relevance(a))
    return eligible
  })
  const relevance = memoize((topic: number) => relevanceOf(scope, topics[topic]!, offered[topic]!))
  const scoreOf = (topic: number, docId: number) =>
    candidates.ranked(topics[topic]!.queryId).closeness ? relevance(topic)(docId) : null
  return { topics: offered, rising: risingOf(scope, causes), scoreOf }
}

/** How well some of the matches of a topic fit it and its votes, by docId; comparable between queries with words. */
function relevanceOf(
  { candidates, preferenceOf }: EligibilityScope,
  { id, queryId }: DigestTopic,
  some: Uint32Array,
): (docId: number) => number {
  const preference = preferenceOf(id)
  const { docIds, closeness } = candidates.ranked(queryId)
  const wanted = new Set(some)
  const ofQuery = new Map<number, number>()
  for (let i = 0; i < docIds.length && ofQuery.size < wanted.size; i++)
    if (wanted.has(docIds[i]!)) ofQuery.set(docIds[i]!, closeness?.[i] ?? 0)
  return (docId) => ofQuery.get(docId)! + CLOSENESS_UNIT * OF_PREFERENCE * (preference?.(docId) ?? 0)
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
