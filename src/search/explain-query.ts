import type { Deps } from '../core/deps.ts'
import { Fault } from '../core/errors.ts'
import { paperByName } from '../papers/paper.repo.ts'
import { paperNameOf } from '../papers/paper-key.ts'
import { describeQuery } from '../queries/language/describe-query.ts'
import { parseQuery } from '../queries/language/parse-query.ts'
import { evaluate } from '../queries/matching/evaluate.ts'
import type { Match } from '../queries/query.ts'
import { type Shortfall, shortfallOf } from '../queries/reasons/nearness.ts'
import { reasonSentence } from '../queries/reasons/shown-paper.ts'
import { toPaperText } from '../queries/text/tokens.ts'

/** Why a query matches a paper, or which parts the paper lacks or must not contain. */
export interface QueryExplanation extends Shortfall {
  /** "Papers with …" */
  understood: string
  paper: { id: string; title: string }
  matched: boolean
  /** "Matched: …"; null if it does not match. */
  reason: string | null
  matches: Match[]
}

/** `paper`: its name in paths, "2507.06457", or our id. Throws query.* and paper.unknown. */
export async function explainQuery(
  deps: Deps,
  { query, paper: name }: { query: string; paper: string },
): Promise<QueryExplanation> {
  const tree = parseQuery(query)
  const paper = await paperByName(deps.db, name)
  if (!paper) throw new Fault('paper.unknown', { name: name.slice(0, 100) })
  const text = toPaperText(paper)
  const reason = evaluate(tree, text)
  return {
    understood: describeQuery(tree),
    paper: { id: paperNameOf(paper), title: text.title.text },
    matched: reason !== null,
    reason: reason && reasonSentence(reason),
    matches: reason?.matches ?? [],
    ...shortfallOf(tree, text),
  }
}
