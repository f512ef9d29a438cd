import type { DigestPaper } from '../../digests/digest-content.ts'
import { nearest } from '../../digests/nearest.ts'
import { parseQuery } from '../../filters/parse-query.ts'
import type { Deps } from '../../wiring.ts'
import { recentPapers } from './recent-papers.ts'

export interface NearestPapersInput {
  queries: readonly string[]
  /** How many days up to today (UTC), from 1 to 30; 14 unless said otherwise. */
  days?: number
  /** 3 unless said otherwise. */
  most?: number
}

/** The papers of the last days that come nearest to queries, with what each has and lacks. Throws query.*, preview.days. */
export async function nearestPapers(
  deps: Deps,
  { queries, days = 14, most = 3 }: NearestPapersInput,
): Promise<DigestPaper[]> {
  const trees = queries.map(parseQuery)
  const { papers, texts } = await recentPapers(deps, { days })
  return nearest({ papers, texts, queries: trees, most })
}
