import type { Deps } from '../core/deps.ts'
import { lastChangeOf } from '../papers/archive.repo.ts'
import { describeQuery } from '../queries/language/describe-query.ts'
import { parseQuery } from '../queries/language/parse-query.ts'
import { asksForRevised } from '../queries/language/turning.ts'
import { type FoundPaper, foundPapers } from './found-papers.ts'
import { inTurns, type Spend } from './in-turns.ts'
import { openNewest } from './open-newest.ts'

export interface FeedPapers {
  /** Newest first. */
  found: FoundPaper[]
  /** "Papers with …"; null without a query. */
  understood: string | null
  /** Newer versions count as news. */
  withRevised: boolean
  /** When anything of these papers last changed; null where there are none. */
  changedAt: Date | null
}

const MOST = 50

/** The newest papers, of a query or of all. Throws query.*. */
export async function feedPapers(
  deps: Deps,
  { query, spend }: { query?: string; spend?: Spend },
): Promise<FeedPapers> {
  const tree = query === undefined ? null : parseQuery(query)
  const withRevised = tree !== null && asksForRevised(tree)
  const archive = await openNewest(deps)
  if (tree) await inTurns(archive.lookUp(tree), spend)
  const found = tree ? archive.find(tree) : archive.all()
  const ids = archive.newest(found, { most: MOST, byRevised: withRevised })
  // In this order: what changes in between is told anew, and never passed over.
  const changedAt = await lastChangeOf(deps.db, ids)
  return {
    found: await foundPapers(deps.db, ids, tree, spend),
    understood: tree && describeQuery(tree),
    withRevised,
    changedAt,
  }
}
