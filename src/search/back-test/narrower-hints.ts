import { describePart } from '../../queries/language/describe-query.ts'
import { requireVotes, requireWord } from '../../queries/language/edit-query.ts'
import { writeTree } from '../../queries/language/write-query.ts'
import type { Bits } from '../../queries/matching/bits.ts'
import { MAX_VARIANTS, type Query } from '../../queries/query.ts'
import type { Steps } from '../../queries/steps.ts'
import type { DayWindow } from './day-window.ts'
import { narrowingWords } from './narrowing-words.ts'
import type { QueryHint } from './query-hint.ts'
import { type Variant, withoutEach } from './variants.ts'

export interface BroadQuery {
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
  return [...without, ...votes, ...(yield* alsoHints(asked, window))]
}

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

const MAX_WORDS = 3

/** Words in some of the papers that are rare in others. */
function* alsoHints({ text, query, found, maxPapers }: NarrowInput, window: DayWindow): Steps<QueryHint[]> {
  const hints: QueryHint[] = []
  const words = yield* narrowingWords({ query, found, maxPapers }, window)
  for (const { word, papers } of words) {
    const { query: changed = null } = requireWord(text, word)
    if (changed !== null) hints.push({ way: 'also', part: word, term: word, papers, query: changed })
    if (hints.length === MAX_WORDS) break
    yield
  }
  return hints
}
