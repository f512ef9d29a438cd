import type { Query } from '../query.ts'

/** Joins one or more parts as the parser does: an AND inside an AND becomes one AND. */
export function flatten(kind: 'and' | 'or', parts: readonly Query[]): Query {
  const flat = parts.flatMap((part) => (part.kind === kind ? part.parts : [part]))
  return flat.length > 1 ? { kind, parts: flat } : flat[0]!
}
