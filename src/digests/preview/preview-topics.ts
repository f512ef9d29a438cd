import type { Day } from '../../core/dates.ts'
import type { Deps } from '../../core/deps.ts'
import type { Archive } from '../../queries/archive.ts'
import { checkDeadline, extrasBudget, within } from '../../queries/deadline.ts'
import { parseQuery } from '../../queries/language/parse-query.ts'
import { topicNames } from '../../queries/language/topic-name.ts'
import { type Bits, hasBit, newBits, unionBits } from '../../queries/matching/bits.ts'
import { mentionsRevised, type Query } from '../../queries/query.ts'
import {
  type CloseChoice,
  type ClosePaper,
  chooseClose,
  closeToTopics,
  minClosenessAt,
  nearPapersByDay,
} from '../../queries/ranking/close-papers.ts'
import { countByDay, type DayWindow, recentWindow } from '../../search/back-test/day-window.ts'
import { closestOfEachDay } from '../../search/close-of-days.ts'
import { inSearchThread } from '../../search/in-search-thread.ts'
import { type LoadedPapers, loadPapers } from '../../search/loaded-papers.ts'
import { MAX_DAYS } from '../../search/open-archive.ts'
import { isReadable } from '../../subscribers/read-signup.ts'
import type { TopicText } from '../../subscribers/subscriber.ts'
import type { LearnedTopic } from '../../subscribers/vote.repo.ts'
import { addExtras, evaluateTopic, type TopicEvaluation } from './evaluate-topic.ts'
import {
  buildLastDigest,
  type DigestTopicTree,
  dayMatches,
  digestDay,
  type LastDigest,
  type LastWeek,
  learnedPreference,
  type OfferedPapers,
  selectedIds,
  selectLastDigest,
  selectLastWeek,
} from './last-digest.ts'
import { closeSummary, type MatchSummary, shownTopics, type TopicPreview } from './shown-topics.ts'

export interface PreviewResult {
  from: Day
  to: Day
  days: number
  /** Number of papers first listed in these days, and of days with papers. */
  papers: number
  openDays: number
  /** The days with papers. */
  listedOn: ReadonlySet<Day>
  /** How many Mondays to Fridays have papers; at least 1. */
  weekdays: number
  /** Counted from the first of the days with papers. */
  weeks: number
  topics: TopicPreview[]
  /** All topics together, each paper once; without a topic, every paper. */
  together: MatchSummary
  /** Null if it is not requested, or if there are no papers. */
  digest: LastDigest | null
  /** What a weekly email of that day would have had; null without a digest. */
  week: LastWeek | null
}

export interface PreviewInput {
  queries: readonly string[]
  /** Number of days up to today (UTC), from 1 to 30; default 30. */
  days?: number
  /** How many of the latest papers to show; default 5. */
  latest?: number
  /** What votes taught about the topic of the queries; nothing for a new one. */
  learned?: LearnedTopic | undefined
  /** The subscriber's other topics, in their order. */
  others?: readonly OtherTopicInput[]
  /** Position of the queries among those topics in digests; default first. */
  place?: number
  /** The maximum number of papers in an email; defaults to that of new subscribers. */
  most?: number
  /** Also preview the digest of the last day with papers, for the queries and the other topics. */
  digest?: boolean
  /** The digest is of the last day with a match, if there is one: for a reader who gets no emails yet. */
  withMatch?: boolean
  /** Whether emails show papers that come close; default: yes. */
  close?: boolean
  /** Time limit for close papers, offers and counts of terms, in milliseconds; the rest is left out. */
  extrasMs?: number
}

interface OtherTopicInput extends TopicText {
  learned?: LearnedTopic | undefined
}

/**
 * The papers that queries would have matched among those first listed lately, and among newer versions if a query
 * includes them. Throws query.*, preview.days.
 */
export const previewTopics = inSearchThread(import.meta.url, 'previewTopics', previewHere)

async function previewHere(deps: Deps, input: PreviewInput): Promise<PreviewResult> {
  const { days = MAX_DAYS, latest = 5, most = deps.config.DIGEST_MAX } = input
  const { learned } = input
  const typed = input.queries.map((query) => ({ name: query, query, tree: parseQuery(query), learned }))
  const typedOthers = (input.others ?? []).flatMap(readable)
  const withRevised = [...typed, ...typedOthers].some(({ tree }) => mentionsRevised(tree))
  const window = await recentWindow(deps, { days, withRevised })
  const { meaningOf } = window.archive
  const withMeaning = (topic: TypedTopic) => ({ ...topic, meaning: meaningOf(topic.tree) })
  const topics = typed.map(withMeaning)
  const all = typedOthers.map(withMeaning).toSpliced(input.place ?? 0, 0, ...topics)
  const { day, found } = foundIn(window, all, input)
  const tested = found.filter(({ topic }) => topics.some((one) => one === topic))
  const tests = tested.map(({ tree, found, query }) => {
    checkDeadline()
    return evaluateTopic(window, { query, tree, found }, { latest, most })
  })
  const budget = extrasBudget(input.extrasMs)
  within(budget, () => findExtras(window, tests, { day, found, tested, input, latest, most }))
  const choice = day === null ? null : selectLastDigest(window, named(found), { day, most })
  const week = day === null ? null : selectLastWeek(window, found, day)
  const together = togetherOf(window, tested, latest)
  const closeOf = tested.map(({ close }) => close && closestOfEachDay(window.archive, close))
  const matchIds = [...tests, together].flatMap(idsOf)
  const closeIds = [...closeOf, together.close].flatMap((close) => firstIdsOf(close, latest))
  const papers = await loadPapers(deps.db, [
    ...matchIds,
    ...closeIds,
    ...selectedIds(choice),
    ...(week?.ids ?? []),
  ])
  return {
    from: window.days[0]!,
    to: window.days.at(-1)!,
    days,
    papers: window.size,
    openDays: window.daysWithPapers,
    listedOn: new Set(window.days.filter((_, place) => window.perDay[place]! > 0)),
    weekdays: window.weekdays,
    weeks: window.weeks,
    topics: shownTopics(window, { tests, closeOf, latest }, papers),
    together: shownTogether(window, { together, latest }, papers),
    digest: choice && buildLastDigest(choice, papers),
    week: week && shownWeek(week, papers),
  }
}

const shownWeek = ({ ids, ...week }: ReturnType<typeof selectLastWeek>, papers: LoadedPapers): LastWeek => ({
  ...week,
  papers: ids.flatMap((id) => papers.show(id, null) ?? []),
})

/** With the names that an email shows. */
function named(topics: readonly FoundTopic[]): FoundTopic[] {
  const names = topicNames(topics)
  return topics.map((topic, i) => ({ ...topic, name: names[i]! }))
}

function shownTogether(
  window: DayWindow,
  { together, latest }: { together: Together; latest: number },
  papers: LoadedPapers,
): MatchSummary {
  const { close, meaningOf, latestIds, ...counts } = together
  return {
    ...counts,
    latest: latestIds.flatMap((id) => papers.show(id, meaningOf(id)) ?? []),
    close: closeSummary(window, close, latest, ({ id, topic }) => papers.showClose(id, topic)),
  }
}

interface FoundTopic extends DigestTopicTree, OfferedPapers {
  /** As passed in. */
  topic: DigestTopicTree
  found: Bits
  /**
   * The papers that come close, the closest first; of topics that are not previewed, those of the digest's day. Null if
   * finding them took too long.
   */
  close: readonly ClosePaper[] | null
}

/** The matches of topics, and the day of the digest; null if it is not requested, or if there are no papers. */
function foundIn(
  window: DayWindow,
  topics: readonly DigestTopicTree[],
  { digest = false, withMatch = false, close = true }: PreviewInput,
): { day: Day | null; found: FoundTopic[] } {
  const all = topics.map((topic) => {
    checkDeadline()
    return { ...topic, topic, found: window.find(topic.tree) }
  })
  const matches = withMatch ? all.map(({ found }) => found) : []
  const day = digest ? digestDay(window, matches) : null
  const found = all.map((topic): FoundTopic => {
    checkDeadline()
    return { ...topic, ...dayMatches(window, day, topic), close: close ? null : [] }
  })
  return { day, found }
}

interface ExtrasInput {
  /** The day of the digest. */
  day: Day | null
  found: readonly FoundTopic[]
  /** Those of them that are previewed. */
  tested: readonly FoundTopic[]
  input: PreviewInput
  latest: number
  most: number
}

function findExtras(
  window: DayWindow,
  tests: readonly TopicEvaluation[],
  { day, found, tested, input, latest, most }: ExtrasInput,
): void {
  if (input.close !== false) findClose(window, day, { topics: input.digest ? found : tested, tested })
  for (const test of tests) {
    const others = found.filter((one) => one.found !== test.found)
    addExtras(window, test, { others, latest, most })
  }
}

function findClose(
  window: DayWindow,
  day: Day | null,
  { topics, tested }: { topics: readonly FoundTopic[]; tested: readonly FoundTopic[] },
): void {
  const all = { from: window.days[0]!, to: window.days.at(-1)! }
  for (const topic of topics) {
    // The papers up to today say what a topic is about, whichever days are shown.
    const days = tested.includes(topic) ? all : { ...all, from: day ?? all.to }
    const near = nearPapersByDay(window.archive, topic.tree, days)
    topic.close = chooseClose(near, closeChoice(window.archive, topic.learned))
  }
}

/** As digests choose. */
const closeChoice = (archive: Archive, learned = NOTHING_LEARNED): CloseChoice => ({
  minCloseness: minClosenessAt(learned.step + learned.votedStep),
  preference: learnedPreference(archive, learned),
})

const NOTHING_LEARNED: LearnedTopic = { phrases: new Map(), usual: 0, removed: [], step: 0, votedStep: 0 }

type TypedTopic = Omit<DigestTopicTree, 'meaning'>

/** A stored topic may be older than the grammar. */
const readable = ({ name, query, learned }: OtherTopicInput): TypedTopic[] =>
  isReadable(query) ? [{ name, query, learned, tree: parseQuery(query) }] : []

const idsOf = ({
  latestIds,
  insteadIds = [],
}: Pick<TopicEvaluation, 'latestIds'> & Partial<Pick<TopicEvaluation, 'insteadIds'>>): number[] => [
  ...latestIds,
  ...insteadIds,
]

const firstIdsOf = (close: readonly ClosePaper[] | null, latest: number): number[] =>
  (close ?? []).slice(0, latest).map(({ id }) => id)

type Together = ReturnType<typeof countByDay> & {
  close: readonly (ClosePaper & { topic: FoundTopic })[] | null
  /** The meaning of the first topic that a paper matches; null without topics. */
  meaningOf: (id: number) => Query | null
}

function togetherOf(window: DayWindow, topics: readonly FoundTopic[], latest: number): Together {
  const { archive } = window
  const { index } = archive
  const found = topics.length > 0 ? unionOf(topics, index.docCount) : window.listed
  const counts = countByDay(found, window, latest)
  const meanings = new Map(
    counts.latestIds.map((id) => {
      const docId = index.docIdOf(id)!
      const topic = topics.find(({ found }) => hasBit(found, docId)) ?? topics[0]
      return [id, topic?.meaning ?? null]
    }),
  )
  const isCounted = topics.every(({ close }) => close !== null)
  const isMatch = ({ found }: FoundTopic, docId: number) => hasBit(found, docId)
  const close = isCounted ? closestOfEachDay(archive, closeToTopics(topics, { isMatch })) : null
  return { ...counts, close, meaningOf: (id) => meanings.get(id) ?? null }
}

function unionOf(topics: readonly FoundTopic[], docCount: number): Bits {
  const union = newBits(docCount)
  for (const { found } of topics) unionBits(union, found)
  return union
}
