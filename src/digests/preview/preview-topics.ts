import type { Day } from '../../core/dates.ts'
import type { Deps } from '../../core/deps.ts'
import { describeQuery } from '../../queries/language/describe-query.ts'
import { parseQuery } from '../../queries/language/parse-query.ts'
import { topicNames } from '../../queries/language/topic-name.ts'
import { type Bits, hasBit, newBits, unionBits } from '../../queries/matching/bits.ts'
import { mentionsRevised, type Query } from '../../queries/query.ts'
import type { ShownPaper } from '../../queries/reasons/shown-paper.ts'
import type { WhyEmpty } from '../../queries/reasons/why-empty.ts'
import type { Steps } from '../../queries/steps.ts'
import { countByDay, type DayWindow, type PaperCounts } from '../../search/back-test/day-window.ts'
import { type LoadedPapers, loadPapers } from '../../search/loaded-papers.ts'
import { MAX_DAYS, recentWindow } from '../../search/open-archive.ts'
import {
  extrasBudget,
  runYielding,
  runYieldingWithin,
  type Spend,
  type TimeBudget,
} from '../../search/yield-to-event-loop.ts'
import { isReadable } from '../../subscribers/read-signup.ts'
import type { TopicText } from '../../subscribers/subscriber.ts'
import { addExtras, evaluateTopic, type TopicEvaluation } from './evaluate-topic.ts'
import {
  buildLastDigest,
  type DigestTopicTree,
  type LastDigest,
  type LastSelection,
  lastDayMatches,
  NOTHING_OFFERED,
  type OfferedPapers,
  selectedIds,
  selectLastDigest,
} from './last-digest.ts'

/** The matches within the days of the preview. */
export interface MatchSummary extends PaperCounts {
  /** Newest day first, then most votes; with the reason, and the title marked where it matched. */
  latest: ShownPaper[]
}

/** Why a topic matched nothing, and the nearest papers. */
export interface NoMatchReason extends WhyEmpty {
  nearest: ShownPaper[]
}

export interface TopicPreview
  extends MatchSummary,
    Omit<TopicEvaluation, 'tree' | 'found' | 'latestIds' | 'relatedIds' | 'empty'> {
  /** "Papers with …" */
  understood: string
  /** Papers that are related but do not match, with what they have and lack. */
  related: ShownPaper[]
  /** Null if it matched something, or if there were no papers at all. */
  nothing: NoMatchReason | null
}

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
  /** The digest of the last day with papers; null if it is not requested, or if there are no papers. */
  digest: LastDigest | null
}

export interface PreviewInput {
  queries: readonly string[]
  /** Number of days up to today (UTC), from 1 to 30; default 30. */
  days?: number
  /** How many of the latest papers to show; default 5. */
  latest?: number
  /** The subscriber's other topics, in their order. */
  others?: readonly TopicText[]
  /** Position of the queries among those topics in digests; default first. */
  place?: number
  /** The maximum number of papers in an email; defaults to that of new subscribers. */
  most?: number
  /** Also preview the digest of the last day with papers, for the queries and the other topics. */
  digest?: boolean
  /** Time limit for hints, near misses and counts of terms, in milliseconds; unfinished parts are left out. */
  extrasMs?: number
  /** Receives the milliseconds that this process spent on it. */
  spend?: Spend
}

/**
 * The papers that queries would have matched among those first listed lately, and among newer versions if a query
 * includes them. Throws query.*, preview.days.
 */
export async function previewTopics(deps: Deps, input: PreviewInput): Promise<PreviewResult> {
  const { days = MAX_DAYS, latest = 5, most = deps.config.DIGEST_MAX, spend } = input
  const typed = input.queries.map((query) => ({ name: query, query, tree: parseQuery(query) }))
  const typedOthers = (input.others ?? []).flatMap(readable)
  const withRevised = [...typed, ...typedOthers].some(({ tree }) => mentionsRevised(tree))
  const window = await recentWindow(deps, { days, withRevised })
  const { meaningOf } = window.archive
  const withMeaning = (topic: TypedTopic) => ({ ...topic, meaning: meaningOf(topic.tree) })
  const topics = typed.map(withMeaning)
  const all = typedOthers.map(withMeaning).toSpliced(input.place ?? 0, 0, ...topics)
  const found = await runYielding(foundIn(window, all, input), spend)
  const tested = found.filter(({ topic }) => topics.some((one) => one === topic))
  const tests = await runYielding(testedIn(window, tested, { latest, most }), spend)
  const budget = extrasBudget(input.extrasMs)
  await runYieldingWithin(budget, extrasOf(window, tests, { found, most }), spend)
  const choice = input.digest ? selectLastDigest(window, named(found), most) : null
  const together = togetherOf(window, tests, latest)
  const ids = [...tests.flatMap(idsOf), ...together.latestIds, ...selectedIds(choice)]
  const papers = await loadPapers(deps.db, ids)
  await runYielding(papers.tokenize(), spend)
  return {
    ...{ from: window.days[0]!, to: window.days.at(-1)!, days },
    ...{ papers: window.size, openDays: window.daysWithPapers },
    listedOn: new Set(window.days.filter((_, place) => window.perDay[place]! > 0)),
    ...{ weekdays: window.weekdays, weeks: window.weeks },
    topics: await shownTopics(tests, papers, { budget, spend, meaningOf }),
    ...(await runYielding(shownTogether({ together, choice }, papers), spend)),
  }
}

/** With the names that an email shows. */
function named(topics: readonly FoundTopic[]): FoundTopic[] {
  const names = topicNames(topics)
  return topics.map((topic, i) => ({ ...topic, name: names[i]! }))
}

function* shownTogether(
  { together, choice }: { together: Together; choice: LastSelection | null },
  papers: LoadedPapers,
): Steps<Pick<PreviewResult, 'together' | 'digest'>> {
  const all = matchSummary(together, papers, together.topicOf)
  yield
  return { together: all, digest: choice && (yield* buildLastDigest(choice, papers)) }
}

interface FoundTopic extends DigestTopicTree, OfferedPapers {
  /** As passed in. */
  topic: DigestTopicTree
  found: Bits
}

/** Yields after each term and each topic: a visitor may type hundreds of terms. */
function* foundIn(
  window: DayWindow,
  topics: readonly DigestTopicTree[],
  { digest = false }: PreviewInput,
): Steps<FoundTopic[]> {
  const all: FoundTopic[] = []
  for (const topic of topics) {
    yield* window.archive.lookUpTerms(topic.tree)
    const found = window.find(topic.tree)
    const offered = digest ? yield* lastDayMatches(window, { ...topic, found }) : NOTHING_OFFERED
    all.push({ ...topic, topic, found, ...offered })
    yield
  }
  return all
}

function* testedIn(
  window: DayWindow,
  topics: readonly FoundTopic[],
  testing: { latest: number; most: number },
): Steps<TopicEvaluation[]> {
  const tests: TopicEvaluation[] = []
  for (const { tree, found, query } of topics) {
    tests.push(yield* evaluateTopic(window, { query, tree, found }, testing))
    yield
  }
  return tests
}

function* extrasOf(
  window: DayWindow,
  tests: readonly TopicEvaluation[],
  { found, most }: { found: readonly FoundTopic[]; most: number },
): Steps<void> {
  for (const test of tests) {
    const others = found.filter((one) => one.found !== test.found)
    yield* addExtras(window, test, { others, most })
  }
}

type TypedTopic = Omit<DigestTopicTree, 'meaning'>

/** A stored topic may be older than the grammar. */
const readable = ({ name, query }: TopicText): TypedTopic[] =>
  isReadable(query) ? [{ name, query, tree: parseQuery(query) }] : []

const MAX_NEAR_MISSES = 3

const idsOf = ({ latestIds, relatedIds, empty }: TopicEvaluation): number[] => [
  ...latestIds,
  ...relatedIds,
  ...(empty?.nearIds ?? []),
]

type Together = ReturnType<typeof countByDay> & { topicOf: (id: number) => Query | null }

/** Each paper under the first topic that it matches. */
function togetherOf(window: DayWindow, tests: readonly TopicEvaluation[], latest: number): Together {
  const { index, meaningOf } = window.archive
  const found = tests.length > 0 ? unionOf(tests, index.docCount) : window.listed
  const counts = countByDay(found, window, latest)
  const topics = new Map(
    counts.latestIds.map((id) => {
      // The paper may have changed in the meantime and have another docId.
      const docId = index.docIdOf(id) ?? 0
      const test = tests.find(({ found }) => hasBit(found, docId)) ?? tests[0]
      return [id, test ? meaningOf(test.tree) : null]
    }),
  )
  return { ...counts, topicOf: (id) => topics.get(id) ?? null }
}

function unionOf(tests: readonly TopicEvaluation[], docCount: number): Bits {
  const union = newBits(docCount)
  for (const { found } of tests) unionBits(union, found)
  return union
}

interface Showing {
  meaningOf(query: Query): Query
  budget: TimeBudget
  spend: Spend | undefined
}

async function shownTopics(
  tests: readonly TopicEvaluation[],
  papers: LoadedPapers,
  { budget, spend, meaningOf }: Showing,
): Promise<TopicPreview[]> {
  const shown: TopicPreview[] = []
  for (const test of tests) {
    const { tree, empty, found: _, latestIds: __, relatedIds, ...others } = test
    const meaning = meaningOf(tree)
    const nearIds = empty?.nearIds.filter((id) => !relatedIds.includes(id)) ?? []
    const nearest =
      empty && (await runYieldingWithin(budget, papers.nearest(nearIds, meaning, MAX_NEAR_MISSES), spend))
    const one = await runYielding(shownIn(test, meaning, papers), spend)
    shown.push({
      ...others,
      understood: describeQuery(meaning),
      ...one,
      related: relatedIds.flatMap((id) => papers.showRelated(id, meaning) ?? []),
      nothing: empty && { absent: empty.absent, without: empty.without, nearest: nearest?.value ?? [] },
    })
  }
  return shown
}

function* shownIn(test: TopicEvaluation, tree: Query, papers: LoadedPapers): Steps<MatchSummary> {
  yield
  return matchSummary(test, papers, () => tree)
}

const matchSummary = (
  { total, perDay, latestIds }: ReturnType<typeof countByDay>,
  papers: LoadedPapers,
  topicOf: (id: number) => Query | null,
): MatchSummary => ({
  ...{ total, perDay },
  latest: latestIds.map((id) => papers.show(id, topicOf(id))).filter((paper) => paper !== null),
})
