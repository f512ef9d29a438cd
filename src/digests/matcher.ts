import { evaluate } from '../filters/matching/evaluate.ts'
import type { Query, Reason } from '../filters/query.ts'
import type { PaperText } from '../filters/text/paper-text.ts'

/** What queries, known by their ids, say about a set of papers. Each query is evaluated once, whoever shares it. */
export interface Matcher {
  /** Ids of the papers that it matches, rising. */
  matches(queryId: number): readonly number[]
  /** Why it matches a paper that it does match. */
  reason(queryId: number, paperId: number): Reason
  /** Queries that could not be evaluated, with what was thrown: they match nothing. */
  unreadable: ReadonlyMap<number, unknown>
}

/** Papers by their ids, as queries see them. */
export type PaperTexts = ReadonlyMap<number, PaperText>

/** `queries` may grow: a query has to be there when it is first asked about. */
export function matcherOverTexts(texts: PaperTexts, queries: ReadonlyMap<number, Query>): Matcher {
  const reasons = new Map<number, Map<number, Reason>>()
  const unreadable = new Map<number, unknown>()
  const evaluated = (queryId: number) => {
    try {
      return evaluateAll(queries.get(queryId), texts)
    } catch (error) {
      unreadable.set(queryId, error)
      return new Map<number, Reason>()
    }
  }
  const reasonsOf = (queryId: number) => {
    const known = reasons.get(queryId) ?? evaluated(queryId)
    reasons.set(queryId, known)
    return known
  }
  return {
    unreadable,
    matches: (queryId) => [...reasonsOf(queryId).keys()],
    reason: (queryId, paperId) => reasonsOf(queryId).get(paperId)!,
  }
}

function evaluateAll(query: Query | undefined, texts: PaperTexts): Map<number, Reason> {
  const met = new Map<number, Reason>()
  if (!query) return met
  for (const [id, text] of texts) {
    const reason = evaluate(query, text)
    if (reason) met.set(id, reason)
  }
  return met
}
