/** Papers by their places on a shelf. */
export type Places = ArrayLike<number>

export interface Choosing {
  /** For each topic, in the subscriber's order, the papers that it offers, best first. */
  topics: readonly Places[]
  /** Those of them that have the votes of a topic only now, best first. */
  rising?: ReadonlySet<number>
  /** The most papers. */
  cap: number
}

/** A paper, and all topics that offer it: first the one under which it stands. */
export interface Chosen {
  place: number
  topics: number[]
}

export interface Choice {
  /** In the subscriber's order; rising papers come last. */
  sections: { topic: number | 'rising'; papers: Chosen[] }[]
  /** How many more were offered … */
  more: number
  /** … and the first of them, best first. */
  others: number[]
}

/** As many as the digest's page lists. */
export const MAX_OTHERS = 100

/**
 * Chooses for one subscriber after the other, in the memory that it takes once. Each paper stands once, under the topic
 * where it is best; the topics take turns, so that one with many papers leaves room for the others.
 */
export class Chooser {
  /** For each place: the topics that offer it as bits, the one where it is best, and its rank there. */
  readonly #offering: Uint32Array
  readonly #home: Uint8Array
  readonly #rank: Uint32Array

  /** `places`: how many a shelf has. */
  constructor(places: number) {
    this.#offering = new Uint32Array(places)
    this.#home = new Uint8Array(places)
    this.#rank = new Uint32Array(places)
  }

  choose({ topics, rising = NONE, cap }: Choosing): Choice {
    const offered = this.#settle(topics, rising)
    const sizes = topics.map(() => 0)
    for (const place of offered) if (!rising.has(place)) sizes[this.#home[place]!]!++
    const risen = [...rising].filter((place) => this.#offering[place] !== 0)
    const counts = takeTurns([...sizes, risen.length], cap)
    const beyond = takeTurns([...sizes, risen.length], cap + MAX_OTHERS)
    const listed = topics.map((places, topic) => this.#standing(places, topic, rising, beyond[topic]!))
    const sections = [...listed, risen].map((places, topic) => ({
      topic: topic === topics.length ? ('rising' as const) : topic,
      papers: places.slice(0, counts[topic]!).map((place) => this.#chosen(place)),
    }))
    const shown = counts.reduce((sum, count) => sum + count, 0)
    const others = inTurns(
      [...listed, risen].map((places, topic) => places.slice(counts[topic]!, beyond[topic]!)),
    )
    for (const place of offered) this.#offering[place] = 0
    return {
      sections: sections.filter(({ papers }) => papers.length > 0),
      more: offered.length - shown,
      others,
    }
  }

  /** Says for each paper where it is best; returns each once. */
  #settle(topics: readonly Places[], rising: ReadonlySet<number>): number[] {
    const offered: number[] = []
    for (let topic = 0; topic < topics.length; topic++) {
      const places = topics[topic]!
      for (let i = 0, rank = 0; i < places.length; i++) {
        const place = places[i]!
        const isFirst = this.#offering[place] === 0
        if (isFirst) offered.push(place)
        if (isFirst || rank < this.#rank[place]!) {
          this.#home[place] = topic
          this.#rank[place] = rank
        }
        this.#offering[place]! |= 1 << topic
        if (rising.size === 0 || !rising.has(place)) rank++
      }
    }
    return offered
  }

  /** The first of a topic's papers that stand under it. */
  #standing(places: Places, topic: number, rising: ReadonlySet<number>, most: number): number[] {
    const standing: number[] = []
    for (let i = 0; i < places.length && standing.length < most; i++) {
      const place = places[i]!
      if (this.#home[place] === topic && !rising.has(place)) standing.push(place)
    }
    return standing
  }

  #chosen(place: number): Chosen {
    const home = this.#home[place]!
    const others = []
    for (let topic = 0, bits = this.#offering[place]!; bits !== 0; topic++, bits >>>= 1) {
      if (bits & 1 && topic !== home) others.push(topic)
    }
    return { place, topics: [home, ...others] }
  }
}

const NONE: ReadonlySet<number> = new Set()

/** How many each gets when `cap` things are dealt out in turns, to each at most what it has. */
function takeTurns(available: readonly number[], cap: number): number[] {
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
function inTurns(lists: readonly number[][]): number[] {
  const longest = Math.max(0, ...lists.map(({ length }) => length))
  return Array.from({ length: longest }, (_, turn) =>
    lists.flatMap((list) => list.slice(turn, turn + 1)),
  ).flat()
}
