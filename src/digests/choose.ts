import type { Day } from '../platform/dates.ts'

/** A paper that matched one topic or several. */
export interface Candidate {
  id: number
  firstDay: Day
  votes: number | null
  /** Places of the topics in the subscriber's order, from the first on, at least one. */
  topics: number[]
  /** They did not match when it was looked at before: it has the votes since. */
  rising: boolean
  /** Whether a topic was met in the title. */
  inTitle: boolean
}

export interface Choice {
  /** In the subscriber's order; each paper stands once, under the first topic that it matched; rising ones come last. */
  sections: { topic: number | 'rising'; papers: Candidate[] }[]
  /** How many more matched, and which, best first. */
  more: number
  others: Candidate[]
}

/**
 * Best first: more topics matched, then met in a title, then more votes, then newer. Votes that no source gave count
 * as none.
 */
export function byWorth(a: Candidate, b: Candidate): number {
  return (
    b.topics.length - a.topics.length ||
    Number(b.inTitle) - Number(a.inTitle) ||
    (b.votes ?? 0) - (a.votes ?? 0) ||
    b.firstDay.localeCompare(a.firstDay) ||
    b.id - a.id
  )
}

/**
 * At most `cap` papers. The topics take turns, each with its best paper that is left, so that one topic with many
 * matches leaves room for the others.
 */
export function choose(candidates: readonly Candidate[], cap: number): Choice {
  const sorted = [...candidates].sort(byWorth)
  const byTopic = Map.groupBy(sorted, sectionOf)
  const sections = [...byTopic]
    .sort(([a], [b]) => placeOf(a) - placeOf(b))
    .map(([topic, papers]) => ({ topic, papers }))
  const counts = takeTurns(
    sections.map(({ papers }) => papers.length),
    cap,
  )
  const chosen = sections.map(({ topic, papers }, i) => ({ topic, papers: papers.slice(0, counts[i]) }))
  const held = new Set(chosen.flatMap(({ papers }) => papers))
  const others = sorted.filter((paper) => !held.has(paper))
  return { sections: chosen.filter(({ papers }) => papers.length > 0), more: others.length, others }
}

const sectionOf = ({ topics, rising }: Candidate): number | 'rising' => (rising ? 'rising' : topics[0]!)

const placeOf = (topic: number | 'rising'): number => (topic === 'rising' ? Number.POSITIVE_INFINITY : topic)

/** How many each gets when `cap` things are dealt out in turns, to each at most what it has. */
function takeTurns(available: readonly number[], cap: number): number[] {
  const taken = available.map(() => 0)
  let left = cap
  while (left > 0) {
    const inTurn = available.flatMap((count, i) => (taken[i]! < count ? [i] : [])).slice(0, left)
    if (inTurn.length === 0) break
    for (const i of inTurn) taken[i]!++
    left -= inTurn.length
  }
  return taken
}
