import { isTextLeaf, type Query, type TextLeaf, wantedLeaves } from '../query.ts'

/** A query with more terms is not a person's name, and each term costs two more lookups. */
const MAX_TERMS = 10

/** A word or phrase that may also be part of the name of an author or an organization. */
export type ExpandedTerm = { kind: 'or'; parts: [text: TextLeaf, author: TextLeaf, org: TextLeaf] }

/** The same query, but words without a field also match authors and organizations, except under a NOT. */
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

// A reader may type the same tree; it is then described and ranked as typed.
const made = new WeakSet<Query>()

/** Whether `expandToNames` created this node. */
export const isExpanded = (query: Query): query is ExpandedTerm => made.has(query)
