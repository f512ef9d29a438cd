import { type Bits, keepBits } from '../matching/bits.ts'
import type { Query } from '../query.ts'
import type { Window } from './window.ts'

/** How many of the papers that a query finds come under another topic too. */
export interface Overlap {
  /** What the other topic is called. */
  topic: string
  papers: number
}

export interface OtherTopic {
  name: string
  tree: Query
}

/** Of `found`, the topics that share the most first; those that share none are left out. */
export const overlaps = (found: Bits, others: readonly OtherTopic[], window: Window): Overlap[] =>
  others
    .map(({ name, tree }) => {
      const shared = window.find(tree)
      keepBits(shared, found)
      return { topic: name, papers: window.count(shared) }
    })
    .filter(({ papers }) => papers > 0)
    .sort((a, b) => b.papers - a.papers)
