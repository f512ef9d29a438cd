import type { Paper } from '../papers/paper.ts'
import { asksForRevised } from '../queries/language/turning.ts'
import { evaluate } from '../queries/matching/evaluate.ts'
import type { Query } from '../queries/query.ts'
import { type Nearness, nearnessOf } from '../queries/reasons/nearness.ts'
import type { DigestPaper } from '../queries/reasons/show-paper.ts'
import { showPaper } from '../queries/reasons/show-paper.ts'
import type { PaperTexts } from './matcher.ts'

export interface NearestInput {
  papers: readonly Paper[]
  /** Of each paper. */
  texts: PaperTexts
  queries: readonly Query[]
  most: number
}

/** A paper, and how near it comes to the query that it comes nearest to. */
export interface NearPaper extends Nearness {
  paper: Paper
}

/**
 * The papers that come nearest to queries, best first, among those that match none of them. The reason says what each
 * has and what is missing: "Has: linear attention. Missing: robotics".
 */
export const nearest = (input: NearestInput): DigestPaper[] => rankNearest(input).map(showNear)

/** With what it has and what is missing as its reason. */
export const showNear = ({ paper, matches, sentence }: NearPaper): DigestPaper => ({
  ...showPaper(paper, { matches }),
  reason: sentence,
})

/** The same papers, not made ready to be shown, which takes longer than finding them. */
export const rankNearest = ({ papers, texts, queries, most }: NearestInput): NearPaper[] =>
  papers
    .flatMap((paper) => nearestOf(paper, texts, queries))
    .sort(byNearness)
    .slice(0, most)

/**
 * The paper with the query that it comes nearest to; nothing where it matches one. One known by newer versions alone
 * comes near to queries that ask for those.
 */
function nearestOf(paper: Paper, texts: PaperTexts, queries: readonly Query[]): NearPaper[] {
  const text = texts.get(paper.id)!
  if (queries.some((query) => evaluate(query, text))) return []
  const open = paper.onlyRevised ? queries.filter(asksForRevised) : queries
  const found = open.map((query) => nearnessOf(query, text)).filter((nearness) => nearness !== null)
  const candidates = found.map((nearness) => ({ ...nearness, paper }))
  return candidates.sort(byNearness).slice(0, 1)
}

function byNearness(a: NearPaper, b: NearPaper): number {
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
