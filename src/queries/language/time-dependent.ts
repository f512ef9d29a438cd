import type { Query } from '../query.ts'

// Parts of a query that can start or stop matching a paper after its first listing.

/** Whether the query contains is:revised. */
export const mentionsRevised = (query: Query): boolean => holds(query, 'revised')

/** Whether the query can start to match a paper without a change of the query. */
export const isTimeDependent = (query: Query): boolean => holds(query, 'votes') || holds(query, 'revised')

function holds(query: Query, kind: Query['kind']): boolean {
  if ('parts' in query) return query.parts.some((part) => holds(part, kind))
  return query.kind === 'not' ? holds(query.part, kind) : query.kind === kind
}
