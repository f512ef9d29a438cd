import type { Query } from '../query.ts'

// What of a query may come to match a paper later than its first listing, or no more.

const known = { revised: new WeakMap<Query, boolean>(), votes: new WeakMap<Query, boolean>() }

/** Whether is:revised stands anywhere in it. */
export const asksForRevised = (query: Query): boolean => remembered(known.revised, query, 'revised')

/** Whether a limit of votes stands anywhere in it. */
const asksForVotes = (query: Query): boolean => remembered(known.votes, query, 'votes')

/** Whether time alone may make it match a paper that it did not match. */
export const mayTurn = (query: Query): boolean => asksForVotes(query) || asksForRevised(query)

// Trees are read once and met by many papers.
function remembered(values: WeakMap<Query, boolean>, query: Query, kind: Query['kind']): boolean {
  const found = values.get(query) ?? holds(query, kind)
  values.set(query, found)
  return found
}

function holds(query: Query, kind: Query['kind']): boolean {
  if ('parts' in query) return query.parts.some((part) => holds(part, kind))
  return query.kind === 'not' ? holds(query.part, kind) : query.kind === kind
}
