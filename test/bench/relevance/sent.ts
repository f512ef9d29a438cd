import { readConfig } from '../../../src/config/config.ts'
import type { Day } from '../../../src/core/dates.ts'
import type { Archive } from '../../../src/queries/archive.ts'
import type { Query } from '../../../src/queries/query.ts'
import { rankAll } from '../../../src/search/rank-papers.ts'

const MAX_PAPERS = readConfig({ DATABASE_URL: 'embedded' }).DIGEST_MAX
/** In an email. */
const MAX_RELATED = 3

interface PapersOfDay {
  matched: number[]
  related: number[]
}

/** The papers of a day that match a query, and those that come close, as ids, best first. */
export function papersOn(archive: Archive, query: Query, day: Day): PapersOfDay {
  const ranked = rankAll(archive, query, { from: day, to: day })
  return {
    matched: ranked.filter(({ matched }) => matched).map(({ id }) => id),
    related: ranked.filter(({ related }) => related).map(({ id }) => id),
  }
}

/** What the email of the day contains, for a subscriber with one topic and the default settings. */
export function sentOf(papers: PapersOfDay): PapersOfDay {
  const matched = papers.matched.slice(0, MAX_PAPERS)
  return { matched, related: papers.related.slice(0, Math.min(MAX_RELATED, MAX_PAPERS - matched.length)) }
}
