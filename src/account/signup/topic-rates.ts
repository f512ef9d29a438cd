import { isDatabaseUnavailable } from '../../core/database/database.ts'
import type { Deps } from '../../core/deps.ts'
import { errorText } from '../../core/errors.ts'
import { parseQuery } from '../../queries/language/parse-query.ts'
import { mentionsRevised, type Query } from '../../queries/query.ts'
import type { Steps } from '../../queries/steps.ts'
import type { DayWindow } from '../../search/back-test/day-window.ts'
import { recentWindow } from '../../search/back-test/day-window.ts'
import { MAX_DAYS } from '../../search/open-archive.ts'
import { type Searcher, withOptionalSearchSlot } from '../../search/search-slot.ts'
import { runYielding, type Spend } from '../../search/yield-to-event-loop.ts'
import { isReadable } from '../../subscribers/read-signup.ts'

export interface TopicCounts {
  total: number
  /** For every day, oldest first. */
  perDay: readonly number[]
  /** The query, as the papers here give it its meaning. */
  meaning: Query
}

type Rates = ReadonlyMap<string, number>

/** `topicCounts` in a search slot; empty if no slot is free. */
export const topicCountsInSlot = (
  deps: Deps,
  searcher: Searcher,
  queries: readonly string[],
): Promise<ReadonlyMap<string, TopicCounts>> =>
  queries.length === 0
    ? Promise.resolve(new Map())
    : withOptionalSearchSlot(deps, searcher, { queries, fallback: new Map() }, (spend) =>
        topicCounts(deps, queries, spend),
      )

/** Only the totals. */
export const topicRatesInSlot = async (...asked: Parameters<typeof topicCountsInSlot>): Promise<Rates> =>
  totalsOf(await topicCountsInSlot(...asked))

/** Only the totals. */
export const topicRates = async (...asked: Parameters<typeof topicCounts>): Promise<Rates> =>
  totalsOf(await topicCounts(...asked))

const totalsOf = (counts: ReadonlyMap<string, TopicCounts>): Rates =>
  new Map([...counts].map(([query, { total }]) => [query, total]))

/**
 * What each query matches; empty if that cannot be counted. Throws only if the database cannot be reached.
 */
async function topicCounts(
  deps: Deps,
  queries: readonly string[],
  spend: Spend,
): Promise<ReadonlyMap<string, TopicCounts>> {
  const readable = queries.filter(isReadable)
  if (readable.length === 0) return new Map()
  try {
    const trees = readable.map((query) => [query, parseQuery(query)] as const)
    const withRevised = trees.some(([, tree]) => mentionsRevised(tree))
    const window = await recentWindow(deps, { days: MAX_DAYS, withRevised })
    return await runYielding(countsIn(window, trees), spend)
  } catch (error) {
    if (isDatabaseUnavailable(error)) throw error
    deps.log.error('rates.failed', { what: errorText(error) })
    return new Map()
  }
}

function* countsIn(
  window: DayWindow,
  trees: readonly (readonly [string, Query])[],
): Steps<Map<string, TopicCounts>> {
  const { archive } = window
  const counts = new Map<string, TopicCounts>()
  for (const [query, tree] of trees) {
    yield* archive.lookUpTerms(tree)
    const found = window.find(tree)
    const perDay = window.countByDay(found)
    counts.set(query, { total: window.count(found), perDay, meaning: archive.meaningOf(tree) })
    yield
  }
  return counts
}
