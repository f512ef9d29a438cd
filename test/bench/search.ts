// How long a page of results takes: npm run bench -- search [--papers 100000] [--requests 400] [--only-at-once] [--json]
// Papers recombined from whole days of arXiv and of Hugging Face: sentences of abstracts are exchanged between papers of one
// category (search-corpus.ts). The site runs in a process of its own on a real Postgres. Queries come over HTTP as people
// typed them (TEST_DATA/filters), one after the other, each once, after as many others as warm the process up; each
// from a network of its own, since one may not ask so often. Then the same from four at a time, and paper pages and feeds.
// --only-at-once: after the warm-up only four at a time, with new queries.
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { cpus, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import pg from 'pg'
import { readConfig } from '../../src/config/config.ts'
import { monotonicMs } from '../../src/core/clock.ts'
import { startEmbeddedPostgres } from '../../src/core/database/embedded-postgres.ts'
import { buildDeps } from '../../src/core/deps.ts'
import { silentLog } from '../../src/core/log.ts'
import { migrateDatabase } from '../../src/operator/operations/database.ts'
import { table } from '../../src/operator/operations/text-table.ts'
import type { Paper } from '../../src/papers/paper.ts'
import { storePlainPapers } from '../../src/papers/plain-paper.repo.ts'
import { parseOrNull } from '../../src/queries/language/parse-query.ts'
import { feedPath, searchPath } from '../../src/web/site/search-paths.ts'
import { randomFrom } from '../battery/bench/seeded-random.ts'
import { TYPED } from '../support/accuracy/typed.ts'
import { manyPapers, storePapers } from './many-papers.ts'
import type { ServerSaid } from './search/server.ts'

const LAST_DAY = '2026-11-24'
const PER_DAY = 250
const TARGET_MS = 80
const WARM_UP = 60
const AT_A_TIME = 4

interface Options {
  papers: number
  requests: number
  onlyAtOnce: boolean
}

function optionsFrom(args: string[]): Options {
  const { values } = parseArgs({
    args,
    options: {
      papers: { type: 'string', default: '100000' },
      requests: { type: 'string', default: '400' },
      'only-at-once': { type: 'boolean', default: false },
      json: { type: 'boolean' },
    },
  })
  const { papers, requests, 'only-at-once': onlyAtOnce } = values
  return { papers: Number(papers), requests: Number(requests), onlyAtOnce }
}

export async function benchSearch(args: string[]): Promise<{ json: unknown; text: string }> {
  const options = optionsFrom(args)
  const folder = mkdtempSync(join(tmpdir(), 'bench-search-'))
  const postgres = await startEmbeddedPostgres(join(folder, 'postgres'), { durable: false })
  try {
    const papers = manyPapers({ count: options.papers, perDay: PER_DAY, lastDay: LAST_DAY })
    await fill(postgres.url, papers)
    const settings = {
      DATABASE_URL: postgres.url,
      DATA_DIR: folder,
      CLOCK_NOW: `${LAST_DAY}T20:00:00Z`,
      PORT: '0',
    }
    const measured = await measure({ ...settings, TRUST_PROXY: '127.0.0.1' }, papers, options)
    return { json: measured, text: textOf(measured) }
  } finally {
    await postgres.destroy()
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Migrates an empty database and stores papers in it, with their texts without TeX, as a site has them after a while. */
export async function fill(url: string, papers: readonly Paper[]): Promise<void> {
  const { deps, close } = await buildDeps(readConfig({ DATABASE_URL: url }), { log: silentLog })
  await migrateDatabase(deps)
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  await storePapers(client, papers)
  await client.end()
  await storePlainPapers(deps.db, { now: deps.clock.now(), limit: papers.length })
  await close()
}

async function measure(settings: Record<string, string>, papers: readonly Paper[], options: Options) {
  const server = fork(join(import.meta.dirname, 'search/server.ts'), [JSON.stringify(settings)], {
    // As npm start does.
    execArgv: [...process.execArgv, '--max-semi-space-size=2'],
  })
  const { address, rss: before } = await heard(server, 'address')
  const readHeard = heard(server, 'read')
  const ask = asker(address!)
  const timed = (paths: readonly string[]) => inRow(server, paths, ask)
  const queries = drawn()
  const next = (count: number) => queries.splice(0, count)
  const first = await ask(searchPath({ query: 'linear attention' }))
  const { read } = await readHeard
  // The project's own samples are fewer than those of TEST_DATA.
  const warmUp = Math.min(WARM_UP, Math.floor(queries.length / 4))
  const cold = await timed(next(warmUp).map((query) => searchPath({ query })))
  const each = Math.min(options.requests, Math.floor(queries.length / 3))
  const tables = options.onlyAtOnce
    ? {
        atOnce: await severalAtATime(
          next(each).map((query) => searchPath({ query })),
          ask,
        ),
      }
    : await oneByOne(papers, { requests: options.requests, next: () => next(each), ask, timed })
  server.send('memory')
  const { rss: after } = await heard(server, 'rss')
  server.send('stop')
  await once(server, 'exit')
  return { ...options, first, read: read!, memory: { before, after }, each, tables: { cold, ...tables } }
}

interface Asking {
  requests: number
  /** The next new queries. */
  next(): string[]
  ask: Ask
  timed(paths: readonly string[]): Promise<Waits>
}

async function oneByOne(papers: readonly Paper[], { requests, next, ask, timed }: Asking) {
  const best = await timed(next().map((query) => searchPath({ query })))
  const newest = await timed(next().map((query) => searchPath({ query, order: 'newest' })))
  const narrowed = await timed(
    next().map((query) => searchPath({ query, selection: { category: 'cs.LG', withCode: true } })),
  )
  const again = drawn()
    .slice(0, requests)
    .map((query) => searchPath({ query, page: 1 }))
  const atOnce = await severalAtATime(again, ask)
  const feeds = await timed(
    drawn()
      .slice(-requests)
      .map((query) => feedPath('xml', query)),
  )
  const chance = randomFrom(5)
  const pages = Array.from({ length: requests }, () => papers[Math.floor(chance() * papers.length)]!)
  const paperPages = await timed(pages.map(({ arxivId }) => `/papers/${arxivId}`))
  return { best, newest, narrowed, atOnce, feeds, paperPages }
}

export async function heard(child: ChildProcess, what: keyof ServerSaid): Promise<ServerSaid> {
  for (;;) {
    const [said] = (await once(child, 'message')) as [ServerSaid]
    if (said[what] !== undefined) return said
  }
}

/** What people typed and can be read, whole, in an order that is the same each time. */
export function drawn(): string[] {
  const lines = readFileSync(join(TYPED, 'filters.jsonl'), 'utf8').trim().split('\n')
  const rows = lines.map((line): { kind: string; text: string } => JSON.parse(line))
  const texts = new Set(rows.filter(({ kind }) => kind !== 'filter_group').map(({ text }) => text))
  const chance = randomFrom(3)
  return [...texts]
    .filter(isReadable)
    .map((text) => ({ text, at: chance() }))
    .sort((a, b) => a.at - b.at)
    .map(({ text }) => text)
}

const isReadable = (text: string): boolean => parseOrNull(text) !== null

type Ask = (path: string) => Promise<number>

/** Milliseconds until the last byte. */
function asker(address: string): Ask {
  let asked = 0
  return async (path) => {
    const network = `10.${asked >> 8}.${asked++ & 255}.1`
    const began = monotonicMs()
    const answer = await fetch(`${address}${path}`, {
      headers: { 'x-forwarded-for': network, accept: 'text/html' },
    })
    await answer.text()
    if (answer.status !== 200) throw new Error(`${answer.status} for ${path}`)
    return monotonicMs() - began
  }
}

interface Waits {
  requests: number
  p50: number
  p95: number
  max: number
  /** What the process itself took of a processor, whatever else runs on the machine; null of several at a time. */
  cpu: { p50: number; p95: number } | null
  slowest: string
}

/** One after the other. */
async function inRow(server: ChildProcess, paths: readonly string[], ask: Ask): Promise<Waits> {
  const cpu = async () => {
    server.send('cpu')
    return (await heard(server, 'cpu')).cpu!
  }
  const waits: Wait[] = []
  const spent: number[] = []
  for (const path of paths) {
    const before = await cpu()
    waits.push({ ms: await ask(path), path })
    spent.push((await cpu()) - before)
  }
  const [p50, p95] = [0.5, 0.95].map((share) => at(spent.sort(rising), share)) as [number, number]
  return { ...summary(waits), cpu: { p50, p95 } }
}

async function severalAtATime(paths: readonly string[], ask: Ask): Promise<Waits> {
  const waits: Wait[] = []
  const left = [...paths]
  const goOn = async () => {
    for (let path = left.shift(); path; path = left.shift()) waits.push({ ms: await ask(path), path })
  }
  await Promise.all(Array.from({ length: AT_A_TIME }, goOn))
  return { ...summary(waits), cpu: null }
}

interface Wait {
  ms: number
  path: string
}

const rising = (a: number, b: number): number => a - b
const at = <T>(sorted: readonly T[], share: number): T =>
  sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)]!

function summary(waits: Wait[]): Omit<Waits, 'cpu'> {
  const sorted = waits.sort((a, b) => a.ms - b.ms)
  const [p50, p95, max] = [0.5, 0.95, 1].map((share) => at(sorted, share).ms) as [number, number, number]
  return { requests: sorted.length, p50, p95, max, slowest: at(sorted, 1).path }
}

const NAMES = {
  cold: 'cold: the first after reading in',
  best: 'best first',
  newest: 'newest first',
  narrowed: 'category and code chosen',
  atOnce: `best first, ${AT_A_TIME} at a time`,
  feeds: 'a feed of a query',
  paperPages: 'the page of a paper',
}

function textOf({ papers, first, read, memory, tables }: Awaited<ReturnType<typeof measure>>): string {
  const row = (name: string, { requests, p50, p95, max, cpu, slowest }: Waits) => [
    name,
    requests,
    ...[p50, p95, max].map((ms) => ms.toFixed(0)),
    cpu ? `${cpu.p50.toFixed(0)}, ${cpu.p95.toFixed(0)}` : '–',
    p95 <= TARGET_MS ? 'yes' : 'no',
    decodeURIComponent(slowest).slice(0, 60),
  ]
  return [
    `${papers} papers, ${PER_DAY} a day; what people typed, over HTTP, each query once; ${cpus().length} processors, load ${loadavg()[0]!.toFixed(1)}`,
    `read in: ${read.papers} papers in ${read.seconds.toFixed(1)} s, ${read.megabytes} MB of words and postings; the process ${memory.before} MB before the start, ${read.rss} MB after reading, ${memory.after} MB at the end`,
    `the first page of results, asked for at the start: ${(first / 1000).toFixed(1)} s`,
    table(
      [
        'milliseconds',
        'requests',
        'p50',
        'p95',
        'max',
        'processor p50, p95',
        `p95 within ${TARGET_MS}`,
        'slowest',
      ],
      Object.entries(tables).map(([name, waits]) => row(NAMES[name as keyof typeof NAMES], waits)),
    ),
  ].join('\n')
}
