import { type Bits, countIntersection } from '../../queries/matching/bits.ts'

/** How many of the papers that a query finds come under another topic too. */
export interface Overlap {
  /** What the other topic is called. */
  topic: string
  papers: number
}

export interface OtherTopic {
  name: string
  /** What it finds in the same days. */
  found: Bits
}

/** Of `found`, the topics that share the most first; those that share none are left out. */
export const overlaps = (found: Bits, others: readonly OtherTopic[]): Overlap[] =>
  others
    .map((other) => ({ topic: other.name, papers: countIntersection(found, other.found) }))
    .filter(({ papers }) => papers > 0)
    .sort((a, b) => b.papers - a.papers)
