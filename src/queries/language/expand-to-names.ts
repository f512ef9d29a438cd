import { isTextLeaf, type Query, type TextLeaf, wantedLeaves } from '../query.ts'

/** A query with more terms is not the name of a person, and each term costs two more lookups. */
const MAX_TERMS = 10

/** A word or phrase that may also be in the name of an author or an organization. */
export type ExpandedTerm = { kind: 'or'; parts: [text: TextLeaf, author: TextLeaf, org: TextLeaf] }

/** The same query, in which words without a field also match authors and organizations; those under a NOT do not. */
export const expandToNames = (query: Query): Query =>
  wantedLeaves(query).length > MAX_TERMS ? query : expanded(query)

function expanded(query: Query): Query {
  if (query.kind === 'not') return query
  if ('parts' in query) return { ...query, parts: query.parts.map(expanded) }
  if (!isTextLeaf(query) || query.field !== 'any') return query
  const either: ExpandedTerm = {
    kind: 'or',
    parts: [query, { ...query, field: 'author' }, { ...query, field: 'org' }],
  }
  made.add(either)
  return either
}

// A reader may type the same tree, which is then described and ranked as it was typed.
const made = new WeakSet<Query>()

/** Whether `expandToNames` made it. */
export const isExpanded = (query: Query): query is ExpandedTerm => made.has(query)
