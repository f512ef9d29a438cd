import { type Leaf, type Query, wantedLeaves } from '../../queries/query.ts'
import type { Steps } from '../../queries/steps.ts'
import type { DayWindow } from './day-window.ts'

/** The terms that a query requires, or that it counts as in a sentence. */
export interface TermPresence {
  /** Terms that no paper of the window contains. */
  absent: Leaf[]
  /** The other terms. */
  present: Leaf[]
}

/**
 * Counts one term per step. The alternatives of an OR are absent only if all of them are; otherwise the alternatives
 * that no paper contains are in neither list.
 */
export function* termPresence(query: Query, window: DayWindow): Steps<TermPresence> {
  const words: TermPresence = { absent: [], present: [] }
  if (window.size === 0 || query.kind === 'paper') return words
  for (const part of distinct(keyParts(query))) {
    const isIn = (one: Query) => window.count(window.find(one, query)) > 0
    if (isIn(part)) words.present.push(...wantedLeaves(part).filter(isIn))
    else words.absent.push(...wantedLeaves(part))
    yield
  }
  return words
}

function keyParts(query: Query): Query[] {
  if (query.kind === 'not') return []
  return query.kind === 'and' || query.kind === 'some' ? query.parts.flatMap(keyParts) : [query]
}

const distinct = (parts: readonly Query[]): Query[] => [
  ...new Map(parts.map((part) => [JSON.stringify(part), part])).values(),
]
