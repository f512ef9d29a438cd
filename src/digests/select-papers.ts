import { topK } from '../queries/ranking/ranker.ts'

export interface SelectPapersInput {
  /** For each topic, in the subscriber's order, the papers that it offers, best first. */
  topics: readonly ArrayLike<number>[]
  /** Those of them that have only now reached the votes of a topic, best first. */
  rising?: ReadonlySet<number>
  /** The maximum number of papers. */
  cap: number
  /**
   * How well a paper fits a topic; comparable between topics, null for a topic without words. Called only if there are
   * more papers than the cap.
   */
  scoreOf(topic: number, docId: number): number | null
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
 * under which it ranks best. If there are more than the cap, the first paper of each section comes first, then the
 * papers with the highest scores.
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

  select({ topics, rising = NONE, cap, scoreOf }: SelectPapersInput): PaperSelection {
    const offered = this.#settle(topics, rising)
    const risen = [...rising].filter((docId) => this.#offering[docId] !== 0)
    const most = cap + MAX_OTHERS
    const lists = [...topics.map((docIds, topic) => this.#ownOf(docIds, topic, { rising, most })), risen]
    const best =
      offered.length > cap ? bestFirst(lists, most, (docId) => scoreOf(this.#home[docId]!, docId)) : offered
    const shown = new Set(best.slice(0, cap))
    const sections = lists.map((docIds, topic) => ({
      topic: topic === topics.length ? ('rising' as const) : topic,
      papers: docIds.filter((docId) => shown.has(docId)).map((docId) => this.#chosen(docId)),
    }))
    for (const docId of offered) this.#offering[docId] = 0
    return {
      sections: sections.filter(({ papers }) => papers.length > 0),
      more: offered.length - shown.size,
      others: best.slice(cap),
    }
  }

  /** Finds the topic under which each paper ranks best; returns each docId once. */
  #settle(topics: readonly ArrayLike<number>[], rising: ReadonlySet<number>): number[] {
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
  #ownOf(
    docIds: ArrayLike<number>,
    topic: number,
    { rising, most }: { rising: ReadonlySet<number>; most: number },
  ) {
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

/**
 * The first of each list, then those with the highest scores. Equal scores: higher in their list first. Lists without
 * scores take turns with the others.
 */
function bestFirst(
  all: readonly number[][],
  limit: number,
  scoreOf: (docId: number) => number | null,
): number[] {
  const lists = all.filter(({ length }) => length > 0)
  const hasScores = ([first]: readonly number[]) => scoreOf(first!) !== null
  const papers = lists
    .filter(hasScores)
    .flatMap((docIds) => docIds.map((docId, rank) => ({ docId, rank, score: scoreOf(docId)! })))
  const order = topK(papers.length, limit, (a, b) => {
    const [one, other] = [papers[a]!, papers[b]!]
    const byPlace = Number(other.rank === 0) - Number(one.rank === 0)
    return byPlace || other.score - one.score || one.rank - other.rank || a - b
  })
  const best = order.map((place) => papers[place]!.docId)
  for (const list of lists.filter((list) => !hasScores(list)))
    for (const [rank, docId] of list.entries())
      best.splice(Math.min(best.length, rank * lists.length), 0, docId)
  return best.slice(0, limit)
}
