import type { Day } from '../../core/dates.ts'
import { distinctBy } from '../../core/distinct-by.ts'
import { memoize } from '../../core/memoize.ts'
import { shortDate } from '../../i18n/dates.ts'
import { counted, fill, listed, words } from '../../i18n/words.ts'
import type { Paper } from '../../papers/paper.ts'
import { paperPathOf } from '../../papers/paper-key.ts'
import { type PlainPaper, plainPaperOf } from '../../papers/plain-paper.ts'
import { shownName } from '../language/describe-query.ts'
import type { Match, Reason } from '../query.ts'
import { isStopWord, occurrencesOf, rangeOf, termOf, truncate, WordIndex } from '../text/tokens.ts'

const MAX_TERMS = 5

const NAMED: Partial<Record<Match['where'], string>> = {
  author: words.reason.onlyAuthor,
  org: words.reason.onlyOrg,
}

const holds = (name: string, term: string): boolean => name.toLowerCase().includes(term.toLowerCase())

/** A paper in a digest: plain text without TeX, as of the time when the digest was planned. */
export interface ShownPaper {
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
  /** The paper in one or two sentences; empty if there is no text. */
  snippet: TextRun[]
  /** Set if the snippet is the source's summary; otherwise it is quoted from the abstract. */
  isSummary?: true
  /** "Matched: linear attention, in the title"; null for a subscriber without topics. */
  reason: string | null
  /**
   * What the marked title does not show of the reason: "Matches “agent” in the abstract". Empty if it shows all of it;
   * absent in digests of earlier releases.
   */
  beyondTitle?: string
  /** The subscriber's topic that it comes close to; absent for a match. */
  closeTo?: CloseTo
  votes: number | null
  comments: number | null
  codeUrl: string | null
  day: Day
}

/** A topic of the subscriber: its name, and its id for links. */
export interface CloseTo {
  topic: string
  topicId: number
}

/** The visible parts of a paper, without TeX. */
export type PlainParts = Omit<PlainPaper, 'titleRuns' | 'keywords'>

export function plainParts(paper: Paper): PlainParts {
  const { title, abstract, sentence, isSummary, authors, organization } = plainPaperOf(paper)
  return { title, abstract, sentence, isSummary, authors: authors.filter(Boolean), organization }
}

/** The same paper with the names of other topics that match it. */
export const withOtherTopics = (paper: ShownPaper, topics: readonly string[]): ShownPaper =>
  topics.length === 0 ? paper : withSentence(paper, fill(words.reason.also, { topics: topics.join(', ') }))

/** The same paper with another sentence at the end of its reason; `additionTo` returns both. */
export function withSentence(paper: ShownPaper, sentence: string): ShownPaper {
  const extended = {
    ...paper,
    reason: `${paper.reason!}. ${sentence}`,
    beyondTitle: [paper.beyondTitle, sentence].filter(Boolean).join('. '),
  }
  additions.set(extended, { paper, added: sentence })
  return extended
}

/** The result of `showClose`, with a reason that names the topic. */
export function withTopicName(paper: ShownPaper, topic: string): ShownPaper {
  const reason = fill(words.reason.close, { topic: truncate(topic), what: paper.reason! })
  return { ...paper, reason, beyondTitle: reason }
}

/**
 * The result of `showClose` in the digest of a subscriber to one of whose topics it comes close; `additionTo` returns
 * both. `named`: with the name of this topic.
 */
export function withCloseTo(
  paper: ShownPaper,
  closeTo: CloseTo,
  named = withTopicName(paper, closeTo.topic),
): ShownPaper {
  const extended = { ...named, closeTo }
  additions.set(extended, { paper, added: closeTo })
  namedPapers.set(extended, named)
  return extended
}

interface Addition {
  paper: ShownPaper
  added: string | CloseTo
}

const additions = new WeakMap<ShownPaper, Addition>()
const namedPapers = new WeakMap<ShownPaper, ShownPaper>()

/** The paper without the id that `withCloseTo` added: it looks the same to all whose topics have the same name. */
export const withoutTopicId = (paper: ShownPaper): ShownPaper => namedPapers.get(paper) ?? paper

/** The paper, and what `withSentence` or `withCloseTo` added; undefined if they added nothing. */
export const additionTo = (paper: ShownPaper): Addition | undefined => additions.get(paper)

/** The paper without what they added: digests of other subscribers show it too. */
export const sharedPaper = (paper: ShownPaper): ShownPaper => additions.get(paper)?.paper ?? paper

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
    reason: reason && reasonSentence(reason),
    ...(reason && { beyondTitle: reasonBeyondTitle(reason) }),
    votes: paper.votes,
    comments: paper.comments,
    codeUrl: paper.codeUrl,
    day: paper.firstDay,
  }
}

/** A paper that is near a query but does not match it, with what it has and what is missing. */
export const showNearMiss = (
  paper: Paper,
  { matches, sentence }: { matches: readonly Match[]; sentence: string },
): ShownPaper => ({
  ...toShownPaper(paper, { matches: [...matches] }),
  reason: sentence,
  beyondTitle: sentence,
})

/**
 * A paper that comes close to a topic: its reason is only the words of the topic that it contains, and `withTopicName` or
 * `withCloseTo` makes a sentence of it. Nothing in it is marked, so that it never looks like a match.
 */
export function showClose(paper: Paper, matches: readonly Match[], kept?: PlainParts): ShownPaper {
  const terms = distinctBy(
    matches
      .filter(({ where, term }) => IN_PROSE.has(where) && !isStopWord(term.toLowerCase()))
      .map(({ term }) => term),
    (term) => term.toLowerCase(),
  )
  const reason = terms.length > 0 ? listTerms(terms) : words.reason.closeByMeaning
  return { ...toShownPaper(paper, null, kept), reason }
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

const IN_PROSE: ReadonlySet<Match['where']> = new Set(['title', 'abstract', 'keyword'])

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

/** Why a paper matched, as text for the subscriber: "Matched: linear attention, in the title", "Author: Albert Gu". */
export function reasonSentence(reason: Reason): string {
  const names = reason.matches.every(({ where }) => NAMED[where]) ? distinctNames(reason.matches) : []
  const [first, ...others] = names
  return first && others.length === 0
    ? fill(NAMED[first.where]!, { found: first.found })
    : fill(words.reason.matched, { what: reasonWords(reason) })
}

/** "Matches “agent” in the abstract": without what a marked title shows, and votes and code, which emails show anyway. */
function reasonBeyondTitle(reason: Reason): string {
  const matches = firstsOf(reason).filter(({ where }) => !SHOWN_ANYWAY.has(where))
  const inText = (['abstract', 'keyword'] as const).flatMap((part) => {
    const terms = matches
      .filter(({ where }) => where === part)
      .map(({ term }) => fill(words.reason.beyond.term, { term }))
    return terms.length > 0 ? [fill(words.reason.beyond[part], { terms: listTerms(terms) })] : []
  })
  const others = reasonWords({ matches: matches.filter(({ where }) => !IN_PROSE.has(where)) })
  const what = [listed(inText), others].filter(Boolean).join('; ')
  return what && fill(words.reason.beyond.matches, { what })
}

const SHOWN_ANYWAY: ReadonlySet<Match['where']> = new Set(['title', 'votes', 'code'])

/** Each term where it was found first. */
const firstsOf = ({ matches }: Reason): Match[] => {
  const folded = matches.map(({ term }) => term.toLowerCase())
  return matches.filter((_, i) => folded.indexOf(folded[i]!) === i)
}

/** A reason without "Matched:": "linear attention, in the title; author Albert Gu". */
export function reasonWords(reason: Reason): string {
  const firsts = firstsOf(reason)
  const at = (where: Match['where']) => firsts.filter((match) => match.where === where)
  const inText = (['title', 'abstract', 'keyword'] as const).flatMap((part) => {
    const terms = at(part).map(({ term }) => term)
    return terms.length > 0 ? [fill(words.reason[part], { terms: listTerms(terms) })] : []
  })
  return [
    ...at('paper').map(({ found }) => fill(words.query.paper, { name: shownName(found) })),
    ...inText,
    ...distinctNames(at('author')).map(({ found }) => fill(words.reason.author, { found })),
    ...distinctNames(at('org')).map(({ found }) => fill(words.reason.org, { found })),
    ...at('category').map(({ found }) => fill(words.reason.category, { found })),
    ...at('code').map(() => words.reason.code),
    ...at('revised').map(({ found }) => fill(words.reason.revised, { day: shortDate(found) })),
    ...at('votes').map(({ found }) => counted(Number(found), words.counts.vote)),
  ].join('; ')
}

/** Each name once, without a name whose word is also in another one: with Songlin Yang, Bo Yang is dropped. */
function distinctNames(matches: Match[]): Match[] {
  const kept: Match[] = []
  for (const match of matches) {
    const others = matches.filter(({ found }) => found !== match.found)
    const isElsewhere = others.some(
      ({ term, found }) => holds(found, match.term) && !holds(match.found, term),
    )
    if (!isElsewhere && !kept.some(({ found }) => found === match.found)) kept.push(match)
  }
  return kept
}

/** "a, b and c"; with more than six terms, those after the fifth become "3 more". */
export function listTerms(terms: readonly string[]): string {
  const count = terms.length - MAX_TERMS
  if (count <= 1) return listed(terms)
  return listed([...terms.slice(0, MAX_TERMS), fill(words.reason.moreTerms, { count })])
}
