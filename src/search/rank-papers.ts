import type { Day } from '../core/dates.ts'
import type { Deps } from '../core/deps.ts'
import { papersById } from '../papers/paper.repo.ts'
import type { Paper } from '../papers/paper.ts'
import type { Archive, DayBounds } from '../queries/archive.ts'
import { parseQuery } from '../queries/language/parse-query.ts'
import { forEachBit, hasBit } from '../queries/matching/bits.ts'
import type { Query } from '../queries/query.ts'
import { closePapers, excludedPapers } from '../queries/ranking/close-papers.ts'
import { topicOf } from '../queries/ranking/closeness.ts'
import { inSearchThread } from './in-search-thread.ts'
import { openArchive } from './open-archive.ts'

interface Rank {
  /** How close the paper is to the query, from 0 to 1; 0 for a paper with a part that the query excludes. */
  score: number
  matched: boolean
  /** Does not match, but a section of related papers may choose it. */
  related: boolean
}

/** Every paper first listed on the days, both included, best first for a query. Throws query.*. */
export const rankPapers = inSearchThread(import.meta.url, 'rankPapers', rankHere)

async function rankHere(
  deps: Deps,
  { query, from, to }: { query: string; from: Day; to: Day },
): Promise<(Rank & { paper: Paper })[]> {
  const tree = parseQuery(query)
  // What is close depends on the whole archive.
  const archive = await openArchive(deps, { withVectors: true })
  const ranked = rankAll(archive, tree, { from, to })
  const ids = ranked.map(({ id }) => id)
  const papers = await papersById(deps.db, ids, { withWithdrawn: false })
  const byId = new Map(papers.map((paper) => [paper.id, paper]))
  return ranked.flatMap(({ id, ...rank }) => {
    const paper = byId.get(id)
    return paper ? [{ paper, ...rank }] : []
  })
}

/** The papers of some days: those that match first, then by closeness. */
export function rankAll(archive: Archive, query: Query, days: DayBounds = {}): (Rank & { id: number })[] {
  const topic = topicOf(archive, query, days.to)
  const matches = archive.find(query)
  const excluded = excludedPapers(archive, query)
  const related = new Set(closePapers(archive, query, days).map(({ id }) => id))
  const ranked: (Rank & { id: number })[] = []
  forEachBit(archive.withinDays(archive.all(), days), (docId) => {
    const { id } = archive.index.attributes(docId)
    ranked.push({
      id,
      score: topic && !hasBit(excluded, docId) ? topic.closeness(docId) : 0,
      matched: hasBit(matches, docId),
      related: related.has(id),
    })
  })
  return ranked.sort((a, b) => Number(b.matched) - Number(a.matched) || b.score - a.score || b.id - a.id)
}
