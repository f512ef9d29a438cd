import type { Paper } from '../papers/paper.ts'
import { mentionsRevised } from '../queries/language/time-dependent.ts'
import { evaluate } from '../queries/matching/evaluate.ts'
import type { Query } from '../queries/query.ts'
import { type Nearness, nearnessOf } from '../queries/reasons/nearness.ts'
import type { ShownPaper } from '../queries/reasons/shown-paper.ts'
import { toShownPaper } from '../queries/reasons/shown-paper.ts'
import type { PaperTexts } from './matcher.ts'

export interface NearMissesInput {
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
