import type { Day } from '../core/dates.ts'
import { memoize } from '../core/memoize.ts'
import type { Paper } from '../papers/paper.ts'
import { evaluate } from '../queries/matching/evaluate.ts'
import { mentionsRevised, type Query } from '../queries/query.ts'
import type { CloseChoice, ClosePaper } from '../queries/ranking/close-papers.ts'
import { type Nearness, nearnessOf } from '../queries/reasons/nearness.ts'
import {
  plainParts,
  type ShownPaper,
  showClose,
  toShownPaper,
  withAddition,
} from '../queries/reasons/shown-paper.ts'
import type { DigestTopic } from './digest.repo.ts'
import type { DigestSection } from './digest-content.ts'
import type { Matcher, NewMatchCause, PaperTexts } from './matcher.ts'
import { type PaperSelection, PaperSelector, type SelectedPaper } from './select-papers.ts'
import type { TopicGrades } from './topic-grades.ts'

/**
 * The papers that a run may offer, read once; results are kept for the next subscriber. The docId of a paper counts
 * from 0, in order of the papers' ids.
 */
export interface Candidates
  extends Pick<
    Matcher,
    'papers' | 'docIdOf' | 'matches' | 'isMatch' | 'ranked' | 'preference' | 'unreadable'
  > {
  /**
   * Papers of the days from `from` on that are close to a query but do not match it, the closest first; without a choice,
   * as previews show them.
   */
  closeTo(queryId: number, from: Day, choice?: CloseChoice): readonly ClosePaper[]
  /** What is known of papers that come close to a topic, by its id; undefined if nothing is. */
  gradesOf(topicId: number): TopicGrades | undefined
  /** Selects papers by docId. */
  selector: PaperSelector
  /** Papers first listed on a day. */
  firstListedOn(day: Day): readonly Paper[]
  /** The newest day up to `latest` on which papers up to the id `maxPaperId` were first listed. */
  newestDay(latest: Day, maxPaperId: number): Day | undefined
  /** The lowest id of papers first listed on `since` or later; undefined if there are no such papers. */
  lowestIdSince(since: Day): number | undefined
  /** The earliest first day, from `since` on, of papers with higher ids than this; undefined without such papers. */
  firstDayAfter(paperId: number, since: Day): Day | undefined
  /** Ids of papers first listed before `since`; they are candidates because a newer version was listed. */
  firstListedBefore(since: Day): readonly number[]
  /** Ids of papers that a query matches now but did not at that history id, with the cause. */
  newlyMatching(queryId: number, history: number): ReadonlyMap<number, NewMatchCause>
  /** The papers nearest to a query that do not match it, best first; computed once per query. */
  nearMisses(queryId: number): readonly NearMiss[]
  /** A paper that comes close to a query, for `withAddition`. */
  showClose(docId: number, queryId: number): ShownPaper
  /** The paper as a digest shows it, under a query or without one. */
  shown(paperId: number, queryId?: number): ShownPaper
}

/** The second argument: what needs data that papers and queries do not contain. */
export function candidatesFrom(
  matcher: Matcher,
  {
    newlyMatching = () => new Map(),
    nearMisses = () => [],
    closeTo = () => [],
    gradesOf = () => undefined,
  }: Partial<Pick<Candidates, 'newlyMatching' | 'nearMisses' | 'closeTo' | 'gradesOf'>> = {},
): Candidates {
  const { papers } = matcher
  const listed = papers.filter(({ onlyRevised }) => !onlyRevised)
  const byDay = Map.groupBy(listed, ({ firstDay }) => firstDay)
  const days = [...byDay.keys()].sort().reverse()
  const at = (paperId: number) => papers[matcher.docIdOf(paperId)!]!
  const plain = memoize((paperId: number) => plainParts(at(paperId)), MAX_SHOWN)
  const lowestIdSince = memoize((since: Day) => lowestOf(papers.filter(({ firstDay }) => firstDay >= since)))
  const shown = memoize((key: number) => {
    const [paperId, queryId] = [papers[key % papers.length]!.id, Math.floor(key / papers.length)]
    const reason = queryId === NO_QUERY ? null : matcher.reason(queryId, paperId)
    return toShownPaper(at(paperId), reason, plain(paperId))
  }, MAX_SHOWN)
  const shownClose = memoize((key: string) => {
    const [docId, queryId] = key.split(' ').map(Number) as [number, number]
    const paper = papers[docId]!
    return showClose(paper, matcher.nearness(queryId, docId)?.matches ?? [], plain(paper.id))
  }, MAX_SHOWN)
  const firstDayAfter = memoize((key: string) => {
    const [paperId, since] = key.split(' ') as [string, Day]
    return earliestDay(papers.filter(({ id, firstDay }) => id > Number(paperId) && firstDay >= since))
  })
  const { isMatch, ranked, preference, matches, unreadable, docIdOf } = matcher
  return {
    papers,
    docIdOf,
    matches,
    isMatch,
    ranked,
    closeTo,
    gradesOf,
    preference,
    unreadable,
    selector: new PaperSelector(papers.length),
    firstListedOn: (day) => byDay.get(day) ?? [],
    newestDay: (latest, maxPaperId) =>
      days.find((day) => day <= latest && byDay.get(day)!.some(({ id }) => id <= maxPaperId)),
    lowestIdSince,
    firstListedBefore: (since) => papers.filter(({ firstDay }) => firstDay < since).map(({ id }) => id),
    newlyMatching,
    nearMisses,
    firstDayAfter: (paperId, since) => firstDayAfter(`${paperId} ${since}`),
    showClose: (docId, queryId) => shownClose(`${docId} ${queryId}`),
    shown: (paperId, queryId = NO_QUERY) => shown(queryId * papers.length + docIdOf(paperId)!),
  }
}

const NO_QUERY = 0
/** Number of papers under a query, as digests show them; about 3 kB each. */
const MAX_SHOWN = 20_000

const lowestOf = (papers: readonly Paper[]): number | undefined =>
  papers.reduce<number | undefined>((least, { id }) => Math.min(least ?? id, id), undefined)

const earliestDay = (papers: readonly Paper[]): Day | undefined =>
  papers.reduce<Day | undefined>(
    (earliest, { firstDay }) => (earliest === undefined || firstDay < earliest ? firstDay : earliest),
    undefined,
  )

/** A paper, and how near it is to a query. */
export interface NearMiss extends Nearness {
  paper: Paper
}

/**
 * The papers nearest to a query that do not match it, best first. A paper of which only newer versions were listed is
 * near only to a query for newer versions. `texts`: of all `papers`.
 */
export const rankNearMisses = (
  query: Query,
  { papers, texts, limit }: { papers: readonly Paper[]; texts: PaperTexts; limit: number },
): NearMiss[] =>
  papers
    .filter(({ onlyRevised }) => !onlyRevised || mentionsRevised(query))
    .flatMap((paper) => {
      const text = texts.get(paper.id)!
      const nearness = evaluate(query, text) ? null : nearnessOf(query, text)
      return nearness ? [{ ...nearness, paper }] : []
    })
    .sort(byNearness)
    .slice(0, limit)

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

type ChosenSection = PaperSelection['sections'][number]

/** How much a subscriber prefers a paper, by docId; 0 if nothing is known. */
export type Preference = (docId: number) => number

/** A section as the digest shows it. */
export function toSection(
  candidates: Candidates,
  { topic, papers }: ChosenSection,
  topics: readonly DigestTopic[],
): DigestSection {
  if (topic === 'rising') {
    return {
      topic: null,
      topicId: null,
      rising: true,
      papers: papers.map((paper) => shownRising(candidates, topics, paper)),
    }
  }
  const head = topics[topic]!
  return {
    topic: head.name,
    topicId: head.id,
    papers: papers.map((paper) => shownUnder(candidates, topics, paper)),
  }
}

function shownUnder(
  candidates: Candidates,
  topics: readonly DigestTopic[],
  { docId, topics: offering }: SelectedPaper,
): ShownPaper {
  const [first, ...others] = offering.map((topic) => topics[topic]!)
  const paper = candidates.shown(candidates.papers[docId]!.id, first!.queryId)
  return others.length > 0 ? withAddition(paper, { also: others.map(({ name }) => name) }) : paper
}

function shownRising(
  candidates: Candidates,
  topics: readonly DigestTopic[],
  { docId, topics: offering }: SelectedPaper,
): ShownPaper {
  const paper = candidates.shown(candidates.papers[docId]!.id, topics[offering[0]!]!.queryId)
  return withAddition(paper, { rising: offering.map((topic) => topics[topic]!.name) })
}
