/**
 * author: read words as a name; without, allowed: remove one part; apart: the words of a phrase separately; anywhere:
 * search a term in all parts of a paper.
 */
export type HintKind = 'author' | 'without' | 'allowed' | 'apart' | 'anywhere' | 'votes' | 'also'

/** A change of a query, and the number of papers that it would have matched. */
export interface QueryHint {
  way: HintKind
  /** The changed part of the query, in words; for an author, votes and a further word, the added part. */
  part: string
  /** The same in the query language. */
  term: string
  /** The number of papers that the changed query matches in the same days. */
  papers: number
  /** The changed query; null if no text expresses it. */
  query: string | null
}
