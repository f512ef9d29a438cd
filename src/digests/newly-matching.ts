import type { PaperSnapshot } from '../papers/history.repo.ts'
import { evaluate } from '../queries/matching/evaluate.ts'
import { isTimeDependent, mentionsRevised, type Query } from '../queries/query.ts'
import type { PaperTexts } from './matcher.ts'

/** votes: it has reached the votes since then. revised: the query includes newer versions, and it is one. */
export type NewMatchCause = 'votes' | 'revised'

export interface NewlyMatchingInput {
  query: Query
  /** Ids of the papers that it matches now. */
  matches: readonly number[]
  texts: PaperTexts
  /** The papers at that time; a paper that is not in it had no votes and no newer version. */
  before: ReadonlyMap<number, PaperSnapshot>
}

const NOTHING: PaperSnapshot = { votes: null, revisedDay: null }

/** Those of the papers that the query would not have matched then, with the cause. */
export function newlyMatchingSince({
  query,
  matches,
  texts,
  before,
}: NewlyMatchingInput): Map<number, NewMatchCause> {
  const causes = new Map<number, NewMatchCause>()
  if (!isTimeDependent(query)) return causes
  for (const id of matches) {
    const now = texts.get(id)!
    const then = before.get(id) ?? NOTHING
    const isRevision = mentionsRevised(query) && now.revisedDay !== null
    const isNewer = isRevision && now.revisedDay !== then.revisedDay
    if (!isNewer && (now.votes ?? -1) <= (then.votes ?? -1)) continue
    // Each newer version counts as new, even if there were earlier ones.
    if (evaluate(query, { ...now, ...then, ...(isNewer && { revisedDay: null }) })) continue
    causes.set(id, isRevision ? 'revised' : 'votes')
  }
  return causes
}
