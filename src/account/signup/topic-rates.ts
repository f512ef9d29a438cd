import { isDatabaseUnavailable } from '../../core/database/database.ts'
import type { Deps } from '../../core/deps.ts'
import { errorText } from '../../core/errors.ts'
import { parseQuery } from '../../queries/language/parse-query.ts'
import { mentionsRevised, type Query } from '../../queries/query.ts'
import type { Steps } from '../../queries/steps.ts'
import type { DayWindow } from '../../search/back-test/day-window.ts'
import { MAX_DAYS, recentWindow } from '../../search/open-archive.ts'
import { type Searcher, withOptionalSearchSlot } from '../../search/search-slot.ts'
import { runYielding, type Spend } from '../../search/yield-to-event-loop.ts'
import { isReadable } from '../../subscribers/read-signup.ts'

/** `topicRates` in a search slot; empty if no slot is free. */
export const topicRatesInSlot = (
  deps: Deps,
  searcher: Searcher,
  queries: readonly string[],
): Promise<ReadonlyMap<string, number>> =>
  queries.length === 0
    ? Promise.resolve(new Map())
    : withOptionalSearchSlot(deps, searcher, { queries, fallback: new Map() }, (spend) =>
        topicRates(deps, queries, spend),
      )

/**
 * How many papers of the last 30 days each query matches; empty if that cannot be counted. Throws only if the database
 * cannot be reached.
 */
export async function topicRates(
  deps: Deps,
  queries: readonly string[],
  spend: Spend,
): Promise<ReadonlyMap<string, number>> {
  const readable = queries.filter(isReadable)
  if (readable.length === 0) return new Map()
  try {
    const trees = readable.map((query) => [query, parseQuery(query)] as const)
    const withRevised = trees.some(([, tree]) => mentionsRevised(tree))
    const window = await recentWindow(deps, { days: MAX_DAYS, withRevised })
    return await runYielding(ratesIn(window, trees), spend)
  } catch (error) {
    if (isDatabaseUnavailable(error)) throw error
    deps.log.error('rates.failed', { what: errorText(error) })
    return new Map()
  }
}

function* ratesIn(
  window: DayWindow,
  trees: readonly (readonly [string, Query])[],
): Steps<Map<string, number>> {
  const rates = new Map<string, number>()
  for (const [query, tree] of trees) {
    yield* window.archive.lookUpTerms(tree)
    rates.set(query, window.count(window.find(tree)))
    yield
  }
  return rates
}
