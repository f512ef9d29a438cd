import type { PaperStanding } from '../papers/history.repo.ts'
import { asksForRevised, mayTurn } from '../queries/language/turning.ts'
import { evaluate } from '../queries/matching/evaluate.ts'
import type { Query } from '../queries/query.ts'
import type { PaperTexts } from './matcher.ts'

/** votes: it has the votes since. revised: the query asks for newer versions, and it is one. */
export type Turn = 'votes' | 'revised'

export interface TurnedInput {
  query: Query
  /** The papers that it matches now, by their ids. */
  matches: readonly number[]
  texts: PaperTexts
  /** As they stood then; a paper that is not there had no votes, and no newer version. */
  before: ReadonlyMap<number, PaperStanding>
}

const NOTHING: PaperStanding = { votes: null, revisedDay: null }

/** Those of the papers that the query would not have matched then, and what moved. */
export function turnedSince({ query, matches, texts, before }: TurnedInput): Map<number, Turn> {
  const turned = new Map<number, Turn>()
  if (!mayTurn(query)) return turned
  for (const id of matches) {
    const now = texts.get(id)!
    const then = before.get(id) ?? NOTHING
    const isRevision = asksForRevised(query) && now.revisedDay !== null
    const isNewer = isRevision && now.revisedDay !== then.revisedDay
    if (!isNewer && (now.votes ?? -1) <= (then.votes ?? -1)) continue
    // Each newer version is news, whatever there was before it.
    if (evaluate(query, { ...now, ...then, ...(isNewer && { revisedDay: null }) })) continue
    turned.set(id, isRevision ? 'revised' : 'votes')
  }
  return turned
}
