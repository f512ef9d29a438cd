import type { Day } from '../core/dates.ts'
import type { Paper } from '../papers/paper.ts'
import type { DigestPaper } from '../queries/reasons/show-paper.ts'
import { digestPaper, plainParts } from '../queries/reasons/show-paper.ts'
import { Chooser } from './choose.ts'
import type { Matcher } from './matcher.ts'
import type { NearPaper } from './nearest.ts'
import { remembered } from './remembered.ts'
import type { Turn } from './turned.ts'

/**
 * The papers that a run may offer, read once; what is worked out about them is kept for the next subscriber. A paper has
 * a place here, from 0, in order of the papers' ids.
 */
export interface Shelf
  extends Pick<
    Matcher,
    'papers' | 'placeOf' | 'matches' | 'ranked' | 'lastMatched' | 'vectorOf' | 'unreadable'
  > {
  /** Chooses among the places. */
  chooser: Chooser
  paper(id: number): Paper | undefined
  /** Papers first listed on a day. */
  listedFirst(day: Day): readonly Paper[]
  /** The newest day, at most `latest`, on which papers up to the id `horizon` were first listed. */
  newestDay(latest: Day, horizon: number): Day | undefined
  /** The lowest id of papers first listed on `since` or later; undefined where there are none. */
  lowestSince(since: Day): number | undefined
  /** Ids of papers that were first listed before `since`: they are here because a newer version was listed. */
  listedBefore(since: Day): readonly number[]
  /** Papers that a query matches now, and did not when the papers' history ended at that id; and what moved since. */
  turned(queryId: number, history: number): ReadonlyMap<number, Turn>
  /** The papers that come nearest to a query without matching it, best first; worked out once for each query. */
  nearest(queryId: number): readonly NearPaper[]
  /** The paper as a digest shows it under a query, or without one. */
  shown(paperId: number, queryId?: number): DigestPaper
}

/** What a shelf cannot know from papers and queries alone. */
export interface ShelfParts {
  turned?: Shelf['turned']
  nearest?: Shelf['nearest']
}

const NOTHING_TURNED: Shelf['turned'] = () => new Map()
const NOTHING_NEAR: Shelf['nearest'] = () => []

export function shelfOf(matcher: Matcher, parts: ShelfParts = {}): Shelf {
  const { papers } = matcher
  const listed = papers.filter(({ onlyRevised }) => !onlyRevised)
  const byDay = Map.groupBy(listed, ({ firstDay }) => firstDay)
  const days = [...byDay.keys()].sort().reverse()
  const at = (paperId: number) => papers[matcher.placeOf(paperId)!]!
  const plain = remembered((paperId: number) => plainParts(at(paperId)), MAX_SHOWN)
  const lowest = remembered((since: Day) => lowestOf(papers.filter(({ firstDay }) => firstDay >= since)))
  const shown = remembered((place: string) => {
    const [paperId, queryId] = place.split(' ').map(Number) as [number, number]
    const reason = queryId === NO_QUERY ? null : matcher.reason(queryId, paperId)
    return digestPaper(at(paperId), plain(paperId), reason)
  }, MAX_SHOWN)
  const { ranked, lastMatched, vectorOf, matches, unreadable, placeOf } = matcher
  return {
    ...{ papers, placeOf, matches, ranked, lastMatched, vectorOf, unreadable },
    chooser: new Chooser(papers.length),
    paper: (id) => {
      const place = placeOf(id)
      return place === undefined ? undefined : papers[place]
    },
    listedFirst: (day) => byDay.get(day) ?? [],
    newestDay: (latest, horizon) =>
      days.find((day) => day <= latest && byDay.get(day)!.some(({ id }) => id <= horizon)),
    lowestSince: lowest,
    listedBefore: (since) => papers.filter(({ firstDay }) => firstDay < since).map(({ id }) => id),
    turned: parts.turned ?? NOTHING_TURNED,
    nearest: parts.nearest ?? NOTHING_NEAR,
    shown: (paperId, queryId = NO_QUERY) => shown(`${paperId} ${queryId}`),
  }
}

const NO_QUERY = 0
/** Papers under a query as digests show them, some 3 kB each. */
const MAX_SHOWN = 20_000

const lowestOf = (papers: readonly Paper[]): number | undefined =>
  papers.reduce<number | undefined>((least, { id }) => Math.min(least ?? id, id), undefined)
