import type { Window } from '../../filters/back-test/window.ts'
import { parseQuery } from '../../filters/language/parse-query.ts'
import { asksForRevised } from '../../filters/language/turning.ts'
import type { Query } from '../../filters/query.ts'
import type { Steps } from '../../filters/steps.ts'
import { isDatabaseAway } from '../../platform/database.ts'
import { textOf } from '../../platform/errors.ts'
import type { Deps } from '../../wiring.ts'
import { inTurns, type Spend } from '../papers/in-turns.ts'
import { MOST_DAYS, recentWindow } from '../papers/recent-window.ts'
import { type Searcher, withSearchSlotOr } from '../papers/search-slot.ts'
import { isReadable } from './read-signup.ts'

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
    const window = await recentWindow(deps, { days: MOST_DAYS, withRevised })
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
