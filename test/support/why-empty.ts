import { evaluatePart } from '../../src/queries/matching/evaluate.ts'
import { mentionsRevised, type Query } from '../../src/queries/query.ts'
import { type CountMatching, type WhyEmpty, whyEmptySteps } from '../../src/queries/reasons/why-empty.ts'
import { runToEnd } from '../../src/queries/steps.ts'
import type { PaperText } from '../../src/queries/text/tokens.ts'

/** Why a query matches none of the papers, which are matched one by one. */
export const whyEmpty = (query: Query, papers: readonly PaperText[]): WhyEmpty =>
  runToEnd(whyEmptySteps(query, countIn(papers)))

function countIn(papers: readonly PaperText[]): CountMatching {
  const listed = papers.filter(({ onlyRevised }) => !onlyRevised)
  return (query, scope) =>
    (mentionsRevised(scope) ? papers : listed).filter((paper) => evaluatePart(query, paper)).length
}
