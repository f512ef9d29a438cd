import type { Day } from '../core/dates.ts'
import type { Candidates } from './candidates.ts'
import type { DigestTopic } from './digest.repo.ts'
import type { HistoryPoint } from './earlier-digest.repo.ts'
import type { EligibleRange } from './eligible-range.ts'
import type { NewMatchCause } from './newly-matching.ts'
import type { SelectPapersInput } from './select-papers.ts'

/** What a digest may hold of a shelf. */
export interface EligibilityScope {
  candidates: Candidates
  /** The earliest first day of new papers. */
  since: Day
  range: EligibleRange
  /** What the last digest knew; undefined where no topic can turn. */
  last: HistoryPoint | undefined
  /** The earliest first day of papers that may have risen. */
  risen: Day
}

/** For each topic the papers that it offers, best first, and which of all of them are rising. */
export function eligibleByTopic(
  scope: EligibilityScope,
  topics: readonly DigestTopic[],
): Omit<SelectPapersInput, 'cap'> {
  const { candidates } = scope
  const causes = new Map<number, NewMatchCause>()
  const offered = topics.map(({ queryId }) => {
    const newMatchCauses = newMatches(scope, queryId)
    for (const [docId, turn] of newMatchCauses) if (causes.get(docId) !== 'revised') causes.set(docId, turn)
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

/** Papers that the query did not match as they stood when the last digest was planned. */
function newMatches(scope: EligibilityScope, queryId: number): ReadonlyMap<number, NewMatchCause> {
  const { candidates, since, range, last, risen } = scope
  if (last === undefined) return NONE
  const newMatchCauses = new Map<number, NewMatchCause>()
  for (const [id, turn] of candidates.newlyMatching(queryId, last.history)) {
    const docId = candidates.docIdOf(id)!
    const { firstDay, revisedDay } = candidates.papers[docId]!
    const isInTime = turn === 'votes' ? firstDay >= risen : firstDay >= since || revisedDay! >= since
    if (isInTime && range.isUnshown(id) && !isFresh(scope, docId)) newMatchCauses.set(docId, turn)
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
  const rising = [...causes].filter(([, turn]) => turn === 'votes').map(([docId]) => docId)
  return new Set(rising.sort((a, b) => votes(b) - votes(a) || b - a))
}
