// How long the service and commands take to start: npm run bench -- start [--rounds 5] [--rest 30] [--json]
// Each is run in turn, as an operator runs it; the table shows medians. Processor time is that of all its processes without
// Postgres, memory the peak of the largest. The first rounds also fill compile caches and copies of Postgres, so they do not count.
// Then memory at rest: all roles, 300 subscribers and a day of papers, Postgres apart, after --rest seconds.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { cpus, loadavg, tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { monotonicMs } from '../../src/core/clock.ts'
import { freePort, removeEmbeddedPostgres } from '../../src/core/database/embedded-postgres.ts'
import { table } from '../../src/operator/operations/text-table.ts'
import { median, spread } from './median.ts'
import { memoryOf } from './memory.ts'
import { groupUsage } from './processor-time.ts'
import { planWorld } from './send/planned-world.ts'

const ROOT = resolve(import.meta.dirname, '../..')
const PRELOAD = `--import=${new URL('start/report-usage.mjs', import.meta.url).href}`
const READY_EVERY_MS = 10
const SUBSCRIBERS = 300
// Nothing listens here, so the source is unreachable.
const NOWHERE = 'http://127.0.0.1:9'

interface Usage {
  seconds: number
  cpuSeconds: number
  megabytes: number
}

type Run = () => Promise<Usage>

export async function benchStart(args: string[]): Promise<{ json: unknown; text: string }> {
  const { values } = parseArgs({
    args,
    options: {
      rounds: { type: 'string', default: '5' },
      rest: { type: 'string', default: '30' },
      json: { type: 'boolean' },
    },
  })
  const folder = mkdtempSync(join(tmpdir(), 'bench-start-'))
  const data = join(folder, 'data')
  const starts = (command: string[]) => () => untilReady(command, folder)
  // As the image does it.
  const cache = `NODE_COMPILE_CACHE=${join(folder, 'compiled')}`
  const dailyPapers = ['env', cache, 'node', '--disable-warning=ExperimentalWarning', 'src/cli.ts']
  const ends = (command: string[]) => () => toItsEnd(command, folder)
  try {
    const [firstStart, ...runs] = [
      ['npm start, with a new database', starts(['npm', 'start'])],
      ['node -e 0', ends(['node', '-e', '0'])],
      ['npm start, to ready', starts(['npm', 'start'])],
      ['launch.mjs src/main.ts', starts(['node', 'scripts/launch.mjs', 'src/main.ts'])],
      [
        'launch.mjs src/main.ts --roles web',
        starts(['node', 'scripts/launch.mjs', 'src/main.ts', '--roles', 'web']),
      ],
      ['npm run -s cli -- --help', ends(['npm', 'run', '-s', 'cli', '--', '--help'])],
      ['launch.mjs src/cli.ts --help', ends(['node', 'scripts/launch.mjs', 'src/cli.ts', '--help'])],
      ['daily-papers --help', ends([...dailyPapers, '--help'])],
      ['daily-papers delivery status', ends([...dailyPapers, 'delivery', 'status'])],
    ] as [name: string, run: Run][]
    const first = await firstStart![1]()
    const usages = await alternate(runs, Number(values.rounds))
    const rest = await atRest(Number(values.rest))
    const json = { first, usages, rest }
    return { json, text: textOf(json) }
  } finally {
    await removeEmbeddedPostgres(join(data, 'postgres'))
    rmSync(folder, { recursive: true, force: true })
  }
}

async function alternate(runs: readonly [string, Run][], rounds: number): Promise<Record<string, Usage[]>> {
  const usages: Record<string, Usage[]> = Object.fromEntries(runs.map(([name]) => [name, []]))
  for (const [, run] of runs) await run()
  for (let round = 0; round < rounds; round++) {
    for (const [name, run] of runs) usages[name]!.push(await run())
  }
  return usages
}

function start(
  [program, ...args]: string[],
  folder: string,
  settings: Record<string, string> = {},
): ChildProcess {
  rmSync(usageFile(folder), { force: true })
  mkdirSync(join(folder, 'data'), { recursive: true })
  return spawn(program!, args, {
    cwd: ROOT,
    detached: true, // a process group of its own
    stdio: 'ignore',
    env: {
      ...{
        PATH: process.env.PATH,
        HOME: process.env.HOME,
        DATA_DIR: join(folder, 'data'),
        LOG_LEVEL: 'error',
      },
      ...{
        NODE_COMPILE_CACHE: join(folder, 'compiled'),
        NODE_OPTIONS: PRELOAD,
        USAGE_FILE: usageFile(folder),
        HF_URL: NOWHERE,
      },
      ...settings,
    },
  })
}

const usageFile = (folder: string): string => join(folder, 'usage')

async function toItsEnd(command: string[], folder: string): Promise<Usage> {
  const began = monotonicMs()
  const [code] = await once(start(command, folder), 'exit')
  const seconds = (monotonicMs() - began) / 1000
  if (code !== 0) throw new Error(`${command.join(' ')} ended with ${code}`)
  return { seconds, ...readUsage(folder) }
}

/** To the first 200 of /ready, with what its processes used until then. */
async function untilReady(command: string[], folder: string): Promise<Usage> {
  const port = await freePort()
  const began = monotonicMs()
  const child = start(command, folder, { PORT: String(port) })
  await answers(port, child)
  const seconds = (monotonicMs() - began) / 1000
  const { cpuSeconds, megabytes } = groupUsage(child.pid!)
  process.kill(-child.pid!, 'SIGTERM')
  while (groupUsage(child.pid!).count > 0) await sleep(READY_EVERY_MS)
  return { seconds, cpuSeconds, megabytes }
}

async function answers(port: number, child: ChildProcess): Promise<void> {
  while (!(await isReady(port))) {
    if (child.exitCode !== null) throw new Error(`the service ended with ${child.exitCode}`)
    await sleep(READY_EVERY_MS)
  }
}

const isReady = (port: number): Promise<boolean> =>
  fetch(`http://127.0.0.1:${port}/ready`).then(
    ({ ok }) => ok,
    () => false,
  )

function readUsage(folder: string): Pick<Usage, 'cpuSeconds' | 'megabytes'> {
  const rows = readFileSync(usageFile(folder), 'utf8').trim().split('\n')
  const used = rows.map((row) => row.split(' ').map(Number))
  return {
    cpuSeconds: used.reduce((sum, [cpu = 0]) => sum + cpu, 0),
    megabytes: Math.max(...used.map(([, megabytes = 0]) => megabytes)),
  }
}

/** Megabytes of the service when nothing happens. */
async function atRest(seconds: number): Promise<ReturnType<typeof memoryOf>> {
  const world = await planWorld({ subscribers: SUBSCRIBERS })
  try {
    const port = await freePort()
    // As npm start does.
    const flags = ['--disable-warning=ExperimentalWarning', '--max-semi-space-size=2']
    const service = spawn(process.execPath, [...flags, 'src/main.ts'], {
      cwd: ROOT,
      stdio: 'ignore',
      env: {
        PATH: process.env.PATH,
        HOME: process.env.HOME,
        NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE,
        DATABASE_URL: world.postgres.url,
        DATA_DIR: world.folder,
        PORT: String(port),
        HF_URL: NOWHERE,
        SMTP_URL: `smtp://127.0.0.1:${world.sink.port}`,
        CLOCK_NOW: world.now,
      },
    })
    const ended = once(service, 'exit')
    await answers(port, service)
    await sleep(seconds * 1000)
    const memory = memoryOf(service.pid!)
    service.kill()
    await ended
    return memory
  } finally {
    await world.close()
  }
}

interface Figures {
  first: Usage
  usages: Record<string, Usage[]>
  rest: ReturnType<typeof memoryOf>
}

function textOf({ first, usages, rest }: Figures): string {
  const rows = Object.entries(usages).map(([name, rounds]) => {
    const seconds = rounds.map((one) => one.seconds)
    return [
      ...[name, median(seconds).toFixed(2), spread(seconds, 2)],
      median(rounds.map(({ cpuSeconds }) => cpuSeconds)).toFixed(2),
      median(rounds.map(({ megabytes }) => megabytes)).toFixed(0),
    ]
  })
  return [
    `${cpus().length} processors, load ${loadavg()[0]!.toFixed(1)}`,
    table(['start', 'seconds', 'range', 's CPU', 'peak MB'], rows),
    `With a new database: ${first.seconds.toFixed(2)} s.`,
    `At rest, all roles, ${SUBSCRIBERS} subscribers, without Postgres: ${rest.resident} MB (${rest.own} MB its own, peak ${rest.peak} MB).`,
  ].join('\n')
}
