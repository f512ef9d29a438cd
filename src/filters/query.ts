/** Where a word may stand. `any` is title, abstract, keywords. */
export type TextField = 'any' | 'title' | 'abstract' | 'author' | 'keyword' | 'org'

/** The tree that a query's text parses to. Stored as JSON beside the text, so: plain data, no undefined. */
export type Query =
  | { kind: 'and'; parts: Query[] }
  | { kind: 'or'; parts: Query[] }
  | { kind: 'not'; part: Query }
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

/** Raise it when the same text parses to another tree: stored trees are then made anew. */
export const GRAMMAR = 1

/** A term of the query that was met, and where. */
export interface Match {
  /** The term as the person wrote it: linear attention. */
  term: string
  where: 'title' | 'abstract' | 'author' | 'keyword' | 'org' | 'category' | 'code' | 'votes' | 'revised'
  /** What stands in the paper: "Linear Attention", "A. Geiger", "cs.LG", "41", "2026-11-24". */
  found: string
  /** For title and abstract: place of `found` in the plain text of that part, in UTF-16 units. */
  at?: [start: number, end: number]
}

/** Why a paper matched: never empty for a match; terms under NOT are not in it. */
export interface Reason {
  matches: Match[]
}
