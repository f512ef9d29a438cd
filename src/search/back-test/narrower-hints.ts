import { describePart } from '../../queries/language/describe-query.ts'
import { requireVotes, requireWord } from '../../queries/language/edit-query.ts'
import { writeTree } from '../../queries/language/write-tree.ts'
import type { Bits } from '../../queries/matching/bits.ts'
import { MAX_VARIANTS, type Query } from '../../queries/query.ts'
import type { Steps } from '../../queries/steps.ts'
import type { DayWindow } from './day-window.ts'
import { narrowingWords } from './narrowing-words.ts'
import type { QueryHint } from './query-hint.ts'
import { type Variant, withoutEach } from './variants.ts'

export interface BroadQuery {
  /** The query's text, and what it was read as. */
  text: string
  query: Query
  found: Bits
  /** The most papers of a mail. */
  most: number
}

/** More for each weekday with papers than an email contains. */
export const isTooBroad = (papers: number, window: DayWindow, most: number): boolean =>
  Math.round(window.perWeekday(papers)) > most

/** Changes of a query by which a mail would hold nearly all that it brings, each with a text of its own. */
export function* narrowerHints(
  { text, query, found, most }: BroadQuery,
  window: DayWindow,
): Steps<QueryHint[]> {
  const room = most * window.weekdays
  const asked = { text, query, found, room }
  const without = yield* withoutOne(asked, window)
  const votes = votesHint(asked, window)
  yield
  return [...without, ...votes, ...(yield* alsoHints(asked, window))]
}

type NarrowInput = Omit<BroadQuery, 'most'> & {
  /** How many papers mails of all these days hold. */
  room: number
}

/** A part of an OR that brings at least so much of all is worth a word. */
const MIN_OF_ALL = 0.25

/** The part of an OR that alone brings most. */
function* withoutOne({ query, found, room }: NarrowInput, window: DayWindow): Steps<QueryHint[]> {
  const met = window.count(found)
  const enough = Math.max(room, met * (1 - MIN_OF_ALL))
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

/** The lowest limit of votes that leaves so few, where most of the papers have votes. */
function votesHint({ text, found, room }: NarrowInput, window: DayWindow): QueryHint[] {
  const votes = window.archive.attributesOf(found).map((facts) => facts.votes)
  const known = votes.filter((count) => count !== null)
  if (known.length < votes.length / 2) return []
  const left = (limit: number) => known.filter((count) => count >= limit).length
  const limit = LIMITS.find((one) => left(one) <= room)
  if (limit === undefined || left(limit) === 0) return []
  const { query = null } = requireVotes(text, limit)
  const part = `votes>=${limit}`
  return query ? [{ way: 'votes', part, term: part, papers: left(limit), query }] : []
}

const MAX_WORDS = 3

/** Words that stand in some of the papers, and seldom in others. */
function* alsoHints({ text, query, found, room }: NarrowInput, window: DayWindow): Steps<QueryHint[]> {
  const hints: QueryHint[] = []
  const words = yield* narrowingWords({ query, found, maxPapers: room }, window)
  for (const { word, papers } of words) {
    const { query: changed = null } = requireWord(text, word)
    if (changed !== null) hints.push({ way: 'also', part: word, term: word, papers, query: changed })
    if (hints.length === MAX_WORDS) break
    yield
  }
  return hints
}
