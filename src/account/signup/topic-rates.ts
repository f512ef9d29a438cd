import { isDatabaseUnavailable } from '../../core/database/database.ts'
import type { Deps } from '../../core/deps.ts'
import { errorText } from '../../core/errors.ts'
import { checkDeadline, DeadlineExceeded } from '../../queries/deadline.ts'
import { parseQuery } from '../../queries/language/parse-query.ts'
import { mentionsRevised, type Query } from '../../queries/query.ts'
import type { DayWindow } from '../../search/back-test/day-window.ts'
import { recentWindow } from '../../search/back-test/day-window.ts'
import { forVisitorIfFree, type Searcher } from '../../search/for-visitor.ts'
import { inSearchThread } from '../../search/in-search-thread.ts'
import { MAX_DAYS } from '../../search/open-archive.ts'
import { isReadable } from '../../subscribers/read-signup.ts'

export interface TopicCounts {
  total: number
  /** For every day, oldest first. */
  perDay: readonly number[]
  /** The query, as the papers here give it its meaning. */
  meaning: Query
}

type Rates = ReadonlyMap<string, number>

/** `topicCounts` for a visitor; empty if too many people search. */
export const topicCountsFor = (
  deps: Deps,
  searcher: Searcher,
  queries: readonly string[],
): Promise<ReadonlyMap<string, TopicCounts>> =>
  queries.length === 0
    ? Promise.resolve(new Map())
    : forVisitorIfFree(deps, searcher, new Map(), (deps) => topicCounts(deps, queries))

/** Only the totals. */
export const topicRatesFor = async (...asked: Parameters<typeof topicCountsFor>): Promise<Rates> =>
  totalsOf(await topicCountsFor(...asked))

/** Only the totals. */
export const topicRates = async (...asked: Parameters<typeof topicCounts>): Promise<Rates> =>
  totalsOf(await topicCounts(...asked))

const totalsOf = (counts: ReadonlyMap<string, TopicCounts>): Rates =>
  new Map([...counts].map(([query, { total }]) => [query, total]))

/**
 * What each query matches; empty if that cannot be counted. Throws only if the database cannot be reached, or if it takes
 * too long.
 */
const topicCounts = inSearchThread(
  import.meta.url,
  'topicCounts',
  async (deps, queries: readonly string[]): Promise<ReadonlyMap<string, TopicCounts>> => {
    const readable = queries.filter(isReadable)
    if (readable.length === 0) return new Map()
    try {
      const trees = readable.map((query) => [query, parseQuery(query)] as const)
      const withRevised = trees.some(([, tree]) => mentionsRevised(tree))
      const window = await recentWindow(deps, { days: MAX_DAYS, withRevised })
      return countsIn(window, trees)
    } catch (error) {
      if (isDatabaseUnavailable(error) || error instanceof DeadlineExceeded) throw error
      deps.log.error('rates.failed', { what: errorText(error) })
      return new Map()
    }
  },
)

function countsIn(window: DayWindow, trees: readonly (readonly [string, Query])[]): Map<string, TopicCounts> {
  const { archive } = window
  const counts = new Map<string, TopicCounts>()
  for (const [query, tree] of trees) {
    checkDeadline()
    const found = window.find(tree)
    const perDay = window.countByDay(found)
    counts.set(query, { total: window.count(found), perDay, meaning: archive.meaningOf(tree) })
  }
  return counts
}
