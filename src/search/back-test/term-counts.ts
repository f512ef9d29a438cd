import { distinctBy } from '../../core/distinct-by.ts'
import { checkDeadline } from '../../queries/deadline.ts'
import { describePart } from '../../queries/language/describe-query.ts'
import { writeTree } from '../../queries/language/write-query.ts'
import { type Leaf, MAX_VARIANTS, mentionsRevised, type Query, wantedLeaves } from '../../queries/query.ts'
import type { DayWindow } from './day-window.ts'
import { withoutEach } from './variants.ts'

/** The effect of a single term of a query on the papers of some days. */
export interface TermCount {
  /** As typed: "state space", title:model, -survey */
  term: string
  /** Whether the term is under a NOT; `papers` then counts the papers that it excludes. */
  isUnwanted: boolean
  papers: number
  /** The share of all papers of these days, from 0 to 1; null for excluded papers and for newer versions. */
  share: number | null
}

/** The terms in the query's order, each once, then the first 50 excluded parts. */
export function termCounts(query: Query, window: DayWindow): TermCount[] {
  const counts: TermCount[] = []
  // RAG and rag are different.
  for (const leaf of distinctBy(wantedLeaves(query), (one) => JSON.stringify(one))) {
    checkDeadline()
    const papers = window.count(window.find(leaf))
    const share = mentionsRevised(leaf) || window.size === 0 ? null : papers / window.size
    counts.push({ term: textOf(leaf), isUnwanted: false, papers, share })
  }
  const met = window.count(window.find(query))
  const unwanted = withoutEach(query).filter(({ part }) => part.kind === 'not')
  for (const { part, changed } of unwanted.take(MAX_VARIANTS)) {
    checkDeadline()
    const papers = window.count(window.find(changed, query)) - met
    counts.push({ term: textOf(part), isUnwanted: true, papers, share: null })
  }
  return counts
}

const textOf = (part: Query): string => writeTree(part) ?? unwantedText(part) ?? describePart(part)

/** A NOT is not a query by itself, so it needs its own text. */
function unwantedText(part: Query): string | null {
  if (part.kind !== 'not') return null
  const text = writeTree(part.part)
  return text && ('parts' in part.part ? `-(${text})` : `-${text}`)
}

/** The terms that a query requires, or that it counts as in a sentence. */
export interface TermPresence {
  /** Terms that no paper of the window contains. */
  absent: Leaf[]
  /** The other terms. */
  present: Leaf[]
}

/**
 * The alternatives of an OR are absent only if all of them are; otherwise the alternatives that no paper contains are in
 * neither list.
 */
export function termPresence(query: Query, window: DayWindow): TermPresence {
  const words: TermPresence = { absent: [], present: [] }
  if (window.size === 0 || query.kind === 'paper') return words
  for (const part of distinctBy(keyParts(query), (part) => JSON.stringify(part))) {
    checkDeadline()
    const isIn = (one: Query) => window.count(window.find(one, query)) > 0
    if (isIn(part)) words.present.push(...wantedLeaves(part).filter(isIn))
    else words.absent.push(...wantedLeaves(part))
  }
  return words
}

function keyParts(query: Query): Query[] {
  if (query.kind === 'not') return []
  const isOfAll = query.kind === 'and' || query.kind === 'term' || query.kind === 'some'
  return isOfAll ? query.parts.flatMap(keyParts) : [query]
}
