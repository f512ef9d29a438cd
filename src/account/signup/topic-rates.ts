import { isDatabaseAway } from '../../core/database/database.ts'
import type { Deps } from '../../core/deps.ts'
import { textOf } from '../../core/errors.ts'
import { parseQuery } from '../../queries/language/parse-query.ts'
import { asksForRevised } from '../../queries/language/turning.ts'
import type { Query } from '../../queries/query.ts'
import type { Steps } from '../../queries/steps.ts'
import type { Window } from '../../search/back-test/window.ts'
import { inTurns, type Spend } from '../../search/in-turns.ts'
import { MAX_DAYS, recentWindow } from '../../search/recent-window.ts'
import { type Searcher, withSearchSlotOr } from '../../search/search-slot.ts'
import { isReadable } from '../../subscribers/read-signup.ts'

/** `topicRates` in a search slot; without a free one the rates of no query are known. */
export const topicRatesInSlot = (
  deps: Deps,
  searcher: Searcher,
  queries: readonly string[],
): Promise<ReadonlyMap<string, number>> =>
  queries.length === 0
    ? Promise.resolve(new Map())
    : withSearchSlotOr(deps, searcher, { queries, fallback: new Map() }, (spend) =>
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
    const withRevised = trees.some(([, tree]) => asksForRevised(tree))
    const window = await recentWindow(deps, { days: MAX_DAYS, withRevised })
    return await inTurns(ratesIn(window, trees), spend)
  } catch (error) {
    if (isDatabaseAway(error)) throw error
    deps.log.error('rates.failed', { what: textOf(error) })
    return new Map()
  }
}

function* ratesIn(window: Window, trees: readonly (readonly [string, Query])[]): Steps<Map<string, number>> {
  const rates = new Map<string, number>()
  for (const [query, tree] of trees) {
    yield* window.archive.lookUp(tree)
    rates.set(query, window.count(window.find(tree)))
    yield
  }
  return rates
}
