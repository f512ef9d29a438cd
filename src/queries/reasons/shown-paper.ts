import type { Day } from '../../core/dates.ts'
import { distinctBy } from '../../core/distinct-by.ts'
import { memoize } from '../../core/memoize.ts'
import type { Paper } from '../../papers/paper.ts'
import { paperPathOf } from '../../papers/paper-key.ts'
import { type PlainPaper, plainPaperOf } from '../../papers/plain-paper.ts'
import type { Match, Reason } from '../query.ts'
import { occurrencesOf, rangeOf, termOf } from '../text/terms.ts'
import { isStopWord, WordIndex } from '../text/tokens.ts'
import { foundTerms, IN_PROSE, type QueryGap, type WhyShown } from './reason-text.ts'

/** A paper in a digest: plain text without TeX, as of the time when the digest was planned. */
export interface ShownPaper extends WhyShown {
  id: number
  title: TextRun[]
  /** Path on the website: /papers/2507.06457 */
  path: string
  /** The first few authors, for the email. */
  authors: string[]
  /** The number of further authors; absent if it is 0. */
  moreAuthors?: number
  /** Absent if unknown. */
  organization?: string
  /** The paper in one sentence; empty if no sentence is clear without the others. */
  snippet: TextRun[]
  /** Set if the snippet is the source's summary; otherwise it is a sentence of the abstract. */
  isSummary?: true
  votes: number | null
  comments: number | null
  codeUrl: string | null
  day: Day
}

/** The visible parts of a paper, without TeX. */
export type PlainParts = Omit<PlainPaper, 'titleRuns' | 'keywords'>

export function plainParts(paper: Paper): PlainParts {
  const { title, abstract, sentence, isSummary, authors, organization } = plainPaperOf(paper)
  return { title, abstract, sentence, isSummary, authors: authors.filter(Boolean), organization }
}

/** What a digest adds to a paper for its subscriber. */
export type Addition = Pick<WhyShown, 'also' | 'rising' | 'closeTo'>

/** The paper with an addition; `sharedPaper` returns it without. */
export function withAddition(paper: ShownPaper, addition: Addition): ShownPaper {
  const extended = { ...paper, ...addition }
  shared.set(extended, paper)
  return extended
}

const shared = new WeakMap<ShownPaper, ShownPaper>()

/** The paper without what was added: digests of other subscribers show it too. */
export const sharedPaper = (paper: ShownPaper): ShownPaper => shared.get(paper) ?? paper

/** Equal for papers with equal additions, whatever the ids of their topics; empty without one. */
export const additionKey = ({ also, rising, closeTo }: ShownPaper): string =>
  also || rising || closeTo ? JSON.stringify([also, rising, closeTo?.topic, closeTo?.grade]) : ''

/** Converts a paper to its form in a digest. `kept`: its parts if it is shown again, for other queries. */
export function toShownPaper(paper: Paper, reason: Reason | null, kept?: PlainParts): ShownPaper {
  const plain = kept ?? plainParts(paper)
  const indexOf = kept ? keptIndex : proseIndex
  const moreAuthors = plain.authors.length - MAX_AUTHORS
  return {
    id: paper.id,
    title: markedRuns(plain.title, [
      ...rangesInTitle(reason),
      ...rangesOfTerms(plain.title, reason, indexOf),
    ]),
    path: paperPathOf(paper),
    authors: plain.authors.slice(0, MAX_AUTHORS),
    ...(moreAuthors > 0 && { moreAuthors }),
    ...(plain.organization && { organization: plain.organization }),
    snippet: markedRuns(plain.sentence, rangesOfTerms(plain.sentence, reason, indexOf)),
    ...(plain.isSummary && { isSummary: true }),
    reason: reason && { kind: 'match', found: foundTerms(reason) },
    votes: paper.votes,
    comments: paper.comments,
    codeUrl: paper.codeUrl,
    day: paper.firstDay,
  }
}

/** A paper that is near a query but does not match it, with what it has and what is missing. */
export const showNearMiss = (
  paper: Paper,
  { matches, gap }: { matches: readonly Match[]; gap: QueryGap },
): ShownPaper => ({
  ...toShownPaper(paper, { matches: [...matches] }),
  reason: { kind: 'near', gap },
})

/**
 * A paper that comes close to a topic, for `withAddition` with that topic. Nothing in it is marked, so that it never
 * looks like a match.
 */
export function showClose(paper: Paper, matches: readonly Match[], kept?: PlainParts): ShownPaper {
  const terms = distinctBy(
    matches
      .filter(({ where, term }) => IN_PROSE.has(where) && !isStopWord(term.toLowerCase()))
      .map(({ term }) => term),
    (term) => term.toLowerCase(),
  )
  return { ...toShownPaper(paper, null, kept), reason: { kind: 'close', terms } }
}

// An email names three, or all four. Some papers have thousands, and each digest keeps its own copy.
const MAX_AUTHORS = 4

const rangesInTitle = (reason: Reason | null): TextRange[] =>
  (reason?.matches ?? []).flatMap(({ where, at }) => (where === 'title' && at ? [at] : []))

/** Wherever a text has a term that matched, in whichever part of the paper it was found. */
function rangesOfTerms(text: string, reason: Reason | null, indexOf: typeof proseIndex): TextRange[] {
  const terms = (reason?.matches ?? []).filter(({ where }) => IN_PROSE.has(where)).map(({ term }) => term)
  if (terms.length === 0) return []
  const index = indexOf(text)
  return [...new Set(terms)].flatMap((term) =>
    [...occurrencesOf(proseTerm(term), index)].map((span) => rangeOf(span, index)),
  )
}

const proseIndex = (text: string): WordIndex => new WordIndex(text, 'prose')
// Planning shows the same paper under many queries, and many papers under the same one.
const keptIndex = memoize(proseIndex, 4000)
const proseTerm = memoize((term: string) => termOf(term, 'prose'), 4000)

/** A run of text; `marked` if it matched. */
export interface TextRun {
  text: string
  marked: boolean
}

/** A range of a text: [start, end) in UTF-16 units. */
type TextRange = readonly [start: number, end: number]

/**
 * Splits a text into runs, marked at the given ranges, and between neighbouring words of which each is marked. The
 * ranges may overlap, exceed the text and have any order.
 */
export function markedRuns(text: string, ranges: readonly TextRange[]): TextRun[] {
  const runs: TextRun[] = []
  const add = (start: number, end: number, marked: boolean) => {
    if (start < end) runs.push({ text: text.slice(start, end), marked })
  }
  let done = 0
  for (const [start, end] of joined(text, ranges)) {
    add(done, Math.min(start, text.length), false)
    add(Math.min(start, text.length), Math.min(end, text.length), true)
    done = Math.min(end, text.length)
  }
  add(done, text.length, false)
  return runs
}

function joined(text: string, ranges: readonly TextRange[]): TextRange[] {
  const result: [number, number][] = []
  for (const [start, end] of [...ranges].sort((a, b) => a[0] - b[0])) {
    const last = result.at(-1)
    if (last && (start <= last[1] || /^[ -]$/.test(text.slice(last[1], start))))
      last[1] = Math.max(last[1], end)
    else result.push([start, end])
  }
  return result
}
