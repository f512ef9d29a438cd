// What the operator's imports take: npm run bench -- import [--rows 100000] [--papers 20000] [--json]
// Subscribers as send/people.ts draws them and papers recombined as in the bench search, each from a file into a database of
// its own: seconds, memory, and processor time on both sides; and how many times faster than adding people one by one.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createWriteStream, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { parseArgs } from 'node:util'
import { addSubscriber } from '../../src/account/signup/add-subscriber.ts'
import { readConfig } from '../../src/config/config.ts'
import { monotonicMs } from '../../src/core/clock.ts'
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../src/core/database/embedded-postgres.ts'
import { applyMigrations } from '../../src/core/database/migrations.ts'
import { buildDeps } from '../../src/core/deps.ts'
import { table } from '../../src/operator/operations/text-table.ts'
import { asEntries, manyPapers } from './many-papers.ts'
import { peakMegabytes, processSeconds, serverSeconds } from './processor-time.ts'
import { peopleCsv } from './send/people.ts'

const ONE_BY_ONE = 300
const DAY = '2026-11-24'
const WATCH_EVERY_MS = 100

export async function benchImport(args: string[]): Promise<{ json: unknown; text: string }> {
  const { values } = parseArgs({
    args,
    options: {
      rows: { type: 'string', default: '100000' },
      papers: { type: 'string', default: '20000' },
      json: { type: 'boolean' },
    },
  })
  const [rows, papers] = [Number(values.rows), Number(values.papers)]
  const folder = mkdtempSync(join(tmpdir(), 'bench-import-'))
  const server = await startEmbeddedPostgres(join(folder, 'postgres'))
  try {
    await applyMigrations(server.url)
    const oneByOne = await addOneByOne(server.url)
    const people = join(folder, 'people.csv')
    await pipeline(Readable.from(peopleCsv(rows)), createWriteStream(people))
    const list = join(folder, 'papers.json')
    writeFileSync(
      list,
      JSON.stringify(asEntries(manyPapers({ count: papers, perDay: papers, lastDay: DAY }))),
    )
    const runs = [
      await runCommand(server, { rows, command: ['subscribers', 'import', people] }),
      await runCommand(server, { rows: papers, command: ['papers', 'import', list, '--date', DAY] }),
      await runCommand(server, { rows: papers, command: ['papers', 'import', list, '--date', DAY] }),
    ]
    return { json: { oneByOne, runs }, text: textOf(runs, oneByOne) }
  } finally {
    await server.destroy()
    rmSync(folder, { recursive: true, force: true })
  }
}

interface Measured {
  command: string
  rows: number
  /** Of the whole command, with its start. */
  seconds: number
  /** Seconds of processor time. */
  cpuSeconds: number
  serverCpuSeconds: number
  peakMegabytes: number
}

interface Input {
  rows: number
  command: string[]
}

async function runCommand({ url, folder }: EmbeddedPostgres, { rows, command }: Input): Promise<Measured> {
  const args = ['--disable-warning=ExperimentalWarning', resolve('src/cli.ts'), ...command]
  // The compiled sources are where `npm run cli` keeps them.
  const env = {
    ...process.env,
    ...{
      DATABASE_URL: url,
      LOG_LEVEL: 'error',
      NODE_COMPILE_CACHE: resolve('node_modules/.cache/daily-papers'),
    },
  }
  const [began, server] = [monotonicMs(), serverSeconds(folder)]
  const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'ignore', 'inherit'] })
  let [peak, cpu] = [0, 0]
  const watch = setInterval(() => {
    peak = Math.max(peak, peakMegabytes(child.pid!))
    cpu = Math.max(cpu, processSeconds(child.pid!))
  }, WATCH_EVERY_MS)
  const [code] = await once(child, 'exit')
  clearInterval(watch)
  if (code !== 0) throw new Error(`${command.join(' ')} ended with ${code}`)
  return {
    ...{ command: command.slice(0, 2).join(' '), rows, seconds: (monotonicMs() - began) / 1000 },
    ...{ cpuSeconds: cpu, serverCpuSeconds: serverSeconds(folder) - server, peakMegabytes: peak },
  }
}

/** Rows a second. */
async function addOneByOne(url: string): Promise<number> {
  const { deps, close } = await buildDeps(readConfig({ DATABASE_URL: url, LOG_LEVEL: 'error' }))
  const began = monotonicMs()
  for (let i = 0; i < ONE_BY_ONE; i++) {
    const email = `slow${i}@example.com`
    await addSubscriber(deps, { email, topics: ['linear attention'], consent: 'double opt-in' })
  }
  await close()
  return (ONE_BY_ONE * 1000) / (monotonicMs() - began)
}

function textOf(runs: readonly Measured[], oneByOne: number): string {
  const rows = runs.map((run) => [
    ...[run.command, run.rows, run.seconds.toFixed(1), (run.rows / run.seconds).toFixed(0)],
    ...[run.cpuSeconds.toFixed(1), run.serverCpuSeconds.toFixed(1), run.peakMegabytes.toFixed(0)],
  ])
  const [people] = runs
  return [
    table(['command', 'rows', 'seconds', 'rows/s', 's CPU', 's Postgres', 'peak MB'], rows),
    `Subscribers ${(people!.rows / people!.seconds / oneByOne).toFixed(0)} times as fast as one by one (${oneByOne.toFixed(0)} a second). The second import of papers changes nothing.`,
  ].join('\n')
}
