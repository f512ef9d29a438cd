import { memoize } from '../../core/memoize.ts'
import { describePart } from '../../queries/language/describe-query.ts'
import { requireVotes, requireWord } from '../../queries/language/edit-query.ts'
import { isFiller } from '../../queries/language/sentence-words.ts'
import { writeTree } from '../../queries/language/write-query.ts'
import { type Bits, countBits, countIntersection, forEachBit } from '../../queries/matching/bits.ts'
import { untilChange } from '../../queries/matching/paper-index.ts'
import { isTextLeaf, leavesOf, MAX_VARIANTS, type Query } from '../../queries/query.ts'
import type { Steps } from '../../queries/steps.ts'
import { tokensOf } from '../../queries/text/tokens.ts'
import { respelled } from '../spelling.ts'
import type { DayWindow } from './day-window.ts'
import {
  type HintKind,
  namesOf,
  type QueryHint,
  readAsAuthor,
  splitEachPhrase,
  type Variant,
  widenEachField,
  withoutEach,
} from './variants.ts'

interface BroadQuery {
  /** The query's text and its tree. */
  text: string
  query: Query
  found: Bits
  /** The maximum number of papers in an email. */
  most: number
}

/** Whether there are more papers per weekday than an email contains. */
export const isTooBroad = (papers: number, window: DayWindow, most: number): boolean =>
  Math.round(window.perWeekday(papers)) > most

/** Changes of a query after which an email contains nearly all of its papers. Each has its own query text. */
export function* narrowerHints(
  { text, query, found, most }: BroadQuery,
  window: DayWindow,
): Steps<QueryHint[]> {
  const asked = { text, query, found, maxPapers: most * window.weekdays }
  const without = yield* withoutOne(asked, window)
  const votes = votesHint(asked, window)
  yield
  const also: QueryHint[] = []
  for (const { part, papers } of yield* narrowingWords(asked, window)) {
    const { query: changed } = requireWord(text, part)
    if (changed !== undefined) also.push({ way: 'also', part, term: part, papers, query: changed })
    if (also.length === MAX_WORDS) break
    yield
  }
  return [...without, ...votes, ...also]
}

const MAX_WORDS = 3

type NarrowInput = Omit<BroadQuery, 'most'> & {
  /** The total capacity of the emails of all these days, in papers. */
  maxPapers: number
}

/** The smallest share of all papers for which a part of an OR is worth a hint. */
const MIN_OF_ALL = 0.25

/** The part of an OR that contributes most papers by itself. */
function* withoutOne({ query, found, maxPapers }: NarrowInput, window: DayWindow): Steps<QueryHint[]> {
  const met = window.count(found)
  const enough = Math.max(maxPapers, met * (1 - MIN_OF_ALL))
  let best: (Variant & { papers: number }) | undefined
  for (const variant of withoutEach(query, 'or').take(MAX_VARIANTS)) {
    const papers = window.count(window.find(variant.changed, query))
    if (papers > 0 && papers <= enough && papers < (best?.papers ?? met + 1)) best = { ...variant, papers }
    yield
  }
  const text = best && writeTree(best.changed)
  if (!best || !text) return []
  const part = describePart(best.part)
  return [{ way: 'without', part, term: writeTree(best.part) ?? part, papers: best.papers, query: text }]
}

const LIMITS = [2, 3, 5, 10, 15, 20, 30, 50, 75, 100, 150, 200, 300, 500, 1000]

/** The lowest vote limit that leaves few enough papers, if at least half of the papers have votes. */
function votesHint({ text, found, maxPapers }: NarrowInput, window: DayWindow): QueryHint[] {
  const votes = window.archive.attributesOf(found).map(({ votes }) => votes)
  const known = votes.filter((count) => count !== null)
  if (known.length < votes.length / 2) return []
  const left = (limit: number) => known.filter((count) => count >= limit).length
  const limit = LIMITS.find((one) => left(one) <= maxPapers)
  if (limit === undefined || left(limit) === 0) return []
  const { query = null } = requireVotes(text, limit)
  const part = `votes>=${limit}`
  return query ? [{ way: 'votes', part, term: part, papers: left(limit), query }] : []
}

/** The titles of a sample of papers, spread evenly, represent all of them. */
const SAMPLE = 1200
const SAMPLE_OF_ALL = 3000
const MAX_NARROWING_WORDS = 6
/** A word is too narrow if it leaves less than this share of `maxPapers`. */
const MIN_SHARE = 0.1
const TELLING = /^\p{L}[\p{L}\p{N}]{2,}$/u

/** Words that occur in a suitable number of the papers, those that are rare in other papers first. */
function* narrowingWords(
  { query, found, maxPapers }: NarrowInput,
  window: DayWindow,
): Steps<Pick<QueryHint, 'part' | 'papers'>[]> {
  const share = maxPapers / Math.max(1, countBits(found))
  const asked = wordsOf(query)
  const here = yield* sampled(found, SAMPLE, window)
  const all = yield* ofAll(window)
  // Prefers words that are frequent here and more frequent than elsewhere: words of the subject, not of all papers.
  const weigh = (key: string, count: number) =>
    count * Math.log((count * all.papers) / (here.papers * (1 + (all.counts.get(key) ?? 0))))
  const telling = [...here.counts]
    .filter(([key, count]) => !asked.has(key) && isBetween(count / here.papers, share) && count > 1)
    .map(([key, count]) => ({ key, weight: weigh(key, count) }))
    .filter(({ weight }) => weight > 0)
    .sort((a, b) => b.weight - a.weight)
    .slice(0, MAX_NARROWING_WORDS)
  const words: Pick<QueryHint, 'part' | 'papers'>[] = []
  for (const { key } of telling) {
    yield
    const word = window.archive.usualSpelling(key)
    const holding = window.archive.find({ kind: 'word', field: 'any', text: word })
    words.push({ part: word, papers: countIntersection(holding, found) })
  }
  return words.filter(({ papers }) => papers >= maxPapers * MIN_SHARE && papers <= maxPapers)
}

const isBetween = (part: number, share: number): boolean => part >= (share * MIN_SHARE) / 2 && part <= share

/** For each word, by its key, the number of papers with it in the title. */
interface Counted {
  papers: number
  counts: ReadonlyMap<string, number>
}

const sampleCache = new WeakMap<DayWindow, Counted>()

function* ofAll(window: DayWindow): Steps<Counted> {
  const counted = sampleCache.get(window) ?? (yield* sampled(window.listed, SAMPLE_OF_ALL, window))
  sampleCache.set(window, counted)
  return counted
}

const PAPERS_IN_A_STEP = 100

function* sampled(found: Bits, sampleSize: number, { archive }: DayWindow): Steps<Counted> {
  const docIds: number[] = []
  forEachBit(found, (docId) => docIds.push(docId))
  const step = Math.max(1, docIds.length / sampleSize)
  const some = Array.from(
    { length: Math.min(sampleSize, docIds.length) },
    (_, i) => docIds[Math.floor(i * step)]!,
  )
  const counts = new Map<string, number>()
  const keyOf = subjectKeys(archive.index)
  for (const [i, docId] of some.entries()) {
    if (i % PAPERS_IN_A_STEP === 0) yield
    for (const key of new Set(Array.from(archive.index.words(docId).title, keyOf)))
      if (key !== null) counts.set(key, (counts.get(key) ?? 0) + 1)
  }
  return { papers: some.length, counts }
}

/** The key of a word by its id; null for a word that does not describe a subject. */
const subjectKeys = untilChange(({ vocabularies: { prose } }) =>
  memoize((word: number) => {
    const spelling = prose.spelling(word)
    return TELLING.test(spelling) && !isFiller(spelling) ? prose.keyOf(word) : null
  }),
)

/** The keys of all words of a query. */
const wordsOf = (query: Query): Set<string> =>
  new Set(
    leavesOf(query)
      .filter(isTextLeaf)
      .flatMap(({ text }) => tokensOf(text).map(({ key }) => key)),
  )

const MAX_HINTS = 2
/** From this many weeks on, a weekly number is not just chance. */
const MIN_WEEKS = 2

/** Some papers, but less than one a week. Another hint covers a query without any papers. */
export const isTooNarrow = (papers: number, weeks: number): boolean =>
  papers > 0 && weeks >= MIN_WEEKS && papers < weeks

/**
 * Changes with which a query would have matched more papers: those with the most papers that still fit into a day's
 * email of `maxPapers`; if none fits, those with the fewest.
 */
export function* widerHints(query: Query, window: DayWindow, maxPapers: number): Steps<QueryHint[]> {
  const met = window.count(window.find(query))
  const maxTotal = maxPapers * window.weekdays
  const hints: (Change & { papers: number })[] = []
  for (const change of changesOf(query)) {
    const papers = window.count(window.find(change.changed, query))
    if (papers > met) hints.push({ ...change, papers })
    yield
  }
  hints.sort((a, b) => byUse(a.papers, b.papers, maxTotal))
  // A name in a query is probably meant as one.
  const [names, others] = [hints.filter(isName), hints.filter((one) => !isName(one))]
  const fitting = others.filter(({ papers }) => papers <= maxTotal)
  return [...names, ...(fitting.length > 0 ? fitting : others)]
    .slice(0, MAX_HINTS)
    .map(({ way, part, papers, changed }) => ({ way, ...namesOf(part), papers, query: writeTree(changed) }))
}

/** The query with common words instead of those that no paper contains. */
export function* spellingHint(query: Query, window: DayWindow): Steps<QueryHint[]> {
  const changed = yield* respelled(window.archive, query)
  const text = changed && writeTree(changed)
  if (!changed || text === null) return []
  const papers = window.count(window.find(changed, query))
  return papers > 0 ? [{ way: 'spelling', part: describePart(changed), term: text, papers, query: text }] : []
}

const isName = ({ way }: { way: HintKind }): boolean => way === 'author'

type Change = Variant & { way: HintKind }

function* changesOf(query: Query): Generator<Change, void> {
  yield* some(readAsAuthor(query).values(), () => 'author')
  yield* some(withoutEach(query, 'and'), ({ part }) => (part.kind === 'not' ? 'allowed' : 'without'))
  yield* some(splitEachPhrase(query), () => 'apart')
  yield* some(widenEachField(query), () => 'anywhere')
}

const some = (variants: IteratorObject<Variant>, wayOf: (one: Variant) => HintKind): IteratorObject<Change> =>
  variants.take(MAX_VARIANTS).map((one) => ({ ...one, way: wayOf(one) }))

/** Results that fit come first, the largest of them at the front; of the others, the smallest. */
function byUse(a: number, b: number, fits: number): number {
  if (a <= fits !== b <= fits) return a <= fits ? -1 : 1
  return a <= fits ? b - a : a - b
}
