import { asksForRevised } from '../../queries/language/turning.ts'
import type { Bits } from '../../queries/matching/bits.ts'
import type { Query } from '../../queries/query.ts'
import { type WhyEmpty, whyEmptyBy } from '../../queries/reasons/why-empty.ts'
import type { Steps } from '../../queries/steps.ts'
import type { Hint } from '../../search/back-test/hint.ts'
import { type KeyWords, keyWordsOf } from '../../search/back-test/key-words.ts'
import { isWide, narrowerHints } from '../../search/back-test/narrower.ts'
import { nearIds } from '../../search/back-test/near.ts'
import { type OtherTopic, type Overlap, overlaps } from '../../search/back-test/overlap.ts'
import { type TermCount, termCounts } from '../../search/back-test/term-counts.ts'
import { isNarrow, widerHints } from '../../search/back-test/wider.ts'
import type { Window } from '../../search/back-test/window.ts'
import { type Counts, countByDay } from '../../search/count-by-day.ts'

/** Less than one paper a week, more than a mail holds, or what one would have. */
export type Width = 'narrow' | 'fits' | 'wide'

/** What a query comes to among the papers of some days, as numbers of papers. */
export interface TopicTest extends Counts {
  query: string
  tree: Query
  found: Bits
  latestIds: readonly number[]
  /** Of all papers, from 0 to 1; null where newer versions count, or there are none. */
  share: number | null
  keyWords: KeyWords
  terms: TermCount[]
  overlap: Overlap[]
  width: Width
  hints: Hint[]
  /** Null where it met something, or where there was no paper at all. */
  empty: (WhyEmpty & { nearIds: readonly number[] }) | null
}

export interface TopicToTest {
  query: string
  tree: Query
  found: Bits
}

interface Testing {
  /** How many of the latest papers are shown. */
  latest: number
  /** The most papers of a mail. */
  most: number
}

/** So many papers may come nearest; which they are is told by their texts. */
const NEAR = 12

/** What a query finds. Terms, overlap, hints and what to say where it finds nothing are left to `addExtras`. */
export function* testTopic(window: Window, topic: TopicToTest, testing: Testing): Steps<TopicTest> {
  const { tree, found } = topic
  const counts = countByDay(found, window, testing.latest)
  return {
    ...topic,
    ...counts,
    width: widthOf(tree, counts.total, window, testing.most),
    keyWords: yield* keyWordsOf(tree, window),
    share: window.size === 0 || asksForRevised(tree) ? null : counts.total / window.size,
    ...{ terms: [], overlap: [], hints: [], empty: null },
  }
}

interface Among {
  /** The subscriber's other topics. */
  others: readonly OtherTopic[]
  most: number
}

/** Adds to a test what takes longest, the most useful first. Where the steps end early, the rest stays empty. */
export function* addExtras(window: Window, test: TopicTest, { others, most }: Among): Steps<void> {
  const { tree, found, total } = test
  yield* window.archive.lookUp(tree)
  if (total === 0 && window.size > 0) test.empty = yield* emptyOf(window, tree)
  test.hints = yield* hintsOf(window, test, most)
  test.overlap = overlaps(found, others)
  test.terms = yield* termCounts(tree, window)
}

function widthOf(tree: Query, total: number, window: Window, most: number): Width {
  if (isWide(total, window, most)) return 'wide'
  const isOnePaper = tree.kind === 'paper'
  return total === 0 || (!isOnePaper && isNarrow(total, window.weeks)) ? 'narrow' : 'fits'
}

function* hintsOf(window: Window, { query, tree, found, width }: TopicTest, most: number): Steps<Hint[]> {
  if (width === 'wide') return yield* narrowerHints({ text: query, query: tree, found, most }, window)
  return width === 'narrow' ? yield* widerHints(tree, window, most) : []
}

function* emptyOf(window: Window, tree: Query): Steps<TopicTest['empty']> {
  const why = yield* whyEmptyBy(tree, (all, among) =>
    window.count(window.find({ kind: 'and', parts: [...all] }, { kind: 'and', parts: [...among] })),
  )
  return { ...why, nearIds: yield* nearIds(tree, window, NEAR) }
}
