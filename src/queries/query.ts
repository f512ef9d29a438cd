/** Where a word may stand. `any` is title, abstract, keywords. */
export type TextField = 'any' | 'title' | 'abstract' | 'author' | 'keyword' | 'org'

/** The tree that a query's text parses to. Stored as JSON beside the text, so: plain data, no undefined. */
export type Query =
  | { kind: 'and'; parts: Query[] }
  | { kind: 'or'; parts: Query[] }
  | { kind: 'not'; part: Query }
  /** At least so many of the parts: what a sentence says, as its telling words. */
  | { kind: 'some'; least: number; parts: Query[] }
  /** One word, as typed. */
  | { kind: 'word'; field: TextField; text: string }
  /** Words that stand side by side: typed in quotes, or joined by a hyphen. */
  | { kind: 'phrase'; field: TextField; text: string }
  /** "cs.LG", or "cs" for all of cs. */
  | { kind: 'category'; value: string }
  | { kind: 'has-code' }
  | { kind: 'votes'; least: number }
  /** A newer version was listed. */
  | { kind: 'revised' }
  /** One paper, by a name that it has in paths: "2507.06457", "hep-th/9901001", "doi:10.1000/1". */
  | { kind: 'paper'; name: string }

/** What a paper is asked about, without operators. */
export type Leaf = Exclude<Query, { kind: 'and' | 'or' | 'not' | 'some' }>

/** Every leaf of a tree, those under a NOT too, as often as it stands there. */
export function leavesOf(query: Query): Leaf[] {
  if ('parts' in query) return query.parts.flatMap(leavesOf)
  return query.kind === 'not' ? leavesOf(query.part) : [query]
}

/** One word, or words that stand side by side. */
export type TextLeaf = Extract<Leaf, { kind: 'word' | 'phrase' }>

export const isTextLeaf = (query: Query): query is TextLeaf =>
  query.kind === 'word' || query.kind === 'phrase'

/** The leaves under no NOT, as often as they stand there. */
export function wantedLeaves(query: Query): Leaf[] {
  if (query.kind === 'not') return []
  return 'parts' in query ? query.parts.flatMap(wantedLeaves) : [query]
}

/** How many variants of a query are tried for hints. Each takes time in proportion to the query, so trying all is quadratic. */
export const MAX_VARIANTS = 50

/** Raise it when the same text parses to another tree: stored trees are then made anew. */
export const GRAMMAR_VERSION = 3

/** A term of the query that was met, and where. */
export interface Match {
  /** The term as the person wrote it: linear attention. */
  term: string
  where:
    | 'title'
    | 'abstract'
    | 'author'
    | 'keyword'
    | 'org'
    | 'category'
    | 'code'
    | 'votes'
    | 'revised'
    | 'paper'
  /** What stands in the paper: "Linear Attention", "A. Geiger", "cs.LG", "41", "2026-11-24", "2507.06457". */
  found: string
  /** For title and abstract: place of `found` in the plain text of that part, in UTF-16 units. */
  at?: [start: number, end: number]
}

/** Why a paper matched: never empty for a match; terms under NOT are not in it. */
export interface Reason {
  matches: Match[]
}
