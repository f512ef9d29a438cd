import type { Deps } from '../core/deps.ts'
import { lastChangeOf } from '../papers/archive.repo.ts'
import { describeQuery } from '../queries/language/describe-query.ts'
import { parseQuery } from '../queries/language/parse-query.ts'
import { mentionsRevised } from '../queries/query.ts'
import { type FoundPaper, loadFoundPapers } from './found-papers.ts'
import { openNewestArchive } from './open-newest-archive.ts'
import { runYielding, type Spend } from './yield-to-event-loop.ts'

export interface FeedPapers {
  /** Newest first. */
  found: FoundPaper[]
  /** "Papers with …"; null without a query. */
  understood: string | null
  /** Whether newer versions count as news. */
  withRevised: boolean
  /** When one of these papers last changed; null without papers. */
  changedAt: Date | null
}

const MAX_PAPERS = 50

/** The newest papers, of a query or of all papers. Throws query.*. */
export async function feedPapers(
  deps: Deps,
  { query, spend }: { query?: string; spend?: Spend },
): Promise<FeedPapers> {
  const tree = query === undefined ? null : parseQuery(query)
  const withRevised = tree !== null && mentionsRevised(tree)
  const archive = await openNewestArchive(deps)
  if (tree) await runYielding(archive.lookUpTerms(tree), spend)
  const found = tree ? archive.find(tree) : archive.all()
  const ids = archive.newest(found, { most: MAX_PAPERS, byRevised: withRevised })
  // Read the time before the papers: a change in between is then reported twice rather than missed.
  const changedAt = await lastChangeOf(deps.db, ids)
  return {
    found: await loadFoundPapers(deps.db, ids, tree, spend),
    understood: tree && describeQuery(tree),
    withRevised,
    changedAt,
  }
}
