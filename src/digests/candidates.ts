import type { Day } from '../core/dates.ts'
import type { Paper } from '../papers/paper.ts'
import { evaluate } from '../queries/matching/evaluate.ts'
import { mentionsRevised, type Query } from '../queries/query.ts'
import { type Nearness, nearnessOf } from '../queries/reasons/nearness.ts'
import {
  plainParts,
  type ShownPaper,
  shownPaperFromParts,
  toShownPaper,
} from '../queries/reasons/shown-paper.ts'
import { type Matcher, memoize, type PaperTexts } from './matcher.ts'
import type { NewMatchCause } from './newly-matching.ts'
import { PaperSelector } from './select-papers.ts'

/**
 * The papers that a run may offer, read once; results are kept for the next subscriber. The docId of a paper counts
 * from 0, in order of the papers' ids.
 */
export interface Candidates
  extends Pick<
    Matcher,
    'papers' | 'docIdOf' | 'matches' | 'ranked' | 'lastMatched' | 'vectorOf' | 'unreadable'
  > {
  /** Selects papers by docId. */
  selector: PaperSelector
  paper(id: number): Paper | undefined
  /** Papers first listed on a day. */
  firstListedOn(day: Day): readonly Paper[]
  /** The newest day up to `latest` on which papers up to the id `maxPaperId` were first listed. */
  newestDay(latest: Day, maxPaperId: number): Day | undefined
  /** The lowest id of papers first listed on `since` or later; undefined if there are no such papers. */
  lowestIdSince(since: Day): number | undefined
  /** Ids of papers first listed before `since`; they are candidates because a newer version was listed. */
  firstListedBefore(since: Day): readonly number[]
  /** Ids of papers that a query matches now but did not at that history id, with the cause. */
  newlyMatching(queryId: number, history: number): ReadonlyMap<number, NewMatchCause>
  /** The papers nearest to a query that do not match it, best first; computed once per query. */
  nearMisses(queryId: number): readonly NearMiss[]
  /** The paper as a digest shows it, under a query or without one. */
  shown(paperId: number, queryId?: number): ShownPaper
}

/** Data that papers and queries do not contain. */
interface CandidateLookups {
  newlyMatching?: Candidates['newlyMatching']
  nearMisses?: Candidates['nearMisses']
}

const NO_NEW_MATCHES: Candidates['newlyMatching'] = () => new Map()
const NO_NEAR_MISSES: Candidates['nearMisses'] = () => []

export function candidatesFrom(matcher: Matcher, parts: CandidateLookups = {}): Candidates {
  const { papers } = matcher
  const listed = papers.filter(({ onlyRevised }) => !onlyRevised)
  const byDay = Map.groupBy(listed, ({ firstDay }) => firstDay)
  const days = [...byDay.keys()].sort().reverse()
  const at = (paperId: number) => papers[matcher.docIdOf(paperId)!]!
  const plain = memoize((paperId: number) => plainParts(at(paperId)), MAX_SHOWN)
  const lowestIdSince = memoize((since: Day) => lowestOf(papers.filter(({ firstDay }) => firstDay >= since)))
  const shown = memoize((key: string) => {
    const [paperId, queryId] = key.split(' ').map(Number) as [number, number]
    const reason = queryId === NO_QUERY ? null : matcher.reason(queryId, paperId)
    return shownPaperFromParts(at(paperId), plain(paperId), reason)
  }, MAX_SHOWN)
  const { ranked, lastMatched, vectorOf, matches, unreadable, docIdOf } = matcher
  return {
    ...{ papers, docIdOf, matches, ranked, lastMatched, vectorOf, unreadable },
    selector: new PaperSelector(papers.length),
    paper: (id) => {
      const docId = docIdOf(id)
      return docId === undefined ? undefined : papers[docId]
    },
    firstListedOn: (day) => byDay.get(day) ?? [],
    newestDay: (latest, maxPaperId) =>
      days.find((day) => day <= latest && byDay.get(day)!.some(({ id }) => id <= maxPaperId)),
    lowestIdSince,
    firstListedBefore: (since) => papers.filter(({ firstDay }) => firstDay < since).map(({ id }) => id),
    newlyMatching: parts.newlyMatching ?? NO_NEW_MATCHES,
    nearMisses: parts.nearMisses ?? NO_NEAR_MISSES,
    shown: (paperId, queryId = NO_QUERY) => shown(`${paperId} ${queryId}`),
  }
}

const NO_QUERY = 0
/** Number of papers under a query, as digests show them; about 3 kB each. */
const MAX_SHOWN = 20_000

const lowestOf = (papers: readonly Paper[]): number | undefined =>
  papers.reduce<number | undefined>((least, { id }) => Math.min(least ?? id, id), undefined)

interface NearMissesInput {
  papers: readonly Paper[]
  /** The texts of all `papers`. */
  texts: PaperTexts
  queries: readonly Query[]
  limit: number
}

/** A paper, and how near it is to the nearest query. */
export interface NearMiss extends Nearness {
  paper: Paper
}

/**
 * The papers nearest to the queries, best first, among those that match none of them. The reason says what each has and
 * what is missing: "Has: linear attention. Missing: robotics".
 */
export const nearMisses = (input: NearMissesInput): ShownPaper[] => rankNearMisses(input).map(showNearMiss)

/** Uses what it has and what is missing as the reason. */
export const showNearMiss = ({ paper, matches, sentence }: NearMiss): ShownPaper => ({
  ...toShownPaper(paper, { matches }),
  reason: sentence,
})

/** The same papers, not formatted for display, which takes longer than finding them. */
export const rankNearMisses = ({ papers, texts, queries, limit }: NearMissesInput): NearMiss[] =>
  papers
    .flatMap((paper) => nearestOf(paper, texts, queries))
    .sort(byNearness)
    .slice(0, limit)

/**
 * The paper with its nearest query; empty if it matches a query. A paper of which only newer versions were listed is
 * near only to queries for newer versions.
 */
function nearestOf(paper: Paper, texts: PaperTexts, queries: readonly Query[]): NearMiss[] {
  const text = texts.get(paper.id)!
  if (queries.some((query) => evaluate(query, text))) return []
  const open = paper.onlyRevised ? queries.filter(mentionsRevised) : queries
  const found = open.map((query) => nearnessOf(query, text)).filter((nearness) => nearness !== null)
  const candidates = found.map((nearness) => ({ ...nearness, paper }))
  return candidates.sort(byNearness).slice(0, 1)
}

function byNearness(a: NearMiss, b: NearMiss): number {
  return (
    b.held - a.held ||
    a.unwanted - b.unwanted ||
    inTitle(b) - inTitle(a) ||
    (b.paper.votes ?? 0) - (a.paper.votes ?? 0) ||
    b.paper.firstDay.localeCompare(a.paper.firstDay) ||
    b.paper.id - a.paper.id
  )
}

const inTitle = ({ matches }: Nearness): number => matches.filter(({ where }) => where === 'title').length
