import type { Bits } from '../../queries/matching/bits.ts'
import { mentionsRevised, type Query } from '../../queries/query.ts'
import { bestMatches } from '../../queries/ranking/rank-matches.ts'
import { type WhyEmpty, whyEmpty } from '../../queries/reasons/why-empty.ts'
import {
  countByDay,
  type DayWindow,
  type OtherTopic,
  type Overlap,
  overlaps,
  type PaperCounts,
} from '../../search/back-test/day-window.ts'
import { type FoundOffer, isTooBroad, isTooNarrow, offersOf } from '../../search/back-test/offers.ts'
import {
  type TermCount,
  type TermPresence,
  termCounts,
  termPresence,
} from '../../search/back-test/term-counts.ts'

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
  /** Queries that would match more papers. */
  offers: FoundOffer[]
  /** If it matched nothing, the best papers of the first offer. */
  insteadIds: readonly number[]
  /** Null if it matched something, or if there were no papers at all. */
  empty: WhyEmpty | null
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

/** Evaluates a query. `addExtras` adds terms, overlap, offers, and the reason if nothing matches. */
export function evaluateTopic(
  window: DayWindow,
  topic: EvaluateTopicInput,
  testing: Testing,
): TopicEvaluation {
  const { tree, found } = topic
  const counts = countByDay(found, window, testing.latest)
  return {
    ...topic,
    ...counts,
    width: widthOf(tree, counts.total, window, testing.most),
    keyWords: termPresence(tree, window),
    share: window.size === 0 || mentionsRevised(tree) ? null : counts.total / window.size,
    terms: [],
    overlap: [],
    offers: [],
    insteadIds: [],
    empty: null,
  }
}

interface Among {
  /** The subscriber's other topics. */
  others: readonly OtherTopic[]
  latest: number
  most: number
}

/** Adds the slow parts to an evaluation, the most useful first. If the time runs out, the rest stays empty. */
export function addExtras(window: DayWindow, test: TopicEvaluation, { others, latest, most }: Among): void {
  const { query, tree, found, total, keyWords, width } = test
  if (total === 0 && window.size > 0)
    test.empty = whyEmpty(tree, (part, scope) => window.count(window.find(part, scope)))
  const topic = { query, tree, found, absent: keyWords.absent, isNarrow: width === 'narrow', most }
  test.offers = width === 'wide' ? [] : offersOf(topic, window)
  const [first] = test.offers
  if (total === 0 && first) test.insteadIds = bestMatches(window.archive, tree, first.found, latest)
  test.overlap = overlaps(found, others)
  test.terms = termCounts(tree, window)
}

function widthOf(tree: Query, total: number, window: DayWindow, most: number): Width {
  if (isTooBroad(total, window, most)) return 'wide'
  const isOnePaper = tree.kind === 'paper'
  return total === 0 || (!isOnePaper && isTooNarrow(total, window.weeks)) ? 'narrow' : 'fits'
}
