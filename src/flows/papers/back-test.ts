import type { DigestPaper } from '../../digests/digest-content.ts'
import { matcherOverTexts } from '../../digests/matcher.ts'
import { type Shelf, shelfOf } from '../../digests/shelf.ts'
import { daysIn } from '../../digests/week.ts'
import { describeQuery } from '../../filters/language/describe-query.ts'
import { parseQuery } from '../../filters/language/parse-query.ts'
import { asksForRevised } from '../../filters/language/turning.ts'
import type { Query } from '../../filters/query.ts'
import type { Paper } from '../../papers/paper.ts'
import type { Day } from '../../platform/dates.ts'
import type { Deps } from '../../wiring.ts'
import { isListedIn, type RecentPapers, recentPapers } from './recent-papers.ts'

export interface DayCount {
  day: Day
  papers: number
}

/** What was met within the days that were looked at. */
export interface Met {
  total: number
  /** Every day, oldest first. */
  perDay: DayCount[]
  /** Newest day first, then most votes; with the reason, and the title marked where it matched. */
  latest: DigestPaper[]
}

export interface TopicBackTest extends Met {
  query: string
  /** "Papers with …" */
  understood: string
}

export interface BackTest {
  from: Day
  to: Day
  days: number
  topics: TopicBackTest[]
  /** All topics together, each paper once; without a topic, every paper. */
  together: Met
}

export interface BackTestInput {
  queries: readonly string[]
  /** How many days up to today (UTC), from 1 to 30; 14 unless said otherwise. */
  days?: number
  /** How many of the latest papers are shown; 5 unless said otherwise. */
  latest?: number
}

/**
 * What queries would have brought among the papers first listed lately, and among the newer versions where a query asks
 * for those. Throws query.*, preview.days.
 */
export async function backTest(deps: Deps, input: BackTestInput): Promise<BackTest> {
  const { queries, days = 14, latest = 5 } = input
  const trees = queries.map(parseQuery)
  const recent = await recentPapers(deps, { days, withRevised: trees.some(asksForRevised) })
  return { from: recent.from, to: recent.to, days, ...metBy(recent, queries, trees, latest) }
}

function metBy(recent: RecentPapers, queries: readonly string[], trees: Query[], latest: number) {
  const numbered = new Map(trees.map((tree, i) => [i + 1, tree]))
  const shelf = shelfOf(recent.papers, matcherOverTexts(recent.texts, numbered))
  const isListed = (id: number) => isListedIn(recent, shelf.paper(id)!)
  const met = trees.map((tree, i) =>
    shelf.matches(i + 1).filter((id) => asksForRevised(tree) || isListed(id)),
  )
  const firstTopic = new Map(met.flatMap((ids, i) => ids.map((id) => [id, i + 1] as const)).reverse())
  const all = queries.length > 0 ? [...firstTopic.keys()] : recent.papers.map(({ id }) => id)
  return {
    topics: queries.map((query, i) => ({
      query,
      understood: describeQuery(trees[i]!),
      ...summary(recent, shelf, met[i]!, latest, () => i + 1),
    })),
    together: summary(recent, shelf, all, latest, (id) => firstTopic.get(id)),
  }
}

function summary(
  range: RecentPapers,
  shelf: Shelf,
  ids: readonly number[],
  latest: number,
  topicOf: (id: number) => number | undefined,
): Met {
  const dayOf = (paper: Paper) => (isListedIn(range, paper) ? paper.firstDay : paper.revisedDay!)
  const papers = ids.map((id) => shelf.paper(id)!).sort(newestFirst(dayOf))
  const byDay = Map.groupBy(papers, dayOf)
  return {
    total: papers.length,
    perDay: daysIn(range).map((day) => ({ day, papers: byDay.get(day)?.length ?? 0 })),
    latest: papers.slice(0, latest).map(({ id }) => shelf.shown(id, topicOf(id))),
  }
}

const newestFirst =
  (dayOf: (paper: Paper) => Day) =>
  (a: Paper, b: Paper): number =>
    dayOf(b).localeCompare(dayOf(a)) || (b.votes ?? 0) - (a.votes ?? 0) || b.id - a.id
