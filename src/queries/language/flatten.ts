import type { Query } from '../query.ts'

/** Parts, of which there is at least one, as the parser joins them: an AND in an AND is one. */
export function flatten(kind: 'and' | 'or', parts: readonly Query[]): Query {
  const flat = parts.flatMap((part) => (part.kind === kind ? part.parts : [part]))
  return flat.length > 1 ? { kind, parts: flat } : flat[0]!
}
