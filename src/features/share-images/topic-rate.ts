import { dayOf } from '../../core/dates.ts'
import type { Deps } from '../../core/deps.ts'
import { newestState } from '../../papers/paper.repo.ts'
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

const MAX_KEPT = 1000

/** Keeps the rate of each query until papers or the date change. `search` finds a rate that is not kept. */
export function openTopicRates() {
  const kept = new Map<string, number[]>()
  let keptFor = ''
  return async (
    { clock, db }: Pick<Deps, 'clock' | 'db'>,
    query: string,
    search: () => Promise<number[]>,
  ): Promise<number[]> => {
    const state = `${dayOf(clock.now())} ${await newestState(db)}`
    if (state !== keptFor || kept.size >= MAX_KEPT) kept.clear()
    keptFor = state
    const found = kept.get(query)
    if (found) return found
    const rate = await search()
    if (state === keptFor) kept.set(query, rate)
    return rate
  }
}
