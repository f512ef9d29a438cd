import type { Day } from '../core/dates.ts'
import type { Deps } from '../core/deps.ts'
import { papersListedOn } from '../papers/paper.repo.ts'
import type { Paper } from '../papers/paper.ts'
import { parseQuery } from '../queries/language/parse-query.ts'
import { mentionsRevised } from '../queries/language/time-dependent.ts'
import { evaluate } from '../queries/matching/evaluate.ts'
import { toPaperText } from '../queries/text/paper-text.ts'

/**
 * The papers that any source listed on a day, most votes first; with a query, those that match it, newer versions for
 * one that asks for them. Throws query.* for a query that cannot be read.
 */
export async function listPapers(deps: Deps, { day, query }: { day: Day; query?: string }): Promise<Paper[]> {
  const tree = query === undefined ? undefined : parseQuery(query)
  const papers = await papersListedOn(deps.db, day, { withRevised: tree && mentionsRevised(tree) })
  return tree ? papers.filter((paper) => evaluate(tree, toPaperText(paper))) : papers
}
