// Everybody's topics against a day's papers: bit sets, a loop of regular expressions, and Postgres.
//   npm run bench -- match [--quick] [--plot FILE.svg] [--json]
// Queries are drawn by Zipf's law from what people typed (TEST_DATA/filters), three in five changed by their writer
// (a category, votes, or another of them); subscribers have 1 to 5 topics, 2 in the mean; papers are real ones of arXiv
// and Hugging Face, mixed. Each size runs in a process of its own. The loop is timed on 2,000 topics and Postgres on 2,000
// of the distinct queries that it can say; both are scaled to all of them.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import pg from 'pg'
import { readConfig } from '../../src/config/config.ts'
import { startEmbeddedPostgres } from '../../src/core/database/embedded-postgres.ts'
import { buildDeps } from '../../src/core/deps.ts'
import { silentLog } from '../../src/core/log.ts'
import { migrateDatabase } from '../../src/operator/operations/database.ts'
import { table } from '../../src/operator/operations/text-table.ts'
import { PaperIndex } from '../../src/queries/matching/paper-index.ts'
import { QuerySet } from '../../src/queries/matching/query-set.ts'
import { GRAMMAR_VERSION, type Query } from '../../src/queries/query.ts'
import { drawPeople, typedTrees } from '../support/accuracy/people.ts'
import { matchedIds } from '../support/matched-ids.ts'
import type { Figures, Size } from './match/one-size.ts'
import { dayOfPapers } from './match/papers.ts'
import { plot } from './match/plot.ts'
import { byPostgres, canSay, regexLoop } from './match/rivals.ts'

const PAPERS = [30, 150, 1500]
const SUBSCRIBERS = [1_000, 10_000, 100_000, 1_000_000]
const SAMPLE = 2_000

interface Rivals {
  papers: number
  /** Milliseconds for a topic, and for a distinct query. */
  regexPerTopic: number
  postgresPerQuery: number
  pairs: { both: number; ours: number; theirs: number }
}

export async function benchMatch(args: string[]): Promise<{ json: unknown; text: string }> {
  const { values } = parseArgs({
    args,
    options: { quick: { type: 'boolean' }, plot: { type: 'string' }, json: { type: 'boolean' } },
  })
  const subscribers = values.quick ? SUBSCRIBERS.slice(0, 3) : SUBSCRIBERS
  const folder = mkdtempSync(join(tmpdir(), 'bench-match-'))
  const postgres = await startEmbeddedPostgres(join(folder, 'postgres'), { durable: false })
  const { deps, close } = await buildDeps(readConfig({ DATABASE_URL: postgres.url }), { log: silentLog })
  const client = new pg.Client({ connectionString: postgres.url })
  try {
    await migrateDatabase(deps)
    await client.connect()
    const rivals: Rivals[] = []
    for (const papers of PAPERS) rivals.push(await measureRivals(client, papers))
    const sizes = subscribers.flatMap((count) =>
      PAPERS.map((papers): Size => {
        const choosing = papers === PAPERS.at(-1)
        const isLargest = choosing && count === subscribers.at(-1)
        return { subscribers: count, papers, choosing, databaseUrl: isLargest ? postgres.url : null }
      }),
    )
    const figures: Figures[] = []
    for (const size of sizes) {
      if (size.databaseUrl) await storeQueries(client, size.subscribers)
      figures.push(oneSize(size))
    }
    if (values.plot) writeFileSync(values.plot, plotOf(figures, rivals))
    return { json: { figures, rivals }, text: textOf(figures, rivals) }
  } finally {
    await client.end()
    await close()
    await postgres.destroy()
    rmSync(folder, { recursive: true, force: true })
  }
}

/** The rows that a planner would read. */
async function storeQueries(client: pg.Client, subscribers: number): Promise<void> {
  const { queries } = drawPeople(subscribers, typedTrees())
  for (let from = 0; from < queries.length; from += 20_000) {
    const trees = queries.slice(from, from + 20_000).map((tree) => JSON.stringify(tree))
    await client.query(
      `insert into query (id, text, tree, grammar)
       select ${from} + n, 'query ' || ${from} + n, tree::jsonb, ${GRAMMAR_VERSION}
       from unnest($1::text[]) with ordinality as u(tree, n)`,
      [trees],
    )
  }
}

function oneSize(size: Size): Figures {
  const file = join(import.meta.dirname, 'match/one-size.ts')
  const { status, stdout, stderr } = spawnSync(process.execPath, [file, JSON.stringify(size)], {
    encoding: 'utf8',
  })
  if (status !== 0) throw new Error(`one size ended with ${status}: ${stderr.slice(-2000)}`)
  return JSON.parse(stdout) as Figures
}

async function measureRivals(client: pg.Client, count: number): Promise<Rivals> {
  const papers = dayOfPapers(count)
  const { queries, topics } = drawPeople(100_000, typedTrees())
  const asked = [...topics.subarray(0, SAMPLE)].map((topic) => queries[topic]!)
  const sayable = queries.filter(canSay).slice(0, SAMPLE)
  const { ms, pairs: theirs } = await byPostgres(client, sayable, papers)
  const ours = ourPairs(sayable, count)
  const both = [...ours].filter((pair) => theirs.has(pair)).length
  return {
    papers: count,
    regexPerTopic: regexLoop(asked, papers) / asked.length,
    postgresPerQuery: ms / sayable.length,
    pairs: { both, ours: ours.size - both, theirs: theirs.size - both },
  }
}

function ourPairs(queries: readonly Query[], count: number): Set<string> {
  const index = new PaperIndex()
  index.upsert(dayOfPapers(count))
  const set = new QuerySet(index)
  return new Set(
    queries.flatMap((query, q) =>
      matchedIds(index, set.peekMatches(set.add(query))).map((id) => `${q} ${id - 1}`),
    ),
  )
}

const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 })
const ms = (value: number): string => (value < 100 ? value.toFixed(1) : whole.format(value))

function textOf(figures: readonly Figures[], rivals: readonly Rivals[]): string {
  const rivalOf = (papers: number) => rivals.find((one) => one.papers === papers)!
  const rows = figures.map((one) => {
    const { regexPerTopic, postgresPerQuery } = rivalOf(one.papers)
    const regex = regexPerTopic * one.topics
    const postgres = postgresPerQuery * one.distinct
    return [
      whole.format(one.subscribers),
      whole.format(one.papers),
      whole.format(one.distinct),
      whole.format(one.pairs),
      ms(one.match),
      `${whole.format(regex / one.match)} ×`,
      `${whole.format(postgres / one.match)} ×`,
    ]
  })
  const largest = figures.at(-1)!
  return [
    table(['subscribers', 'papers', 'queries', 'matches', 'ms', 'regex loop', 'Postgres @@'], rows),
    'ms: matching every distinct query once, words looked up, papers cut into words before; one core.',
    'The last two: how many times longer they take, scaled from 2,000 topics and 2,000 distinct queries.',
    '',
    ...rivals.map(({ papers, pairs: { both, ours, theirs } }) => {
      const all = both + ours + theirs
      const share = ((100 * both) / Math.max(1, all)).toFixed(1)
      return `Postgres over ${papers} papers, queries that it can say: ${share} % of ${whole.format(all)} matches the same, ${ours} only ours, ${theirs} only Postgres.`
    }),
    '',
    `${whole.format(largest.subscribers)} subscribers, ${whole.format(largest.papers)} papers:`,
    `  papers cut into words: ${ms(largest.cut)} ms`,
    `  ${whole.format(largest.distinct)} distinct trees read from the database: ${ms(largest.load ?? 0)} ms; made ready: ${ms(largest.compile)} ms, ${whole.format(largest.leaves)} distinct terms`,
    `  matching: ${ms(largest.match)} ms`,
    `  choosing for everybody: ${ms((largest.choose ?? 0) / 1000)} s, ${whole.format(largest.chosen ?? 0)} papers`,
    `  peak of the process: ${whole.format(largest.peak)} MB`,
    `Slope in subscribers, at ${largest.papers} papers: ${slope(alongSubscribers(figures)).toFixed(2)}`,
    `Slope in papers, at ${whole.format(largest.subscribers)} subscribers: ${slope(alongPapers(figures)).toFixed(2)}`,
  ].join('\n')
}

const alongSubscribers = (figures: readonly Figures[]) =>
  figures
    .filter(({ papers }) => papers === PAPERS.at(-1))
    .map(({ subscribers, match }) => ({ x: subscribers, y: match }))

const alongPapers = (figures: readonly Figures[]) => {
  const most = figures.at(-1)!.subscribers
  return figures
    .filter(({ subscribers }) => subscribers === most)
    .map(({ papers, match }) => ({ x: papers, y: match }))
}

/** Of a line through points on two log scales, by least squares. */
function slope(points: readonly { x: number; y: number }[]): number {
  const logs = points.map(({ x, y }) => ({ x: Math.log(x), y: Math.log(y) }))
  const mean = (value: (point: { x: number; y: number }) => number) =>
    logs.reduce((sum, point) => sum + value(point), 0) / logs.length
  const [x, y] = [mean((point) => point.x), mean((point) => point.y)]
  return mean((point) => (point.x - x) * (point.y - y)) / mean((point) => (point.x - x) ** 2)
}

function plotOf(figures: readonly Figures[], rivals: readonly Rivals[]): string {
  const most = PAPERS.at(-1)!
  const { regexPerTopic, postgresPerQuery } = rivals.at(-1)!
  const sizes = figures.filter(({ papers }) => papers === most)
  const series = (name: string, isOurs: boolean, y: (one: Figures) => number) => ({
    name,
    isOurs,
    points: sizes.map((one) => ({ x: one.subscribers, y: y(one) })),
  })
  return plot(
    [
      series('regular expressions', false, ({ topics }) => topics * regexPerTopic),
      series('Postgres @@', false, ({ distinct }) => distinct * postgresPerQuery),
      series('Daily Papers', true, ({ match }) => match),
    ],
    { title: `Matching ${whole.format(most)} papers, one core`, x: 'subscribers', y: 'time' },
  )
}
