import type { Query } from '../query.ts'

// What of a query may come to match a paper later than its first listing, or no more.

/** Whether is:revised stands anywhere in it. */
export const mentionsRevised = (query: Query): boolean => holds(query, 'revised')

/** Whether time alone may make it match a paper that it did not match. */
export const isTimeDependent = (query: Query): boolean => holds(query, 'votes') || holds(query, 'revised')

function holds(query: Query, kind: Query['kind']): boolean {
  if ('parts' in query) return query.parts.some((part) => holds(part, kind))
  return query.kind === 'not' ? holds(query.part, kind) : query.kind === kind
}
