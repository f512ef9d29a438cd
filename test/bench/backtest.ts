// How long a visitor waits for a preview:
//   npm run bench -- backtest [--papers 45000] [--requests 300] [--subscribers 30000] [--json]
// Papers of 30 days, 1,500 a day, recombined from whole days of arXiv and of Hugging Face (many-papers.ts). The site runs in
// a process of its own on a real Postgres; previews come over HTTP as the form sends them during typing, each with 1
// to 3 topics that people typed (TEST_DATA/filters), one after the other. Then the same while the digests of everybody
// are planned, in another process and in the same one; after a day of papers has come in; and by a command.
import { type ChildProcess, execFileSync, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import pg from 'pg'
import { readConfig } from '../../src/config/config.ts'
import { monotonicMs } from '../../src/core/clock.ts'
import { startEmbeddedPostgres } from '../../src/core/database/embedded-postgres.ts'
import { addDays } from '../../src/core/dates.ts'
import { buildDeps } from '../../src/core/deps.ts'
import { silentLog } from '../../src/core/log.ts'
import { migrateDatabase } from '../../src/operator/operations/database.ts'
import { table } from '../../src/operator/operations/text-table.ts'
import { randomFrom } from '../battery/bench/seeded-random.ts'
import { typedTopics } from '../support/accuracy/people.ts'
import type { Said } from './backtest/role.ts'
import { forgetPlans, storePeople } from './backtest/store-people.ts'
import { manyPapers, storePapers } from './many-papers.ts'

const LAST_DAY = '2026-11-24'
const NOW = `${LAST_DAY}T08:30:00Z`
const DAYS = 30
const TARGET_MS = 150

interface Options {
  papers: number
  requests: number
  subscribers: number
}

function optionsFrom(args: string[]): Options {
  const { values } = parseArgs({
    args,
    options: {
      papers: { type: 'string', default: '45000' },
      requests: { type: 'string', default: '300' },
      subscribers: { type: 'string', default: '30000' },
      json: { type: 'boolean' },
    },
  })
  const { papers, requests, subscribers } = values
  return { papers: Number(papers), requests: Number(requests), subscribers: Number(subscribers) }
}

interface World {
  options: Options
  client: pg.Client
  settings: Record<string, string>
}

export async function benchBackTest(args: string[]): Promise<{ json: unknown; text: string }> {
  const options = optionsFrom(args)
  const folder = mkdtempSync(join(tmpdir(), 'bench-backtest-'))
  const postgres = await startEmbeddedPostgres(join(folder, 'postgres'), { durable: false })
  const client = new pg.Client({ connectionString: postgres.url })
  try {
    const settings = {
      DATABASE_URL: postgres.url,
      DATA_DIR: folder,
      CLOCK_NOW: NOW,
      PORT: '0',
      LOG_LEVEL: 'error',
    }
    await migrate(postgres.url)
    await client.connect()
    return await measure({ options, client, settings: { ...settings, TRUST_PROXY: '127.0.0.1' } })
  } finally {
    await client.end()
    await postgres.destroy()
    rmSync(folder, { recursive: true, force: true })
  }
}

async function migrate(url: string): Promise<void> {
  const { deps, close } = await buildDeps(readConfig({ DATABASE_URL: url }), { log: silentLog })
  await migrateDatabase(deps)
  await close()
}

async function measure(world: World) {
  const { options, client } = world
  const perDay = options.papers / DAYS
  const papers = manyPapers({ count: options.papers + perDay, perDay, lastDay: addDays(LAST_DAY, 1) })
  await storePapers(client, papers.slice(0, options.papers))
  await storePeople(client, options.subscribers)
  const cli = ['first', 'again'].map(() => commandSeconds(world))
  const web = startRole('web', world)
  const { address, archive } = await heard(web, 'archive')
  const before = await useOf(web)
  const idle = await previews(address!, options.requests)
  const after = await useOf(web)
  const processorMs = ((after.seconds - before.seconds) * 1000) / options.requests
  const elsewhere = await whilePlanned(world, { address: address!, planner: startRole('plan', world) })
  web.send('plan')
  const here = await whilePlanned(world, { address: address!, planner: web })
  const today = papers.slice(options.papers).map((paper) => ({ ...paper, firstDay: LAST_DAY }))
  await storePapers(client, today)
  const fresh = await previews(address!, Math.min(20, options.requests))
  const { rss } = await useOf(web)
  web.send('stop')
  await once(web, 'exit')
  const json = { ...options, archive, idle, processorMs, elsewhere, here, fresh, rss, cli }
  return { json, text: textOf(json) }
}

function startRole(role: 'web' | 'plan', { settings }: World): ChildProcess {
  return fork(join(import.meta.dirname, 'backtest/role.ts'), [role, JSON.stringify(settings)])
}

/** The next thing of a kind that a process says. */
async function heard(child: ChildProcess, what: keyof Said): Promise<Said> {
  for (;;) {
    const [said] = (await once(child, 'message')) as [Said]
    if (said[what] !== undefined) return said
  }
}

async function useOf(web: ChildProcess): Promise<NonNullable<Said['use']>> {
  web.send('use')
  return (await heard(web, 'use')).use!
}

interface Waits {
  requests: number
  p50: number
  p95: number
  max: number
}

type Planned = Waits & { planning: Said['planned'] }

async function whilePlanned(
  { options, client }: World,
  { address, planner }: { address: string; planner: ChildProcess },
): Promise<Planned> {
  let isOn = true
  const planned = heard(planner, 'planned').finally(() => {
    isOn = false
  })
  const waits = await previews(address, options.requests, () => isOn)
  const { planned: planning } = await planned
  await forgetPlans(client)
  return { ...waits, planning }
}

async function previews(address: string, most: number, goesOn: () => boolean = () => true): Promise<Waits> {
  const topics = typedTopics()
  const chance = randomFrom(7)
  const draw = () => topics[Math.floor(chance() * topics.length)]!
  const waits: number[] = []
  for (let n = 0; n < most && goesOn(); n++) {
    const typed = Array.from({ length: 1 + Math.floor(chance() * 3) }, draw).join('\n')
    waits.push(await preview(address, typed, n))
  }
  const sorted = waits.sort((a, b) => a - b)
  const at = (share: number) => sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? 0
  return { requests: waits.length, p50: at(0.5), p95: at(0.95), max: at(1) }
}

/** Milliseconds; each from a network of its own, since one may not ask so often. */
async function preview(address: string, topic: string, n: number): Promise<number> {
  const settings = {
    hour: '8',
    zone: 'UTC',
    days: 'mon',
    max: '15',
    format: 'html',
    detail: 'full',
    website: '',
  }
  const began = monotonicMs()
  const answer = await fetch(`${address}/preview`, {
    method: 'POST',
    headers: { 'hx-request': 'true', 'x-forwarded-for': `10.${n >> 8}.${n & 255}.1` },
    body: new URLSearchParams({ topic, ...settings }),
  })
  await answer.text()
  if (answer.status !== 200) throw new Error(`${answer.status} for ${topic}`)
  return monotonicMs() - began
}

const QUERY = '"linear attention" OR "state space"'

function commandSeconds({ settings }: World): number {
  const began = monotonicMs()
  const file = resolve(import.meta.dirname, '../../src/cli.ts')
  execFileSync(process.execPath, [file, 'queries', 'test', QUERY, '--days', String(DAYS)], {
    env: { PATH: process.env.PATH, ...settings },
    encoding: 'utf8',
  })
  return (monotonicMs() - began) / 1000
}

interface Figures extends Options {
  archive: Said['archive']
  idle: Waits
  elsewhere: Planned
  here: Planned
  fresh: Waits
  rss: number
  processorMs: number
  cli: number[]
}

function textOf(figures: Figures): string {
  const { papers, subscribers, archive, idle, elsewhere, here, fresh, rss, processorMs, cli } = figures
  const row = (name: string, { requests, p50, p95, max }: Waits) => [
    name,
    requests,
    ...[p50, p95, max].map((ms) => ms.toFixed(0)),
    (p95 / idle.p95).toFixed(1),
    p95 <= TARGET_MS ? 'yes' : 'no',
  ]
  const planning = ({ planning }: Planned) =>
    planning ? `${planning.planned} digests of ${planning.due} in ${planning.seconds.toFixed(0)} s` : ''
  return [
    `${papers} papers of ${DAYS} days, 1 to 3 typed topics a preview, over HTTP as the form sends it`,
    `archive: ${archive!.papers} papers read in ${archive!.seconds.toFixed(1)} s, ${archive!.megabytes.toFixed(0)} MB of words and postings; the process ${archive!.rssBefore} MB before, ${archive!.rss} MB after, ${rss} MB at the end`,
    table(
      ['milliseconds', 'previews', 'p50', 'p95', 'max', 'p95/idle', `p95 within ${TARGET_MS}`],
      [
        row('idle', idle),
        row('digests planned in another process', elsewhere),
        row('digests planned in the same process', here),
        row('after a day of papers came in', fresh),
      ],
    ),
    `a preview takes the site ${processorMs.toFixed(0)} ms of a processor`,
    `planned: ${planning(elsewhere)}; ${planning(here)} (${subscribers} subscribers)`,
    `queries test '${QUERY}' --days ${DAYS}: ${cli.map((seconds) => seconds.toFixed(1)).join(' s, ')} s`,
  ].join('\n')
}
