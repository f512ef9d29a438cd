import type { Day } from '../core/dates.ts'
import type { Paper } from '../papers/paper.ts'
import type { ShownPaper } from '../queries/reasons/shown-paper.ts'
import { plainParts, shownPaperFromParts } from '../queries/reasons/shown-paper.ts'
import type { Matcher } from './matcher.ts'
import { memoize } from './memoize.ts'
import type { NearMiss } from './near-misses.ts'
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
export interface CandidateLookups {
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
