// One size of the bench, in a process of its own, so that its peak of memory is its own:
//   one-size.ts {"subscribers": 1000, "papers": 30, "choosing": true, "databaseUrl": null}

import { monotonicMs } from '../../../src/core/clock.ts'
import { openDatabase } from '../../../src/core/database/database.ts'
import { silentLog } from '../../../src/core/log.ts'
import { candidatesFrom } from '../../../src/digests/candidates.ts'
import { eligibleByTopic } from '../../../src/digests/compose.ts'
import { eligibleRangeAfter } from '../../../src/digests/eligible-range.ts'
import { learnedIn } from '../../../src/digests/learned.ts'
import { createMatcher } from '../../../src/digests/matcher.ts'
import { PaperSelector } from '../../../src/digests/select-papers.ts'
import type { Paper } from '../../../src/papers/paper.ts'
import { countBits } from '../../../src/queries/matching/bits.ts'
import { PaperIndex } from '../../../src/queries/matching/paper-index.ts'
import { QuerySet } from '../../../src/queries/matching/query-set.ts'
import { meaningOf } from '../../../src/queries/meaning/meaning-of.ts'
import { readQueries } from '../../../src/queries/query.repo.ts'
import type { Query } from '../../../src/queries/query.ts'
import { drawPeople, type People, typedTrees } from '../../support/accuracy/people.ts'
import { usageOf } from '../../support/usage-of.ts'
import { dayOfPapers } from './papers.ts'

export interface Size {
  subscribers: number
  papers: number
  /** Choose for everybody too. */
  choosing: boolean
  /** The database with the trees as rows, read as a planner reads them; null: they are made here. */
  databaseUrl: string | null
}

export interface Figures {
  subscribers: number
  papers: number
  topics: number
  distinct: number
  leaves: number
  /** Milliseconds. */
  cut: number
  load: number | null
  compile: number
  match: number
  /** Of subscribers' topics with papers. */
  pairs: number
  choose: number | null
  chosen: number | null
  /** Megabytes. */
  peak: number
}

async function measure({ subscribers, papers: count, choosing, databaseUrl }: Size): Promise<Figures> {
  const papers = dayOfPapers(count)
  const people = drawPeople(subscribers, typedTrees())
  const began = monotonicMs()
  const index = new PaperIndex()
  index.upsert(papers)
  const cut = monotonicMs() - began
  const load = databaseUrl ? await loadInto(people, databaseUrl) : null
  const usage = usageOf(papers)
  people.queries = people.queries.map((query) => meaningOf(query, usage))
  const compiled = monotonicMs()
  const set = new QuerySet(index)
  for (const query of people.queries) set.add(query)
  const compile = monotonicMs() - compiled
  const times = Array.from({ length: subscribers <= 10_000 ? 5 : 1 }, () => match(index, people))
  const { ms, pairs } = times.sort((a, b) => a.ms - b.ms)[times.length >> 1]!
  const chosen = choosing ? choose(papers, people) : null
  return {
    ...{ subscribers, papers: count, topics: people.topics.length, distinct: people.queries.length },
    ...{ leaves: set.leafCount, cut, load, compile, match: ms, pairs },
    choose: chosen?.ms ?? null,
    chosen: chosen?.papers ?? null,
    peak: process.resourceUsage().maxRSS / 1024,
  }
}

/** Every distinct query once, from nothing but the papers' words: leaves are looked up in this time too. */
function match(index: PaperIndex, { queries, topics }: People): { ms: number; pairs: number } {
  const set = new QuerySet(index)
  for (const query of queries) set.add(query)
  const counts = new Uint32Array(queries.length)
  const began = monotonicMs()
  for (let i = 0; i < queries.length; i++) counts[i] = countBits(set.peekMatches(i))
  const ms = monotonicMs() - began
  let pairs = 0
  for (const topic of topics) pairs += counts[topic]!
  return { ms, pairs }
}

/** The trees as rows again, read by the planner's own function. */
async function loadInto(people: People, databaseUrl: string): Promise<number> {
  const database = openDatabase(databaseUrl, silentLog)
  const ids = people.queries.map((_, i) => i + 1)
  people.queries = []
  const began = monotonicMs()
  const read = await readQueries(database.db, ids)
  const ms = monotonicMs() - began
  people.queries = ids.map((id) => read.get(id)!)
  await database.close()
  return ms
}

const CAP = 15
const DAY = '2026-11-24'

/**
 * Order, sections, cap and what was offered already, for each subscriber: ten earlier digests reached a third of the
 * papers and showed a few of the others.
 */
function choose(
  papers: readonly Paper[],
  { queries, starts, topics }: People,
): { ms: number; papers: number } {
  const trees = new Map<number, Query>(queries.map((query, i) => [i, query]))
  const candidates = candidatesFrom(createMatcher(papers, trees))
  const selector = new PaperSelector(papers.length)
  const seen = Math.floor(papers.length / 3)
  let chosen = 0
  const began = monotonicMs()
  for (let i = 0; i + 1 < starts.length; i++) {
    const mine = [...topics.subarray(starts[i], starts[i + 1])].map((queryId) => ({
      id: queryId,
      name: '',
      queryId,
    }))
    const shown = [1, 2, 3].map((k) => seen + ((i * 7 + k * 31) % (papers.length - seen)) + 1)
    const earlier = Array.from({ length: 10 }, (_, day) => ({
      fromPaper: Math.floor((seen * day) / 10),
      toPaper: Math.floor((seen * (day + 1)) / 10),
      papers: day === 9 ? shown : [],
      bestDay: null,
      settled: true,
    }))
    const range = eligibleRangeAfter(earlier, 1, papers.length)
    const scope = { candidates, since: DAY, range, last: undefined, risen: DAY, ...learnedIn(candidates) }
    const offered = eligibleByTopic(scope, mine)
    const { sections } = selector.select({ ...offered, cap: CAP })
    for (const section of sections) chosen += section.papers.length
  }
  return { ms: monotonicMs() - began, papers: chosen }
}

console.log(JSON.stringify(await measure(JSON.parse(process.argv[2]!) as Size)))
process.exit(0)
