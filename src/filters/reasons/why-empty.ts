import { describePart } from '../language/describe-query.ts'
import { asksForRevised } from '../language/turning.ts'
import { evaluatePart } from '../matching/evaluate.ts'
import type { Query } from '../query.ts'
import type { PaperText } from '../text/paper-text.ts'

/** Why a query that matches none of some papers matches none. */
export interface WhyEmpty {
  /** The parts that no paper has, in words. */
  absent: string[]
  /** The part without which most papers would match, in words, and how many; null where one is not enough. */
  without: { part: string; papers: number; isUnwanted: boolean } | null
}

/** Papers known by newer versions alone count where those are asked for. */
export function whyEmpty(query: Query, papers: readonly PaperText[]): WhyEmpty {
  const parts = query.kind === 'and' ? query.parts : [query]
  const listed = papers.filter(({ onlyRevised }) => !onlyRevised)
  const count = (all: readonly Query[], among = all) =>
    (among.some(asksForRevised) ? papers : listed).filter((paper) =>
      all.every((part) => evaluatePart(part, paper)),
    ).length
  const absent = parts.filter((part) => part.kind !== 'not' && count([part], parts) === 0).map(describePart)
  const withouts = parts.flatMap((part, i) => {
    const rest = parts.toSpliced(i, 1)
    if (rest.every(({ kind }) => kind === 'not')) return []
    const isUnwanted = part.kind === 'not'
    return [{ part: describePart(isUnwanted ? part.part : part), papers: count(rest), isUnwanted }]
  })
  const best = withouts.sort((a, b) => b.papers - a.papers)[0]
  return { absent, without: best && best.papers > 0 ? best : null }
}
