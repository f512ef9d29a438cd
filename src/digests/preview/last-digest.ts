import { addDays, type Day } from '../../core/dates.ts'
import { LANGUAGE } from '../../i18n/words.ts'
import type { Archive, DayBounds } from '../../queries/archive.ts'
import { type Bits, hasBit } from '../../queries/matching/bits.ts'
import type { PaperAttributes } from '../../queries/matching/paper-index.ts'
import { mentionsRevised, type Query } from '../../queries/query.ts'
import { CLOSENESS_UNIT, type ClosePaper, closeToTopics } from '../../queries/ranking/close-papers.ts'
import { topicOf } from '../../queries/ranking/closeness.ts'
import { preferenceOf } from '../../queries/ranking/preference.ts'
import { rankMatches } from '../../queries/ranking/rank-matches.ts'
import { type ShownPaper, withAddition } from '../../queries/reasons/shown-paper.ts'
import type { DayWindow } from '../../search/back-test/day-window.ts'
import { MAX_CLOSE } from '../../search/close-of-days.ts'
import type { LoadedPapers } from '../../search/loaded-papers.ts'
import type { LearnedTopic } from '../../subscribers/vote.repo.ts'
import type { DigestContent, DigestSection } from '../digest-content.ts'
import { MAX_MOVED, OF_PREFERENCE } from '../learned.ts'
import { PaperSelector } from '../select-papers.ts'

/** A topic in the previewed digest. */
export interface DigestTopicTree {
  name: string
  query: string
  tree: Query
  /** What it means in the archive. */
  meaning: Query
  /** What votes taught about it. */
  learned?: LearnedTopic | undefined
}

/** The papers that the digest of a day would have contained. */
export interface LastSelection {
  day: Day
  sections: { topic: DigestTopicTree | null; papers: { id: number; under: DigestTopicTree[] }[] }[]
  /** Papers that match no topic, each with the topic to which it comes closest. */
  close: { id: number; topic: DigestTopicTree }[]
  /** How many more matched. */
  more: number
}

/** The digest of `digestDay`. */
export interface LastDigest {
  day: Day
  /** Null if nothing matched. */
  content: DigestContent | null
}

/** A topic with what the digest may show of it. */
type LastDayTopic = DigestTopicTree & OfferedPapers & { found: Bits; close: readonly ClosePaper[] | null }

/** The papers of the digest's day that match a topic. */
export interface OfferedPapers {
  /** Ids, best first. */
  offered: readonly number[]
  /** How well they fit the topic and its votes, as in a digest; null for a topic without words. */
  scores: ReadonlyMap<number, number> | null
}

type FoundTree = Pick<DigestTopicTree, 'tree' | 'learned'> & { found: Bits }

/** The matches of a topic on the day of the digest; null if no day has papers. */
export const dayMatches = (window: DayWindow, day: Day | null, topic: FoundTree): OfferedPapers =>
  day === null ? NOTHING_OFFERED : matchesWithin(window, topic, { from: day, to: day })

function matchesWithin(
  window: DayWindow,
  { tree, found, learned }: FoundTree,
  days: Required<DayBounds>,
): OfferedPapers {
  const { archive } = window
  const ofDay = archive.withinDays(found, days, { revised: mentionsRevised(tree) })
  const topic = topicOf(archive, tree, window.days.at(-1))
  const { docIds, closeness } = rankMatches(archive, tree, { matches: ofDay, topic })
  const preference = learnedPreference(archive, learned)
  const ranked = Array.from(docIds, (docId, place) => ({
    id: archive.index.attributes(docId).id,
    score: (closeness?.[place] ?? 0) + CLOSENESS_UNIT * OF_PREFERENCE * (preference?.(docId) ?? 0),
  }))
  const moved = preference ? ranked.splice(0, MAX_MOVED).sort((a, b) => b.score - a.score) : []
  const offered = [...moved, ...ranked]
  return {
    offered: offered.map(({ id }) => id),
    scores: closeness && new Map(offered.map(({ id, score }) => [id, score])),
  }
}

/** How much the votes of a topic prefer a paper, by docId; undefined without votes. */
export const learnedPreference = (archive: Archive, learned: LearnedTopic | undefined) =>
  learned?.phrases.size ? preferenceOf(archive, learned) : undefined

const NOTHING_OFFERED: OfferedPapers = { offered: [], scores: null }

/** Selects the papers of a day as digests do, for the topics in the subscriber's order. */
export function selectLastDigest(
  window: DayWindow,
  topics: readonly LastDayTopic[],
  { day, most }: OfDay,
): LastSelection {
  if (topics.length === 0) return bestOf(window, { day, most })
  const { sections, more } = byTopics(topics, most)
  const { index } = window.archive
  const room = most - sections.flatMap(({ papers }) => papers).length
  const close = closeToTopics(topics, { isMatch: ({ found }, docId) => hasBit(found, docId) }).filter(
    ({ docId }) => index.attributes(docId).firstDay === day,
  )
  return { day, sections, more, close: close.slice(0, Math.min(MAX_CLOSE, room)) }
}

/** What a weekly email would have had: the week that ends on the digest's day. */
export interface LastWeek extends Required<DayBounds> {
  /** How many papers matched. */
  total: number
  /** The first of them, of different topics if there are several. */
  papers: ShownPaper[]
}

/** How many papers of the week are loaded: some are named. */
const NAMED_OF_WEEK = 6

/** The first papers of the digest of the week that ends on a day, as ids. */
export function selectLastWeek(
  window: DayWindow,
  topics: readonly (DigestTopicTree & { found: Bits })[],
  to: Day,
): Omit<LastWeek, 'papers'> & { ids: number[] } {
  const days = { from: addDays(to, -6), to }
  if (topics.length === 0) {
    const papers = votedWithin(window, days)
    const ids = papers.slice(0, NAMED_OF_WEEK).map(({ id }) => id)
    return { ...days, total: papers.length, ids }
  }
  const offered = topics.map((topic) => matchesWithin(window, topic, days).offered)
  const all = new Set(offered.flat())
  // The best of each topic in turn.
  const inTurn = Array.from({ length: NAMED_OF_WEEK }, (_, place) =>
    offered.flatMap((ids) => ids[place] ?? []),
  ).flat()
  const ids = [...new Set(inTurn)].slice(0, NAMED_OF_WEEK)
  return { ...days, total: all.size, ids }
}

/**
 * The newest day on which one of some sets of matches has a paper: an email without a match says little about topics.
 * Without such a day, the newest day with papers; null if there is none.
 */
export function digestDay(window: DayWindow, matches: readonly Bits[]): Day | null {
  const last = lastDay(window)
  const perDay = matches.map((found) => window.countByDay(found))
  const matched = window.days.findLast(
    (day, place) => last !== null && day <= last && perDay.some((counts) => counts[place]! > 0),
  )
  return matched ?? last
}

/** The newest day with papers; today, whose papers may still be coming, from half as many on as the day before it has. */
function lastDay({ days, perDay }: DayWindow): Day | null {
  const today = perDay.at(-1)!
  const before = perDay.findLastIndex((papers, day) => papers > 0 && day < days.length - 1)
  if (before < 0 || today >= perDay[before]! / 2) return today > 0 ? days.at(-1)! : null
  return days[before]!
}

interface OfDay {
  day: Day
  most: number
}

function byTopics(topics: readonly LastDayTopic[], most: number): Pick<LastSelection, 'sections' | 'more'> {
  const ids = [...new Set(topics.flatMap(({ offered }) => offered))]
  const docIds = new Map(ids.map((id, docId) => [id, docId]))
  const offered = topics.map((topic) => topic.offered.map((id) => docIds.get(id)!))
  const scoreOf = (topic: number, docId: number) => topics[topic]!.scores?.get(ids[docId]!) ?? null
  const selector = new PaperSelector(ids.length)
  const { sections, more } = selector.select({ topics: offered, cap: most, scoreOf })
  return {
    more,
    sections: sections.map(({ topic, papers }) => ({
      topic: topics[topic as number]!,
      papers: papers.map(({ docId, topics: under }) => ({
        id: ids[docId]!,
        under: under.map((one) => topics[one]!),
      })),
    })),
  }
}

/** Most votes first, as for a subscriber without topics. */
function bestOf(window: DayWindow, { day, most }: OfDay): LastSelection {
  const papers = votedWithin(window, { from: day, to: day })
  const best = papers.slice(0, most).map(({ id }) => ({ id, under: [] }))
  const sections = best.length > 0 ? [{ topic: null, papers: best }] : []
  return { day, sections, close: [], more: papers.length - best.length }
}

const votedWithin = ({ archive, listed }: DayWindow, days: DayBounds): PaperAttributes[] =>
  archive.attributesOf(archive.withinDays(listed, days)).sort(byVotes)

const byVotes = (a: PaperAttributes, b: PaperAttributes): number =>
  (b.votes ?? -1) - (a.votes ?? -1) || a.id - b.id

export const selectedIds = (choice: LastSelection | null): number[] =>
  choice ? [...choice.sections.flatMap(({ papers }) => papers), ...choice.close].map(({ id }) => id) : []

export function buildLastDigest(
  { day, sections, close, more }: LastSelection,
  papers: LoadedPapers,
): LastDigest {
  const shown = sections.map(
    ({ topic, papers: chosen }): DigestSection => ({
      topic: topic?.name ?? null,
      topicId: topic && 0,
      papers: chosen.flatMap(({ id, under }) => shownUnder(id, under, papers) ?? []),
    }),
  )
  shown.push({ topic: null, topicId: null, close: true, papers: closePapersOf(close, papers) })
  const filled = shown.filter((section) => section.papers.length > 0)
  const bestOf = sections[0] && sections[0].topic === null ? day : null
  const rest = { localDate: day, bestOf, week: null, beyond: [], sources: [], lang: LANGUAGE }
  return { day, content: filled.length > 0 ? { ...rest, sections: filled, more } : null }
}

function shownUnder(id: number, under: DigestTopicTree[], papers: LoadedPapers): ShownPaper | null {
  const [first, ...others] = under
  const paper = papers.show(id, first?.meaning ?? null)
  return paper && others.length > 0 ? withAddition(paper, { also: others.map(({ name }) => name) }) : paper
}

const closePapersOf = (close: LastSelection['close'], papers: LoadedPapers): ShownPaper[] =>
  close.flatMap(({ id, topic }) => papers.showClose(id, topic) ?? [])
