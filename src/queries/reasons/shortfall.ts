import { words } from '../../i18n/words.ts'
import { describePart } from '../language/describe-query.ts'
import { mentionsRevised } from '../language/time-dependent.ts'
import { evaluatePart } from '../matching/evaluate.ts'
import type { Query } from '../query.ts'
import type { PaperText } from '../text/paper-text.ts'
import { reasonWords } from './reason-sentence.ts'

/** Why a paper does not match a query, in words: the parts that it lacks, and the parts under NOT that it contains. */
export interface Shortfall {
  missing: string[]
  unwanted: string[]
}

/** The same, with the missing parts as nodes of the tree. */
export interface LackingParts {
  missing: Query[]
  unwanted: string[]
}

/** Both lists are empty for a paper that matches. */
export function shortfallOf(query: Query, paper: PaperText): Shortfall {
  const { missing, unwanted } = lackingParts(query, paper)
  const isKept = paper.onlyRevised && !mentionsRevised(query)
  return { missing: [...(isKept ? [words.reason.onlyRevised] : []), ...missing.map(describePart)], unwanted }
}

export function lackingParts(query: Query, paper: PaperText): LackingParts {
  if (query.kind === 'and') return together(query.parts.map((part) => lackingParts(part, paper)))
  if (query.kind === 'some') return lackingOfSome(query, paper)
  if (query.kind === 'not') {
    const reason = evaluatePart(query.part, paper)
    return { missing: [], unwanted: reason ? [reasonWords(reason) || describePart(query.part)] : [] }
  }
  return { missing: evaluatePart(query, paper) ? [] : [query], unwanted: [] }
}

/** For parts of which some are enough: how many more are needed, and from which parts. */
function lackingOfSome({ least, parts }: Extract<Query, { kind: 'some' }>, paper: PaperText): LackingParts {
  const unmet = parts.filter((part) => !evaluatePart(part, paper))
  const more = least - (parts.length - unmet.length)
  return { missing: more > 0 ? [{ kind: 'some', least: more, parts: unmet }] : [], unwanted: [] }
}

const together = (all: LackingParts[]): LackingParts => ({
  missing: all.flatMap(({ missing }) => missing),
  unwanted: all.flatMap(({ unwanted }) => unwanted),
})
