import { distinctBy } from '../../core/distinct-by.ts'
import { fill, words } from '../../i18n/words.ts'
import { checkDeadline } from '../../queries/deadline.ts'
import { parseOrNull } from '../../queries/language/parse-query.ts'
import { isTopicOf, writeTree } from '../../queries/language/write-query.ts'
import { type Bits, countIntersection, newBits, setBit } from '../../queries/matching/bits.ts'
import { isTextLeaf, type Leaf, leavesOf, MAX_VARIANTS, type Query } from '../../queries/query.ts'
import { MIN_CLOSENESS, topicOf } from '../../queries/ranking/closeness.ts'
import { listedByDay } from '../../queries/ranking/listed-by-day.ts'
import { respelled } from '../spelling.ts'
import type { DayWindow } from './day-window.ts'
import {
  readAsAuthor,
  splitEachPhrase,
  splitEachTerm,
  type Variant,
  widenEachField,
  withoutEach,
  withoutLeaves,
} from './variants.ts'

/** Whether there are more papers per weekday than an email contains. */
export const isTooBroad = (papers: number, window: DayWindow, most: number): boolean =>
  Math.round(window.perWeekday(papers)) > most

/** From this many weeks on, a weekly number is not just chance. */
const MIN_WEEKS = 2

/** Some papers, but less than one a week. */
export const isTooNarrow = (papers: number, weeks: number): boolean =>
  papers > 0 && weeks >= MIN_WEEKS && papers < weeks

/** A query that would have brought more than a topic. */
export interface Offer {
  query: string
  /** How many papers it matches in the same days. */
  papers: number
}

export type FoundOffer = Offer & { tree: Query; found: Bits }

interface OfferInput {
  query: string
  tree: Query
  /** The topic's own matches. */
  found: Bits
  /** Leaves of it that no paper contains. */
  absent: readonly Leaf[]
  /** Whether it brings little: otherwise only the words of its terms are offered anywhere in a paper. */
  isNarrow: boolean
  /** The maximum number of papers in an email. */
  most: number
}

const MAX_OFFERS = 3

/**
 * Up to three queries that would have matched what a topic matches, and more. First those that leave out none of its
 * words, then those that find the most papers that are close to it: they are probably wanted. Queries that bring more
 * than an email contains only if no other does.
 */
export function offersOf(topic: OfferInput, window: DayWindow): FoundOffer[] {
  const wider: (Candidate & { found: Bits; papers: number })[] = []
  const known = window.count(topic.found)
  for (const candidate of candidatesOf(topic, window)) {
    checkDeadline()
    const found = window.find(candidate.tree, topic.tree)
    const papers = window.count(found)
    const isWider = papers > known && countIntersection(found, topic.found) === known
    if (isWider) wider.push({ ...candidate, found, papers })
  }
  const fitting = wider.filter(({ papers }) => !isTooBroad(papers, window, topic.most))
  const close = wider.length > 1 ? closeIn(window, topic.tree) : null
  return (fitting.length > 0 ? fitting : wider)
    .map((one) => ({ ...one, wanted: close ? countIntersection(one.found, close) : one.papers }))
    .sort((a, b) => Number(b.isWhole) - Number(a.isWhole) || b.wanted - a.wanted || a.papers - b.papers)
    .values()
    .flatMap(({ tree, found, papers, query = writeTree(tree) }) =>
      query === null ? [] : [{ query, papers, tree, found }],
    )
    .take(MAX_OFFERS)
    .toArray()
}

interface Candidate {
  tree: Query
  /** Whether it has all words of the topic, in whatever form. */
  isWhole: boolean
  /** If it is not as `writeTree` writes it. */
  query?: string
}

/** What may bring more. Of several that are equally good, the first is preferred. */
function candidatesOf(topic: OfferInput, { archive }: DayWindow): Candidate[] {
  const { tree, absent } = topic
  const anywhere = candidates(true, splitEachTerm(tree))
  if (!topic.isNarrow) return anywhere
  const respelt = absent.length > 0 ? respelled(archive, tree) : null
  const rest = absent.length > 0 ? withoutLeaves(tree, absent) : null
  const sentence = asSentence(topic)
  const all = [
    ...(respelt ? [{ tree: respelt, isWhole: true }] : []),
    ...candidates(true, readAsAuthor(tree).values()),
    ...anywhere,
    ...candidates(true, splitEachPhrase(tree)),
    ...candidates(true, widenEachField(tree)),
    ...(sentence ? [sentence] : []),
    ...(rest ? [{ tree: rest, isWhole: false }] : []),
    ...candidates(false, withoutEach(tree)),
  ]
  return distinctBy(all, (one) => JSON.stringify(one.tree))
}

const candidates = (isWhole: boolean, variants: IteratorObject<Variant>): Candidate[] =>
  variants
    .take(MAX_VARIANTS)
    .map(({ changed }) => ({ tree: changed, isWhole }))
    .toArray()

/** The words of a query as a sentence, of which some are enough. Null if it has anything but words and phrases. */
export function asSentence({
  query,
  tree,
}: Pick<OfferInput, 'query' | 'tree'>): { query: string; tree: Query; isWhole: true } | null {
  const parts = tree.kind === 'and' ? tree.parts : [tree]
  const isOfWords = parts.every((part) => isTextLeaf(part) || part.kind === 'term')
  const leaves = leavesOf(tree).filter(isTextLeaf)
  if (!isOfWords || leaves.some(({ field }) => field !== 'any')) return null
  const text = tree.kind === 'term' ? query : leaves.map((leaf) => leaf.text).join(' ')
  const sentence = fill(words.query.sentence, { text })
  const meant = parseOrNull(sentence)
  return meant?.kind === 'some' && isTopicOf(sentence, meant)
    ? { query: sentence, tree: meant, isWhole: true }
    : null
}

/** The papers of a window that are close to a topic; null if the archive does not know enough of it. */
function closeIn({ archive, days }: DayWindow, tree: Query): Bits | null {
  const topic = topicOf(archive, tree, days.at(-1))
  if (!topic?.isKnown) return null
  const close = newBits(archive.index.docCount)
  for (const [day, docIds] of listedByDay(archive.index)) {
    if (day < days[0]! || day > days.at(-1)!) continue
    checkDeadline()
    for (const docId of docIds) if (topic.closeness(docId) >= MIN_CLOSENESS) setBit(close, docId)
  }
  return close
}
