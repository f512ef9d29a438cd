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

/** How many papers meet all of some parts; those known by newer versions alone count where `among` asks for these. */
export type CountOf = (all: readonly Query[], among: readonly Query[]) => number

export const whyEmpty = (query: Query, papers: readonly PaperText[]): WhyEmpty =>
  whyEmptyBy(query, countIn(papers))

export function whyEmptyBy(query: Query, count: CountOf): WhyEmpty {
  const parts = query.kind === 'and' ? query.parts : [query]
  const absent = parts.filter((part) => part.kind !== 'not' && count([part], parts) === 0).map(describePart)
  const withouts = parts.flatMap((part, i) => {
    const rest = parts.toSpliced(i, 1)
    if (rest.every(({ kind }) => kind === 'not')) return []
    const isUnwanted = part.kind === 'not'
    const papers = count(rest, rest)
    return [{ part: describePart(isUnwanted ? part.part : part), papers, isUnwanted }]
  })
  const best = withouts.sort((a, b) => b.papers - a.papers)[0]
  return { absent, without: best && best.papers > 0 ? best : null }
}

function countIn(papers: readonly PaperText[]): CountOf {
  const listed = papers.filter(({ onlyRevised }) => !onlyRevised)
  return (all, among) =>
    (among.some(asksForRevised) ? papers : listed).filter((paper) =>
      all.every((part) => evaluatePart(part, paper)),
    ).length
}
