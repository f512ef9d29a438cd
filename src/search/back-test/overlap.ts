import { type Bits, countIntersection } from '../../queries/matching/bits.ts'

/** How many papers of a query also match another topic. */
export interface Overlap {
  /** The name of the other topic. */
  topic: string
  papers: number
}

export interface OtherTopic {
  name: string
  /** The papers that it matches in the same days. */
  found: Bits
}

/** The topics that share papers with `found`, those with the most shared papers first. */
export const overlaps = (found: Bits, others: readonly OtherTopic[]): Overlap[] =>
  others
    .map((other) => ({ topic: other.name, papers: countIntersection(found, other.found) }))
    .filter(({ papers }) => papers > 0)
    .sort((a, b) => b.papers - a.papers)
