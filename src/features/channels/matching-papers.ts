import type { Day } from '../../core/dates.ts'
import type { Deps } from '../../core/deps.ts'
import type { Paper } from '../../papers/paper.ts'
import { parseQuery } from '../../queries/language/parse-query.ts'
import { bestMatches } from '../../queries/ranking/rank-matches.ts'
import { reasonSentence } from '../../queries/reasons/reason-text.ts'
import { inSearchThread } from '../../search/in-search-thread.ts'
import { loadFoundPapers } from '../../search/loaded-papers.ts'
import { openArchive } from '../../search/open-archive.ts'

interface MatchesRequest {
  query: string
  /** The first day that counts. */
  since: Day
  /** Ids of papers that do not. */
  except: readonly number[]
  limit: number
}

interface Matches {
  /** Ids of all of them. */
  ids: number[]
  /** The best of them, with the reason why each matches. */
  best: { paper: Paper; reason: string }[]
}

/** The papers of the last days that a query matches. Throws query.*. */
export const matchingPapers = inSearchThread(import.meta.url, 'matchingPapers', matchingHere)

async function matchingHere(
  deps: Deps,
  { query: text, since, except, limit }: MatchesRequest,
): Promise<Matches> {
  const archive = await openArchive(deps, { from: since, withVectors: true })
  const query = archive.meaningOf(parseQuery(text))
  const isExcepted = new Set(except)
  const found = archive.filter(
    archive.withinDays(archive.find(query), { from: since }),
    ({ id }) => !isExcepted.has(id),
  )
  const ids = archive.attributesOf(found).map(({ id }) => id)
  const best = await loadFoundPapers(deps.db, bestMatches(archive, query, found, limit), { query, archive })
  return {
    ids,
    best: best.map(({ paper, reason }) => ({ paper, reason: reason ? reasonSentence(reason) : '' })),
  }
}
