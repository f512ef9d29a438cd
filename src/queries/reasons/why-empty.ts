import { describePart } from '../language/describe-query.ts'
import { evaluatePart } from '../matching/evaluate.ts'
import { flatten, MAX_VARIANTS, mentionsRevised, type Query } from '../query.ts'
import { runToEnd, type Steps } from '../steps.ts'
import type { PaperText } from '../text/tokens.ts'

/** Why a query matches none of the papers. */
export interface WhyEmpty {
  /** The parts that no paper matches, in words. */
  absent: string[]
  /**
   * The part without which the most papers would match, in words, and their number; null if removing one part is not
   * enough.
   */
  without: { part: string; papers: number; isUnwanted: boolean } | null
}

/** Counts the papers that match a query. Includes papers that have only newer versions if `scope` asks for them. */
export type CountMatching = (query: Query, scope: Query) => number

export const whyEmpty = (query: Query, papers: readonly PaperText[]): WhyEmpty =>
  runToEnd(whyEmptySteps(query, countIn(papers)))

/** Each step counts once. */
export function* whyEmptySteps(query: Query, count: CountMatching): Steps<WhyEmpty> {
  const parts = partsOf(query)
  const absent: Query[] = []
  for (const part of parts.filter(({ kind }) => kind !== 'not')) {
    if (count(part, query) === 0) absent.push(part)
    yield
  }
  // If several parts are absent, removing one of them still leaves no match.
  const candidates = absent.length > 1 ? [] : absent.length === 1 ? absent : parts.slice(0, MAX_VARIANTS)
  let best: { part: Query; papers: number } | null = null
  for (const part of candidates) {
    const rest = parts.toSpliced(parts.indexOf(part), 1)
    if (rest.every(({ kind }) => kind === 'not')) continue
    const all = flatten('and', rest)
    const papers = count(all, all)
    if (papers > (best?.papers ?? 0)) best = { part, papers }
    yield
  }
  return { absent: absent.map(describePart), without: best && described(best) }
}

function described({ part, papers }: { part: Query; papers: number }): WhyEmpty['without'] {
  const isUnwanted = part.kind === 'not'
  return { part: describePart(isUnwanted ? part.part : part), papers, isUnwanted }
}

function countIn(papers: readonly PaperText[]): CountMatching {
  const listed = papers.filter(({ onlyRevised }) => !onlyRevised)
  return (query, scope) =>
    (mentionsRevised(scope) ? papers : listed).filter((paper) => evaluatePart(query, paper)).length
}

/** The parts of an AND, and those of its terms. */
function partsOf(query: Query): readonly Query[] {
  if (query.kind === 'and') return query.parts.flatMap(partsOf)
  return query.kind === 'term' ? query.parts : [query]
}
