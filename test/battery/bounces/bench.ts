import type { ChildProcess } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Database } from '../../../src/core/database/database.ts'
import { eventually } from '../../support/until.ts'
import { APP_SECRET } from '../bench/bulk-emails.ts'
import { type Bench, type BenchOptions, exitOf, withBench } from '../bench/delivery-bench.ts'
import { programWith, type WrongPart } from '../bench/wrong-part.ts'
import type { WorkerReport } from './bounces-worker.ts'
import { BOUNCE_DOMAIN, FIRST_DAY, SUPPRESSION_KEY } from './readers.ts'

export interface Ports {
  lmtp: number
  smtp: number
}

/** A process that listens for what comes back, and reads it. */
export interface ReturnsWorker {
  child: ChildProcess
  /** Lets it end; what it took. Throws where it ended in another way. */
  end(): Promise<WorkerReport>
}

interface WorkerOptions {
  now?: Date
  part?: WrongPart
  /** "stored:3": it kills itself when it reaches that point for the third time, unless the wrong part does so. */
  crash?: string
  settings?: Record<string, string>
}

/** A database with what comes back, and the ports at which workers of its own listen, one after the other. */
export interface ReturnsBench {
  bench: Bench
  db: Database
  ports: Ports
  startWorker(options?: WorkerOptions): Promise<ReturnsWorker>
}

/** All of it is gone when `work` is done. */
export const withReturns = <T>(
  work: (returns: ReturnsBench) => Promise<T>,
  options: Pick<BenchOptions, 'ownServer'> = {},
): Promise<T> =>
  withBench({ emails: 0, connections: 1, ...options }, async (bench) => work(await returnsOn(bench)))

export async function returnsOn(bench: Bench): Promise<ReturnsBench> {
  const ports = { lmtp: await lastingPort(), smtp: await lastingPort() }
  return {
    bench,
    db: bench.db,
    ports,
    startWorker: (options = {}) => startWorker(bench, ports, options),
  }
}

/** Below the ports that the system assigns, so that no other program takes it while its listener is dead. */
async function lastingPort(): Promise<number> {
  const port = randomInt(20_000, 32_000)
  const server = createServer().listen(port, '127.0.0.1')
  const isFree = await once(server, 'listening').then(
    () => true,
    () => false,
  )
  server.close()
  return isFree ? port : lastingPort()
}

export const settingsOf = ({ lmtp, smtp }: Ports): Record<string, string> => ({
  APP_SECRET,
  SUPPRESSION_KEY,
  BOUNCE_DOMAIN,
  BOUNCE_LMTP: `127.0.0.1:${lmtp}`,
  BOUNCE_SMTP: `127.0.0.1:${smtp}`,
  LOG_LEVEL: 'silent',
})

/** The real store, which ends the process at a point that the last argument names. */
const CRASHING: WrongPart = {
  real: 'src/bounces/report.repo.ts',
  wrong: 'test/battery/bounces/wrong-parts/crashing-store.ts',
}

async function startWorker(
  bench: Bench,
  ports: Ports,
  { now = FIRST_DAY, part, crash, settings }: WorkerOptions,
): Promise<ReturnsWorker> {
  const program = programWith(
    part ?? (crash ? CRASHING : undefined),
    'test/battery/bounces/bounces-worker.ts',
  )
  const child = bench.begin([...program, ...(crash ? [crash] : [])], {
    ...bench.settings,
    ...settingsOf(ports),
    CLOCK_NOW: now.toISOString(),
    ...settings,
  })
  const said: string[] = []
  createInterface({ input: child.stdout! }).on('line', (line) => said.push(line))
  const hasEnded = () => child.exitCode !== null || child.signalCode !== null
  await eventually(() => said.includes('ready') || hasEnded(), { seconds: MAX_START_SECONDS })
  return {
    child,
    end: async () => {
      child.kill('SIGTERM')
      const closed = once(child, 'close')
      const code = await exitOf(child)
      await closed
      if (code !== 0) throw new Error(`the worker ended with ${code ?? child.signalCode}`)
      return JSON.parse(said.at(-1)!)
    },
  }
}

/** Only ends a start that hangs. */
const MAX_START_SECONDS = 240
const MAX_SILENCE_MS = 90_000

/** Waits until no report is left. Throws if no report was read for longer than a dead process keeps one. */
export async function untilRead(db: Database): Promise<void> {
  let fewest = Number.POSITIVE_INFINITY
  for (let quietSince = performance.now(); performance.now() - quietSince < MAX_SILENCE_MS; ) {
    const waiting = await db.report.count({ where: { state: 'waiting' } })
    if (waiting === 0) return
    if (waiting < fewest) quietSince = performance.now()
    fewest = Math.min(fewest, waiting)
    await sleep(50)
  }
  throw new Error(`${fewest} reports wait, and no process reads them`)
}
