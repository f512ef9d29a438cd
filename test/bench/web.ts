// Pages against bare Fastify with as many bytes: npm run bench -- web [--papers 50000] [--rounds 3] [--seconds 2] [--json]
// The site runs in a process of its own on a real Postgres, with papers recombined as in the bench search. Each page is
// requested over 1 and over 8 connections, and then as many bytes from a Fastify with one route and no other plugin;
// both alternate, and the table shows medians. Requests come from a third process, each from another network. "First view"
// is a page that was not requested since the start: each day, paper and query once, one after the other.
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { cpus, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { monotonicMs } from '../../src/core/clock.ts'
import { startEmbeddedPostgres } from '../../src/core/database/embedded-postgres.ts'
import { addDays } from '../../src/core/dates.ts'
import { table } from '../../src/operator/operations/text-table.ts'
import type { Paper } from '../../src/papers/paper.ts'
import { feedPath, searchPath } from '../../src/web/site/search-paths.ts'
import { randomFrom } from '../battery/bench/seeded-random.ts'
import { manyPapers } from './many-papers.ts'
import { median } from './median.ts'
import { drawn, fill, heard } from './search.ts'
import { getOnce, type Loaded, load } from './web/http-load.ts'

const LAST_DAY = '2026-11-24'
const PER_DAY = 250
const CONNECTIONS = [1, 8]
const FIRST_VIEWS = 100
const FOREVER_MS = 600_000

export async function benchWeb(args: string[]): Promise<{ json: unknown; text: string }> {
  const { values } = parseArgs({
    args,
    options: {
      papers: { type: 'string', default: '50000' },
      rounds: { type: 'string', default: '3' },
      seconds: { type: 'string', default: '2' },
      json: { type: 'boolean' },
    },
  })
  const folder = mkdtempSync(join(tmpdir(), 'bench-web-'))
  const postgres = await startEmbeddedPostgres(join(folder, 'postgres'), { durable: false })
  try {
    const papers = manyPapers({ count: Number(values.papers), perDay: PER_DAY, lastDay: LAST_DAY })
    await fill(postgres.url, papers)
    const settings = {
      ...{ DATABASE_URL: postgres.url, DATA_DIR: folder, PORT: '0' },
      ...{ CLOCK_NOW: `${LAST_DAY}T20:00:00Z`, TRUST_PROXY: '127.0.0.1' },
    }
    const site = await startSite(settings)
    const measured = await measure(site, papers, Number(values.rounds), Number(values.seconds) * 1000)
    await site.stop()
    const json = { papers: papers.length, ready: site.ready, ...measured }
    return { json, text: textOf(json) }
  } finally {
    await postgres.destroy()
    rmSync(folder, { recursive: true, force: true })
  }
}

interface Server {
  process: ChildProcess
  port: number
  stop(): Promise<void>
}

interface Site extends Server {
  /** Seconds from the start of the process: until it answers, and until the archive is read. Megabytes. */
  ready: { answers: number; archive: number; rss: number }
}

async function startSite(settings: Record<string, string>): Promise<Site> {
  const began = monotonicMs()
  const child = fork(join(import.meta.dirname, 'search/server.ts'), [JSON.stringify(settings)])
  const reading = heard(child, 'read')
  const { address } = await heard(child, 'address')
  const answers = (monotonicMs() - began) / 1000
  const { rss } = (await reading).read!
  const archive = (monotonicMs() - began) / 1000
  return { ...serverOf(child, address!), ready: { answers, archive, rss } }
}

async function startBare(): Promise<Server> {
  const child = fork(join(import.meta.dirname, 'web/bare-fastify.ts'))
  return serverOf(child, (await heard(child, 'address')).address!)
}

const serverOf = (child: ChildProcess, address: string): Server => ({
  process: child,
  port: Number(new URL(address).port),
  stop: async () => {
    child.send('stop')
    await once(child, 'exit')
  },
})

interface Timed extends Loaded {
  /** Milliseconds of processor time per request. */
  cpu: number
}

interface PageFigures {
  name: string
  bytes: number
  rounds: { connections: number; site: Timed; bare: Timed }[]
}

async function measure(site: Site, papers: readonly Paper[], rounds: number, maxMs: number) {
  const bare = await startBare()
  const firstViews = await firstViewsOf(site, papers)
  const pages: PageFigures[] = []
  for (const { name, paths } of pagesOf(papers)) {
    const bytes = (await getOnce(site.port, paths().next().value!)).length
    bare.process.send({ size: bytes })
    const page: PageFigures = { name, bytes, rounds: [] }
    for (let round = 0; round < rounds; round++) {
      for (const connections of CONNECTIONS) {
        const ours = await timed(site, { connections, maxMs, paths: paths() })
        page.rounds.push({
          connections,
          site: ours,
          bare: await timed(bare, { connections, maxMs, paths: again('/') }),
        })
      }
    }
    pages.push(page)
  }
  await bare.stop()
  site.process.send('memory')
  return { firstViews, pages, rss: (await heard(site.process, 'rss')).rss! }
}

function* again(path: string): Generator<string> {
  for (;;) yield path
}

function* inTurn(paths: readonly string[]): Generator<string> {
  for (let i = 0; ; i = (i + 1) % paths.length) yield paths[i]!
}

function pagesOf(papers: readonly Paper[]): { name: string; paths(): Generator<string> }[] {
  const queries = drawn().slice(0, 200)
  const ids = randomPapers(papers, 200, 7)
  return [
    { name: '/', paths: () => again('/') },
    { name: 'a day', paths: () => again(`/papers/date/${LAST_DAY}`) },
    { name: 'a paper', paths: () => again(`/papers/${papers.at(-1)!.arxivId}`) },
    { name: '200 papers in turn', paths: () => inTurn(ids) },
    { name: '/feed.xml', paths: () => again('/feed.xml') },
    { name: '200 searches in turn', paths: () => inTurn(queries.map((query) => searchPath({ query }))) },
    { name: '200 feeds in turn', paths: () => inTurn(queries.map((query) => feedPath('xml', query))) },
  ]
}

const randomPapers = (papers: readonly Paper[], count: number, seed: number): string[] => {
  const chance = randomFrom(seed)
  return Array.from(
    { length: count },
    () => `/papers/${papers[Math.floor(chance() * papers.length)]!.arxivId}`,
  )
}

async function firstViewsOf(site: Site, papers: readonly Paper[]): Promise<Record<string, Timed>> {
  const days = Array.from({ length: FIRST_VIEWS }, (_, i) => addDays(LAST_DAY, -1 - i))
  const held = days.filter((day) => day >= papers[0]!.firstDay).map((day) => `/papers/date/${day}`)
  const once = (paths: readonly string[]) =>
    timed(site, { connections: 1, maxMs: FOREVER_MS, paths: paths[Symbol.iterator]() })
  // The process has compiled what it runs, and has made none of the pages below.
  await once(randomPapers(papers, FIRST_VIEWS, 1))
  return {
    '/': await once(['/']),
    'a day': await once(held),
    'a paper': await once([...new Set(randomPapers(papers, FIRST_VIEWS, 2))]),
    'a search': await once(
      drawn()
        .slice(-FIRST_VIEWS)
        .map((query) => searchPath({ query })),
    ),
  }
}

async function timed(server: Server, given: Parameters<typeof load>[1]): Promise<Timed> {
  const before = await cpuOf(server)
  const loaded = await load(server.port, given)
  return { ...loaded, cpu: ((await cpuOf(server)) - before) / loaded.requests }
}

async function cpuOf({ process }: Server): Promise<number> {
  const hearing = heard(process, 'cpu')
  process.send('cpu')
  return (await hearing).cpu!
}

type Figures = { papers: number; ready: Site['ready'] } & Awaited<ReturnType<typeof measure>>

function textOf({ papers, ready, firstViews, pages, rss }: Figures): string {
  const readAfter = `the archive was read after ${ready.archive.toFixed(1)} s, then ${ready.rss} MB`
  return [
    `${papers} papers; ${cpus().length} processors, load ${loadavg()[0]!.toFixed(1)}`,
    `The site replied after ${ready.answers.toFixed(1)} s; ${readAfter}. After all requests: ${rss} MB.`,
    table(
      ['first view', 'pages', 'ms CPU', 'p50 ms', 'p95 ms'],
      Object.entries(firstViews).map(([name, { requests, cpu, p50, p95 }]) => [
        ...[name, requests, cpu.toFixed(2), p50.toFixed(1), p95.toFixed(1)],
      ]),
    ),
    table(
      [
        ...['page', 'bytes', 'connections', 'requests/s', 'p50 ms', 'p95 ms', 'ms CPU'],
        ...['bare/s', 'bare ms CPU', 'times as slow', 'times the CPU'],
      ],
      pages.flatMap((page) => CONNECTIONS.map((connections) => rowOf(page, connections))),
    ),
  ].join('\n')
}

function rowOf({ name, bytes, rounds }: PageFigures, connections: number): (string | number)[] {
  const own = rounds.filter((round) => round.connections === connections)
  const site = (pick: (one: Timed) => number) => median(own.map((round) => pick(round.site)))
  const bare = (pick: (one: Timed) => number) => median(own.map((round) => pick(round.bare)))
  const [speed, cpu] = [(one: Timed) => one.perSecond, (one: Timed) => one.cpu]
  return [
    ...[name, bytes, connections, site(speed).toFixed(0)],
    ...[site(({ p50 }) => p50).toFixed(1), site(({ p95 }) => p95).toFixed(1), site(cpu).toFixed(3)],
    ...[bare(speed).toFixed(0), bare(cpu).toFixed(3)],
    ...[(bare(speed) / site(speed)).toFixed(1), (site(cpu) / bare(cpu)).toFixed(1)],
  ]
}
