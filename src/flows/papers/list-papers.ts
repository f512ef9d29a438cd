import { parseQuery } from '../../filters/language/parse-query.ts'
import { asksForRevised } from '../../filters/language/turning.ts'
import { evaluate } from '../../filters/matching/evaluate.ts'
import { readPaper } from '../../filters/text/paper-text.ts'
import type { Paper } from '../../papers/paper.ts'
import { papersListedOn } from '../../papers/paper-store.ts'
import type { Day } from '../../platform/dates.ts'
import type { Deps } from '../../wiring.ts'

/**
 * The papers that any source listed on a day, most votes first; with a query, those that match it, newer versions for
 * one that asks for them. Throws query.* for a query that cannot be read.
 */
export async function listPapers(deps: Deps, { day, query }: { day: Day; query?: string }): Promise<Paper[]> {
  const tree = query === undefined ? undefined : parseQuery(query)
  const papers = await papersListedOn(deps.db, day, { withRevised: tree && asksForRevised(tree) })
  return tree ? papers.filter((paper) => evaluate(tree, readPaper(paper))) : papers
}
