/** author: words as a name; without, allowed: one part left out; apart: the words of a phrase; anywhere: not in one part of a paper alone. */
export type HintKind = 'author' | 'without' | 'allowed' | 'apart' | 'anywhere' | 'votes' | 'also'

/** A change of a query, and what it would have brought. */
export interface QueryHint {
  way: HintKind
  /** What of the query it is about, in words; of an author, votes and a further word, what is added. */
  part: string
  /** The same as it is typed. */
  term: string
  /** How many papers the changed query finds in the same days. */
  papers: number
  /** The changed query; null where no text says it. */
  query: string | null
}
