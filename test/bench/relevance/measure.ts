import type { Paper } from '../../../src/papers/paper.ts'
import type { Archive } from '../../../src/queries/archive.ts'
import { parseQuery } from '../../../src/queries/language/parse-query.ts'
import { bm25Scorer, wordCounts } from '../../../src/queries/ranking/tf-idf.ts'
import { tokensOf } from '../../../src/queries/text/tokens.ts'
import { rankAll } from '../../../src/search/rank-papers.ts'
import { averagePrecision } from '../../support/accuracy/order.ts'
import { mapValues } from './map-values.ts'
import { gradeIn, type Need, type NeedSet } from './needs.ts'
import type { FoundByPostgres } from './postgres.ts'
import { papersOn, sentOf } from './sent.ts'

export const ORDERS = ['rank', 'bm25', 'votes'] as const
export type Order = (typeof ORDERS)[number]

/** Ways to choose papers. */
export type Way = 'matched' | 'withRelated' | 'sent' | 'related' | 'sentRelated' | 'postgres'

export interface Chosen {
  papers: number
  /** Of them, clearly wanted, and at least marginal. */
  wanted: number
  marginal: number
}

/** The result of one need in one archive, over the papers that were read for it. */
export interface Measured extends Pick<Need, 'name' | 'kind'> {
  archive: string
  set: string
  /** How many papers are clearly wanted. */
  wanted: number
  chosen: Record<Way, Chosen>
  /** The score and the grade of each paper. */
  bm25: { score: number; grade: number }[]
  /** Average precision; null if no paper is wanted. */
  ap: Record<Order, number | null>
}

interface Measuring {
  name: string
  archive: Archive
  papers: readonly Paper[]
  foundByPostgres: FoundByPostgres
}

export function measureNeeds(
  set: NeedSet,
  { name, archive, papers, foundByPostgres }: Measuring,
): Measured[] {
  const judged = papers.filter(set.isJudged)
  return set.needs.map((need) => {
    const ids = { ...chosenIds(archive, need, set), postgres: foundByPostgres.get(need)! }
    const orders = ordersOf(archive, need)
    const gradeOf = (paper: Paper) => gradeIn(need, paper)
    return {
      ...{ archive: name, set: set.name, name: need.name, kind: need.kind },
      wanted: judged.filter((paper) => gradeOf(paper) === 2).length,
      chosen: mapValues(ids, (some) => countChosen(judged.filter(({ id }) => some.has(id)).map(gradeOf))),
      bm25: judged.map((paper) => ({ score: orders.bm25(paper), grade: gradeOf(paper) })),
      ap: mapValues(orders, (scoreOf) => apOf(judged, scoreOf, gradeOf)),
    }
  })
}

/** Asked for day by day, as digests do. */
function chosenIds(archive: Archive, need: Need, { days }: NeedSet) {
  const query = parseQuery(need.typed)
  const listed = days.toSorted().map((day) => papersOn(archive, query, day))
  const sent = listed.map(sentOf)
  const matched = listed.flatMap((one) => one.matched)
  const related = listed.flatMap((one) => one.related)
  const sentRelated = sent.flatMap((one) => one.related)
  return {
    matched: new Set(matched),
    related: new Set(related),
    withRelated: new Set([...matched, ...related]),
    sentRelated: new Set(sentRelated),
    sent: new Set([...sent.flatMap((one) => one.matched), ...sentRelated]),
  }
}

export function countChosen(grades: readonly number[]): Chosen {
  return {
    papers: grades.length,
    wanted: grades.filter((grade) => grade === 2).length,
    marginal: grades.filter((grade) => grade > 0).length,
  }
}

type ScoreOf = (paper: Paper) => number

function ordersOf(archive: Archive, { typed }: Need): Record<Order, ScoreOf> {
  const ranked = rankAll(archive, parseQuery(typed))
  const placeOf = new Map(ranked.map(({ id }, place) => [id, place]))
  const words = wordCounts({ title: { tokens: [] }, abstract: { tokens: tokensOf(typed) } })
  const bm25 = bm25Scorer(archive.index, words)
  return {
    rank: ({ id }) => -placeOf.get(id)!,
    bm25: ({ id }) => bm25(archive.index.docIdOf(id)!),
    votes: ({ votes }) => votes ?? 0,
  }
}

function apOf(papers: readonly Paper[], scoreOf: ScoreOf, gradeOf: ScoreOf): number | null {
  const isWanted = (paper: Paper) => gradeOf(paper) === 2
  if (!papers.some(isWanted)) return null
  const scored = papers.map((paper) => ({ paper, score: scoreOf(paper) })).sort((a, b) => b.score - a.score)
  return averagePrecision([...scored.keys()], (place) => isWanted(scored[place]!.paper))
}
