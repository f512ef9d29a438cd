// A file of people, brought in by the operator's command into a database of its own: rows a second, memory, processor
// time on both sides, and how many times faster than one by one. --rows N
import { spawn } from 'node:child_process'
import { createWriteStream, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { parseArgs } from 'node:util'
import { addSubscriber } from '../../src/account/signup/add-subscriber.ts'
import { readConfig } from '../../src/config/config.ts'
import { csvLine } from '../../src/core/csv.ts'
import { startEmbeddedPostgres } from '../../src/core/database/embedded-postgres.ts'
import { applyMigrations } from '../../src/core/database/migrations.ts'
import { buildDeps } from '../../src/core/deps.ts'
import { processSeconds, readProc, serverSeconds } from './processor-time.ts'

const ROWS = 100_000
const ONE_BY_ONE = 300

const TOPICS = [
  'linear attention',
  'RAG OR retrieval',
  'author:"Albert Gu" votes>=10',
  '"vision-language" cat:cs',
  'state space models',
  'robots; "diffusion policy"',
  'mixture of experts',
  'LLM agents -survey',
]
const ZONES = ['Europe/Paris', 'America/New_York', 'Asia/Tokyo', 'UTC', 'Asia/Kolkata']
const STATES = [...Array(8).fill('active'), 'unsubscribed', 'suppressed']

function* people(rows: number): Generator<string> {
  yield 'email,state,topics,hour,zone,days,confirmed_at,confirmed_how\n'
  for (let i = 0; i < rows; i++) {
    yield csvLine([
      `Person.${i}@domain${i % 5000}.example`,
      STATES[i % STATES.length]!,
      TOPICS[i % TOPICS.length]!,
      String(6 + (i % 12)),
      ZONES[i % ZONES.length]!,
      'mon,tue,wed,thu,fri',
      `2025-0${1 + (i % 9)}-1${i % 10}T08:00:00Z`,
      'double opt-in',
    ])
  }
}

export async function benchImport(args: string[]): Promise<{ json: unknown; text: string }> {
  const { values } = parseArgs({ args, options: { rows: { type: 'string' } }, strict: false })
  const rows = Number(values.rows ?? ROWS)
  const folder = mkdtempSync(join(tmpdir(), 'bench-import-'))
  const server = await startEmbeddedPostgres(join(folder, 'postgres'))
  try {
    await applyMigrations(server.url)
    const file = join(folder, 'people.csv')
    await pipeline(Readable.from(people(rows)), createWriteStream(file))
    const slow = await oneByOne(server.url)
    const before = serverSeconds(server.folder)
    const fast = await runImport(file, server.url)
    const databaseCpu = Math.round(serverSeconds(server.folder) - before)
    const times = Math.round(fast.rowsPerSecond / slow)
    const json = { ...fast, databaseCpu, oneByOne: Math.round(slow), times }
    return { json, text: textOf(json) }
  } finally {
    await server.destroy()
    rmSync(folder, { recursive: true, force: true })
  }
}

interface Measured {
  rows: number
  seconds: number
  rowsPerSecond: number
  /** Seconds of processor time. */
  processCpu: number
  peakMegabytes: number
}

async function runImport(file: string, url: string): Promise<Measured> {
  const args = ['--disable-warning=ExperimentalWarning', resolve('src/cli.ts'), 'subscribers', 'import', file]
  const env = { ...process.env, DATABASE_URL: url, LOG_LEVEL: 'error' }
  const child = spawn(process.execPath, [...args, '--json'], { env, stdio: ['ignore', 'pipe', 'inherit'] })
  let [peak, cpu] = [0, 0]
  const watch = setInterval(() => {
    peak = Math.max(peak, peakOf(child.pid!))
    cpu = Math.max(cpu, processSeconds(child.pid!))
  }, 200)
  let out = ''
  for await (const piece of child.stdout) out += piece
  clearInterval(watch)
  const { rows, seconds, rowsPerSecond } = JSON.parse(out)
  return { rows, seconds, rowsPerSecond, processCpu: Math.round(cpu), peakMegabytes: Math.round(peak / 1024) }
}

async function oneByOne(url: string): Promise<number> {
  const { deps, close } = await buildDeps(readConfig({ DATABASE_URL: url, LOG_LEVEL: 'error' }))
  const begun = performance.now()
  for (let i = 0; i < ONE_BY_ONE; i++) {
    const email = `slow${i}@example.com`
    await addSubscriber(deps, { email, topics: [TOPICS[i % TOPICS.length]!], consent: 'double opt-in' })
  }
  await close()
  return ONE_BY_ONE / ((performance.now() - begun) / 1000)
}

const peakOf = (pid: number): number => Number(/VmHWM:\s+(\d+)/.exec(readProc(`${pid}/status`))?.[1] ?? 0)

const textOf = (m: Measured & { databaseCpu: number; oneByOne: number; times: number }): string =>
  [
    `${m.rows} rows in ${m.seconds} s: ${m.rowsPerSecond} a second, ${m.times} times as fast as one by one (${m.oneByOne}).`,
    `Processor time: ${m.processCpu} s here, ${m.databaseCpu} s in the database. Peak memory here: ${m.peakMegabytes} MB.`,
  ].join('\n')
