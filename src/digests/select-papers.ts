/** Papers by their docIds. */
export type DocIds = ArrayLike<number>

export interface SelectPapersInput {
  /** For each topic, in the subscriber's order, the papers that it offers, best first. */
  topics: readonly DocIds[]
  /** Those of them that have only now reached the votes of a topic, best first. */
  rising?: ReadonlySet<number>
  /** The maximum number of papers. */
  cap: number
}

/** A paper, and all topics that offer it: the one whose section shows it is first. */
export interface SelectedPaper {
  docId: number
  topics: number[]
}

export interface PaperSelection {
  /** In the subscriber's order; rising papers are last. */
  sections: { topic: number | 'rising'; papers: SelectedPaper[] }[]
  /** How many more were offered … */
  more: number
  /** … and the first of them, best first. */
  others: number[]
}

/** As many as the digest's page lists. */
export const MAX_OTHERS = 100

/**
 * Selects papers for one subscriber after the other, reusing its memory. Each paper is selected once, for the topic
 * under which it ranks best. The topics are served round-robin, so that one with many papers leaves room for the
 * others.
 */
export class PaperSelector {
  /** For each docId: the topics that offer it as bits, the one under which it ranks best, and its rank there. */
  readonly #offering: Uint32Array
  readonly #home: Uint8Array
  readonly #rank: Uint32Array

  /** `docIds`: the number of candidates. */
  constructor(docIds: number) {
    this.#offering = new Uint32Array(docIds)
    this.#home = new Uint8Array(docIds)
    this.#rank = new Uint32Array(docIds)
  }

  select({ topics, rising = NONE, cap }: SelectPapersInput): PaperSelection {
    const offered = this.#settle(topics, rising)
    const sizes = topics.map(() => 0)
    for (const docId of offered) if (!rising.has(docId)) sizes[this.#home[docId]!]!++
    const risen = [...rising].filter((docId) => this.#offering[docId] !== 0)
    const counts = roundRobinShares([...sizes, risen.length], cap)
    const beyond = roundRobinShares([...sizes, risen.length], cap + MAX_OTHERS)
    const listed = topics.map((docIds, topic) => this.#firstOf(docIds, topic, rising, beyond[topic]!))
    const sections = [...listed, risen].map((docIds, topic) => ({
      topic: topic === topics.length ? ('rising' as const) : topic,
      papers: docIds.slice(0, counts[topic]!).map((docId) => this.#chosen(docId)),
    }))
    const shown = counts.reduce((sum, count) => sum + count, 0)
    const others = interleave(
      [...listed, risen].map((docIds, topic) => docIds.slice(counts[topic]!, beyond[topic]!)),
    )
    for (const docId of offered) this.#offering[docId] = 0
    return {
      sections: sections.filter(({ papers }) => papers.length > 0),
      more: offered.length - shown,
      others,
    }
  }

  /** Finds the topic under which each paper ranks best; returns each docId once. */
  #settle(topics: readonly DocIds[], rising: ReadonlySet<number>): number[] {
    const offered: number[] = []
    for (let topic = 0; topic < topics.length; topic++) {
      const docIds = topics[topic]!
      for (let i = 0, rank = 0; i < docIds.length; i++) {
        const docId = docIds[i]!
        const isFirst = this.#offering[docId] === 0
        if (isFirst) offered.push(docId)
        if (isFirst || rank < this.#rank[docId]!) {
          this.#home[docId] = topic
          this.#rank[docId] = rank
        }
        this.#offering[docId]! |= 1 << topic
        if (rising.size === 0 || !rising.has(docId)) rank++
      }
    }
    return offered
  }

  /** The first papers of a topic that rank best under it. */
  #firstOf(docIds: DocIds, topic: number, rising: ReadonlySet<number>, most: number): number[] {
    const own: number[] = []
    for (let i = 0; i < docIds.length && own.length < most; i++) {
      const docId = docIds[i]!
      if (this.#home[docId] === topic && !rising.has(docId)) own.push(docId)
    }
    return own
  }

  #chosen(docId: number): SelectedPaper {
    const home = this.#home[docId]!
    const others = []
    for (let topic = 0, bits = this.#offering[docId]!; bits !== 0; topic++, bits >>>= 1) {
      if (bits & 1 && topic !== home) others.push(topic)
    }
    return { docId, topics: [home, ...others] }
  }
}

const NONE: ReadonlySet<number> = new Set()

/** Distributes `cap` items round-robin, to each at most the number that it has. */
function roundRobinShares(available: readonly number[], cap: number): number[] {
  const taken = available.map(() => 0)
  for (let left = cap; left > 0; ) {
    const before = left
    for (let i = 0; i < available.length && left > 0; i++) {
      if (taken[i]! === available[i]!) continue
      taken[i]!++
      left--
    }
    if (left === before) break
  }
  return taken
}

/** The first of each list, then the second of each, … */
function interleave(lists: readonly number[][]): number[] {
  const longest = Math.max(0, ...lists.map(({ length }) => length))
  return Array.from({ length: longest }, (_, rank) =>
    lists.flatMap((list) => list.slice(rank, rank + 1)),
  ).flat()
}
