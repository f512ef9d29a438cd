import type { Day } from '../core/dates.ts'
import type { Candidates } from './candidates.ts'
import type { DigestTopic } from './digest.repo.ts'
import type { HistoryPoint } from './earlier-digest.repo.ts'
import type { EligibleRange } from './eligible-range.ts'
import type { NewMatchCause } from './newly-matching.ts'
import type { SelectPapersInput } from './select-papers.ts'

/** Limits which candidates a digest may contain. */
export interface EligibilityScope {
  candidates: Candidates
  /** The earliest first day of new papers. */
  since: Day
  range: EligibleRange
  /** The history point of the last digest; undefined if no topic can newly match earlier papers. */
  last: HistoryPoint | undefined
  /** The earliest first day of papers that may have risen. */
  risen: Day
}

/** The papers that each topic offers, best first, and which of them are rising. */
export function eligibleByTopic(
  scope: EligibilityScope,
  topics: readonly DigestTopic[],
): Omit<SelectPapersInput, 'cap'> {
  const { candidates } = scope
  const causes = new Map<number, NewMatchCause>()
  const offered = topics.map(({ queryId }) => {
    const newMatchCauses = newMatches(scope, queryId)
    for (const [docId, cause] of newMatchCauses) if (causes.get(docId) !== 'revised') causes.set(docId, cause)
    return candidates
      .ranked(queryId)
      .docIds.filter((docId) => isFresh(scope, docId) || newMatchCauses.has(docId))
  })
  return { topics: offered, rising: risingOf(scope, causes) }
}

function isFresh({ candidates, since, range }: EligibilityScope, docId: number): boolean {
  const { id, firstDay } = candidates.papers[docId]!
  return id > range.fromPaper && firstDay >= since && range.has(id)
}

/** Papers that the query matches now, but did not when the last digest was planned. */
function newMatches(scope: EligibilityScope, queryId: number): ReadonlyMap<number, NewMatchCause> {
  const { candidates, since, range, last, risen } = scope
  if (last === undefined) return NONE
  const newMatchCauses = new Map<number, NewMatchCause>()
  for (const [id, cause] of candidates.newlyMatching(queryId, last.history)) {
    const docId = candidates.docIdOf(id)!
    const { firstDay, revisedDay } = candidates.papers[docId]!
    const isInTime = cause === 'votes' ? firstDay >= risen : firstDay >= since || revisedDay! >= since
    if (isInTime && range.isUnshown(id) && !isFresh(scope, docId)) newMatchCauses.set(docId, cause)
  }
  return newMatchCauses
}

const NONE: ReadonlyMap<number, NewMatchCause> = new Map()

/** Most votes first. */
function risingOf(
  { candidates }: EligibilityScope,
  causes: ReadonlyMap<number, NewMatchCause>,
): ReadonlySet<number> {
  const votes = (docId: number) => candidates.papers[docId]!.votes ?? 0
  const rising = [...causes].filter(([, cause]) => cause === 'votes').map(([docId]) => docId)
  return new Set(rising.sort((a, b) => votes(b) - votes(a) || b - a))
}
