import type { Day } from '../core/dates.ts'
import type { Deps } from '../core/deps.ts'
import { papersById } from '../papers/paper.repo.ts'
import type { Paper } from '../papers/paper.ts'
import type { Archive } from '../queries/archive.ts'
import { parseQuery } from '../queries/language/parse-query.ts'
import { type Bits, forEachBit, hasBit } from '../queries/matching/bits.ts'
import type { Query } from '../queries/query.ts'
import { excludedPapers, relatedPapers } from '../queries/ranking/related-papers.ts'
import { runToEnd } from '../queries/steps.ts'
import { openArchive } from './open-archive.ts'

/** In standard deviations. */
const BELOW_ALL = 1000

interface Rank {
  /** Comparable within one result. */
  score: number
  matched: boolean
  /** Does not match, but is near in the learned space. */
  related: boolean
}

/** Every paper first listed on the days, both included, best first for a query. Throws query.*. */
export async function rankPapers(
  deps: Deps,
  { query, from, to }: { query: string; from: Day; to: Day },
): Promise<(Rank & { paper: Paper })[]> {
  const tree = parseQuery(query)
  const archive = await openArchive(deps, { from, withVectors: true })
  const ranked = rankAll(archive, tree, archive.withinDays(archive.all(), { from, to }))
  const ids = ranked.map(({ id }) => id)
  const papers = await papersById(deps.db, ids, { withWithdrawn: false })
  const byId = new Map(papers.map((paper) => [paper.id, paper]))
  return ranked.flatMap(({ id, ...rank }) => {
    const paper = byId.get(id)
    return paper ? [{ paper, ...rank }] : []
  })
}

/**
 * The papers of a set, best first, whether they match or not: BM25 of the query's words plus twice the cosine similarity
 * in the learned space, each in standard deviations from its mean over all papers. Papers with a part that the query
 * excludes are last.
 */
export function rankAll(archive: Archive, query: Query, among: Bits): (Rank & { id: number })[] {
  const relevance = archive.relevance(query)
  const matches = archive.find(query)
  const related = runToEnd(relatedPapers(archive, query))
  const excluded = excludedPapers(archive, query)
  const ranked: (Rank & { id: number })[] = []
  forEachBit(among, (docId) => {
    ranked.push({
      id: archive.index.attributes(docId).id,
      score: (relevance?.(docId) ?? 0) - (hasBit(excluded, docId) ? BELOW_ALL : 0),
      matched: hasBit(matches, docId),
      related: hasBit(related, docId),
    })
  })
  return ranked.sort((a, b) => b.score - a.score || b.id - a.id)
}
