import { evaluatePart } from '../../src/queries/matching/evaluate.ts'
import { mentionsRevised, type Query } from '../../src/queries/query.ts'
import { type WhyEmpty, whyEmpty } from '../../src/queries/reasons/why-empty.ts'
import type { PaperText } from '../../src/queries/text/tokens.ts'

/** Why a query matches none of some papers, each of which is evaluated by itself. */
export function whyEmptyOf(query: Query, papers: readonly PaperText[]): WhyEmpty {
  const listed = papers.filter(({ onlyRevised }) => !onlyRevised)
  return whyEmpty(
    query,
    (part, scope) =>
      (mentionsRevised(scope) ? papers : listed).filter((paper) => evaluatePart(part, paper)).length,
  )
}
