import type { Day } from '../core/dates.ts'
import type { Deps } from '../core/deps.ts'
import { papersListedOn } from '../papers/paper.repo.ts'
import type { Paper } from '../papers/paper.ts'
import { parseQuery } from '../queries/language/parse-query.ts'
import { evaluate } from '../queries/matching/evaluate.ts'
import { mentionsRevised } from '../queries/query.ts'
import { toPaperText } from '../queries/text/paper-text.ts'

/**
 * The papers that a source listed on a day, most votes first. With a query, only those that match; newer versions only
 * if the query asks for them. Throws query.*.
 */
export async function listPapers(deps: Deps, { day, query }: { day: Day; query?: string }): Promise<Paper[]> {
  const tree = query === undefined ? undefined : parseQuery(query)
  const papers = await papersListedOn(deps.db, day, { withRevised: tree && mentionsRevised(tree) })
  return tree ? papers.filter((paper) => evaluate(tree, toPaperText(paper))) : papers
}
