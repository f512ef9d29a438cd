import type { Deps } from '../../core/deps.ts'
import { parseQuery } from '../../queries/language/parse-query.ts'
import { mentionsRevised } from '../../queries/query.ts'
import { recentWindow } from '../../search/back-test/day-window.ts'
import { inSearchThread } from '../../search/in-search-thread.ts'
import { MAX_DAYS } from '../../search/open-archive.ts'

/** How many papers a query matched on each of the last 30 days, oldest first. Throws query.*. */
export const topicRate = inSearchThread(import.meta.url, 'topicRate', rateHere)

async function rateHere(deps: Deps, { query }: { query: string }): Promise<number[]> {
  const tree = parseQuery(query)
  const window = await recentWindow(deps, { days: MAX_DAYS, withRevised: mentionsRevised(tree) })
  return window.countByDay(window.find(tree))
}
