/** The part of a paper that a word must be in. `any` is title, abstract or keywords. */
export type TextField = 'any' | 'title' | 'abstract' | 'author' | 'keyword' | 'org'

/**
 * The tree that a query's text parses to. It is stored as JSON with the text, so it is plain data without undefined.
 */
export type Query =
  | { kind: 'and'; parts: Query[] }
  /** With `also`, the first part is as typed, and the others count as the same: an acronym's long form, a name. */
  | { kind: 'or'; parts: Query[]; also?: true }
  | { kind: 'not'; part: Query }
  /** At least `least` of the parts: the key words of a sentence. */
  | { kind: 'some'; least: number; parts: Query[] }
  /** Words typed in sequence without quotes or operators: a paper must contain all of them. */
  | { kind: 'term'; parts: Query[] }
  /** One word, as typed. `quoted`: in quotes, so it has no other forms and is no name. */
  | { kind: 'word'; field: TextField; text: string; quoted?: true }
  /** Adjacent words, in quotes or joined by a hyphen. */
  | { kind: 'phrase'; field: TextField; text: string; quoted?: true }
  /** "cs.LG", or "cs" for all of cs. */
  | { kind: 'category'; value: string }
  | { kind: 'has-code' }
  | { kind: 'votes'; least: number }
  /** A newer version was listed. */
  | { kind: 'revised' }
  /** One paper, by its name in paths: "2507.06457", "hep-th/9901001", "doi:10.1000/1". */
  | { kind: 'paper'; name: string }

/** A condition on a paper, without operators. */
export type Leaf = Exclude<Query, { kind: 'and' | 'or' | 'not' | 'some' | 'term' }>

/** Every leaf of a tree, including leaves under a NOT and repeated leaves. */
export function leavesOf(query: Query): Leaf[] {
  if ('parts' in query) return query.parts.flatMap(leavesOf)
  return query.kind === 'not' ? leavesOf(query.part) : [query]
}

/** One word, or several adjacent words. */
export type TextLeaf = Extract<Leaf, { kind: 'word' | 'phrase' }>

export const isTextLeaf = (query: Query): query is TextLeaf =>
  query.kind === 'word' || query.kind === 'phrase'

/** A condition other than a word or phrase, as typed. */
export function filterText(leaf: Exclude<Leaf, TextLeaf>): string {
  switch (leaf.kind) {
    case 'category':
      return `cat:${leaf.value}`
    case 'has-code':
      return 'has:code'
    case 'revised':
      return 'is:revised'
    case 'votes':
      return `votes>=${leaf.least}`
    case 'paper':
      return `paper:${leaf.name}`
  }
}

/** The leaves that are not under a NOT, including repeated leaves. */
export function wantedLeaves(query: Query): Leaf[] {
  if (query.kind === 'not') return []
  return 'parts' in query ? query.parts.flatMap(wantedLeaves) : [query]
}

/** How many variants of a query are tried for hints. Each takes time in proportion to the query, so trying all is quadratic. */
export const MAX_VARIANTS = 50

/** Increase it if the same text parses to a different tree. Stored trees are then rebuilt. */
export const GRAMMAR_VERSION = 7

/** A matched term of the query, and its place in the paper. */
export interface Match {
  /** The term as typed: linear attention. */
  term: string
  where: Exclude<TextField, 'any'> | 'category' | 'code' | 'votes' | 'revised' | 'paper'
  /** The matching text of the paper: "Linear Attention", "A. Geiger", "cs.LG", "41", "2026-11-24", "2507.06457". */
  found: string
  /**
   * For title and abstract: the range of `found` in the plain text of that part, in UTF-16 units. Absent for the
   * abstract of a paper of an index; `found` is the term then.
   */
  at?: [start: number, end: number]
}

/** Why a paper matches. Never empty for a match. Does not contain terms under a NOT. */
export interface Reason {
  matches: Match[]
}

/** Joins one or more parts as the parser does: an AND inside an AND becomes one AND. */
export function flatten(kind: 'and' | 'or' | 'term', parts: readonly Query[]): Query {
  const flat = parts.flatMap((part) => (part.kind === kind && !('also' in part) ? part.parts : [part]))
  return flat.length > 1 ? { kind, parts: flat } : flat[0]!
}

// Parts of a query that can start or stop matching a paper after its first listing.

/** Whether the query contains is:revised. */
export const mentionsRevised = (query: Query): boolean => holds(query, 'revised')

/** Whether the query can start to match a paper without a change of the query. */
export const isTimeDependent = (query: Query): boolean => holds(query, 'votes') || holds(query, 'revised')

function holds(query: Query, kind: Query['kind']): boolean {
  if ('parts' in query) return query.parts.some((part) => holds(part, kind))
  return query.kind === 'not' ? holds(query.part, kind) : query.kind === kind
}
