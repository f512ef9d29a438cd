import type { Bits } from '../../queries/matching/bits.ts'
import { mentionsRevised, type Query } from '../../queries/query.ts'
import { closePapers } from '../../queries/ranking/close-papers.ts'
import { nearMisses } from '../../queries/ranking/rank-matches.ts'
import { type WhyEmpty, whyEmptySteps } from '../../queries/reasons/why-empty.ts'
import type { Steps } from '../../queries/steps.ts'
import {
  countByDay,
  type DayWindow,
  type OtherTopic,
  type Overlap,
  overlaps,
  type PaperCounts,
} from '../../search/back-test/day-window.ts'
import {
  apartHints,
  isTooBroad,
  isTooNarrow,
  spellingHint,
  widerHints,
} from '../../search/back-test/hints.ts'
import {
  type TermCount,
  type TermPresence,
  termCounts,
  termPresence,
} from '../../search/back-test/term-counts.ts'
import type { QueryHint } from '../../search/back-test/variants.ts'

/** Fewer than one paper a week, more than fit into an email, or in between. */
type Width = 'narrow' | 'fits' | 'wide'

/** The matches of a query among the papers of some days; papers are ids. */
export interface TopicEvaluation extends PaperCounts {
  query: string
  tree: Query
  found: Bits
  latestIds: readonly number[]
  /** Share of all papers, from 0 to 1; null if newer versions count, or there are no papers. */
  share: number | null
  keyWords: TermPresence
  /** The matches of each of its terms on its own. */
  terms: TermCount[]
  /** Other topics of the same subscriber that match some of its papers too. */
  overlap: Overlap[]
  width: Width
  /** Changes that would match more papers. */
  hints: QueryHint[]
  /** Papers that are related to it but do not match, the closest first; none without a learned space. */
  relatedIds: readonly number[]
  /** Null if it matched something, or if there were no papers at all. */
  empty: (WhyEmpty & { nearIds: readonly number[] }) | null
}

interface EvaluateTopicInput {
  query: string
  tree: Query
  found: Bits
}

interface Testing {
  /** How many of the latest papers to show. */
  latest: number
  /** The maximum number of papers in an email. */
  most: number
}

/** Number of near misses; their texts decide which ones they are. */
const NEAR = 12
/** As many as an email shows. */
const MAX_RELATED = 3

/** Evaluates a query. `addExtras` adds terms, overlap, hints, and the reason if nothing matches. */
export function* evaluateTopic(
  window: DayWindow,
  topic: EvaluateTopicInput,
  testing: Testing,
): Steps<TopicEvaluation> {
  const { tree, found } = topic
  const counts = countByDay(found, window, testing.latest)
  return {
    ...topic,
    ...counts,
    width: widthOf(tree, counts.total, window, testing.most),
    keyWords: yield* termPresence(tree, window),
    share: window.size === 0 || mentionsRevised(tree) ? null : counts.total / window.size,
    ...{ terms: [], overlap: [], hints: [], relatedIds: [], empty: null },
  }
}

interface Among {
  /** The subscriber's other topics. */
  others: readonly OtherTopic[]
  most: number
}

/** Adds the slow parts to an evaluation, the most useful first. If the steps end early, the rest stays empty. */
export function* addExtras(window: DayWindow, test: TopicEvaluation, { others, most }: Among): Steps<void> {
  const { tree, found, total } = test
  yield* window.archive.lookUpTerms(tree)
  if (total === 0 && window.size > 0) test.empty = yield* whyEmpty(window, tree)
  test.hints = [
    ...(test.width === 'wide' ? [] : yield* apartHints(tree, window)),
    ...(test.keyWords.absent.length > 0 ? yield* spellingHint(tree, window) : []),
    ...(test.width === 'narrow' ? yield* widerHints(tree, window, most) : []),
  ]
  test.overlap = overlaps(found, others)
  test.relatedIds = yield* relatedIds(tree, window)
  test.terms = yield* termCounts(tree, window)
}

function widthOf(tree: Query, total: number, window: DayWindow, most: number): Width {
  if (isTooBroad(total, window, most)) return 'wide'
  const isOnePaper = tree.kind === 'paper'
  return total === 0 || (!isOnePaper && isTooNarrow(total, window.weeks)) ? 'narrow' : 'fits'
}

function* whyEmpty(window: DayWindow, tree: Query): Steps<TopicEvaluation['empty']> {
  const why = yield* whyEmptySteps(tree, (part, scope) => window.count(window.find(part, scope)))
  return {
    ...why,
    nearIds: yield* nearMisses(window.archive, tree, { among: window.papersFor(tree), limit: NEAR }),
  }
}

function* relatedIds(query: Query, { archive, days }: DayWindow): Steps<number[]> {
  const close = yield* closePapers(archive, query, { from: days[0]!, to: days.at(-1)! })
  return close.slice(0, MAX_RELATED).map(({ id }) => id)
}
