import { checkDeadline } from '../deadline.ts'
import { describePart } from '../language/describe-query.ts'
import { flatten, MAX_VARIANTS, type Query } from '../query.ts'

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

export function whyEmpty(query: Query, count: CountMatching): WhyEmpty {
  const parts = partsOf(query)
  const absent: Query[] = []
  for (const part of parts.filter(({ kind }) => kind !== 'not')) {
    checkDeadline()
    if (count(part, query) === 0) absent.push(part)
  }
  // If several parts are absent, removing one of them still leaves no match.
  const candidates = absent.length > 1 ? [] : absent.length === 1 ? absent : parts.slice(0, MAX_VARIANTS)
  let best: { part: Query; papers: number } | null = null
  for (const part of candidates) {
    const rest = parts.toSpliced(parts.indexOf(part), 1)
    if (rest.every(({ kind }) => kind === 'not')) continue
    checkDeadline()
    const all = flatten('and', rest)
    const papers = count(all, all)
    if (papers > (best?.papers ?? 0)) best = { part, papers }
  }
  return { absent: absent.map(describePart), without: best && described(best) }
}

function described({ part, papers }: { part: Query; papers: number }): WhyEmpty['without'] {
  const isUnwanted = part.kind === 'not'
  return { part: describePart(isUnwanted ? part.part : part), papers, isUnwanted }
}

/** The parts of an AND, and those of its terms. */
function partsOf(query: Query): readonly Query[] {
  if (query.kind === 'and') return query.parts.flatMap(partsOf)
  return query.kind === 'term' ? query.parts : [query]
}
