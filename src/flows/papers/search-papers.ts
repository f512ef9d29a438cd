import { setImmediate } from 'node:timers/promises'
import { parseQuery } from '../../filters/language/parse-query.ts'
import { asksForRevised } from '../../filters/language/turning.ts'
import { evaluate } from '../../filters/matching/evaluate.ts'
import type { Reason } from '../../filters/query.ts'
import { readPaper } from '../../filters/text/paper-text.ts'
import type { Paper } from '../../papers/paper.ts'
import { newestPapers, type PaperPlace } from '../../papers/paper-store.ts'
import type { Day } from '../../platform/dates.ts'
import type { Deps } from '../../wiring.ts'

export interface FoundPaper {
  paper: Paper
  /** Null without a query. */
  reason: Reason | null
}

export interface FoundPapers {
  found: FoundPaper[]
  /** Where to go on; null where every paper was looked at. */
  next: PaperPlace | null
}

export interface SearchInput {
  /** In the query language. */
  query?: string
  /** Papers that any source listed on that day (UTC); as newer versions, for a query that asks for them alone. */
  day?: Day
  after?: PaperPlace
  /** At most so many papers. */
  limit: number
}

// A query is matched here, not in the database: so many papers are looked at for one answer, the rest with the next.
const MOST_LOOKED_AT = 1000
const AT_ONCE = 100
/** So many papers are cut into words before others get their turn. */
const IN_ONE_TURN = 10

/**
 * Papers, the day on which they were first listed newest first. With a query an answer may hold few or none and still
 * have a next place. Throws query.*.
 */
export async function searchPapers({ db }: Deps, input: SearchInput): Promise<FoundPapers> {
  const { query, day: listedOn, limit } = input
  const tree = query === undefined ? undefined : parseQuery(query)
  const withRevised = tree !== undefined && asksForRevised(tree)
  const found: FoundPaper[] = []
  let { after } = input
  for (let looked = 0; looked < MOST_LOOKED_AT; looked += AT_ONCE) {
    const most = tree ? AT_ONCE : limit + 1
    const papers = await newestPapers(db, { after, listedOn, withRevised, most })
    for (const [i, paper] of papers.entries()) {
      if (found.length === limit) return { found, next: after ?? null }
      if (tree && i % IN_ONE_TURN === 0) await setImmediate()
      after = paper
      const reason = tree ? evaluate(tree, readPaper(paper)) : null
      if (!tree || reason) found.push({ paper, reason })
    }
    if (papers.length < most) return { found, next: null }
  }
  return { found, next: after ?? null }
}
