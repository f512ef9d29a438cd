import { join } from 'node:path'
import type { Config } from '../config/config.ts'
import { type Clock, clockFrom, systemClock } from './clock.ts'
import { MAX_SILENCE_MS } from './database/connection.ts'
import { type Database, openDatabase, type PoolOptions } from './database/database.ts'
import { startEmbeddedPostgres } from './database/embedded-postgres.ts'
import type { Feature } from './feature.ts'
import { type Log, openLog } from './log.ts'
import type { Metrics } from './metrics.ts'
import { openQueue, type Queue } from './queue.ts'

/** The first argument of every operation. Built here, once for each process. */
export interface Deps {
  config: Config
  features: readonly Feature[]
  clock: Clock
  log: Log
  /** Counters of this process; only a service has them. */
  metrics?: Metrics
  /** False while this process has a worker thread that does not reply. */
  workerReplies?: () => boolean
  /** Called at each failpoint of a delivery; a service has no hook. */
  onFailpoint?: FailpointHook
  /** Where the papers are in memory. Absent: searches run in the calling thread, as in commands and tests. */
  searchThread?: SearchThread
  db: Database
  /** URL of the database, for code that opens its own connections (migrations, the queue). */
  databaseUrl: string
}

/** A function to be run in the search thread, by its module and name: see search/in-search-thread.ts. */
export interface SearchThreadJob {
  url: string
  name: string
  input: unknown
}

/** On whose behalf a job runs. The default is this service itself, which waits as long as it takes. */
export interface SearchCaller {
  /** Jobs run round robin between networks. */
  network?: string
  /** Ends the wait, not the job. */
  signal?: AbortSignal
  maxWaitMs?: number
  /** Receives the milliseconds of CPU time that the job took. */
  onSpent?(ms: number): void
}

export interface SearchThread {
  /** Throws what the job throws, rate.at-once, search.busy and search.too-long. */
  run(job: SearchThreadJob, caller?: SearchCaller): Promise<unknown>
}

export interface ServiceDeps extends Deps {
  queue: Queue
}

interface BuiltDeps<T extends Deps = Deps> {
  deps: T
  close(): Promise<void>
}

export interface DepsOptions extends PoolOptions {
  /** Default: none. Entry points pass FEATURES. */
  features?: readonly Feature[]
  clock?: Clock
  log?: Log
  onFailpoint?: FailpointHook
}

/** `beganAt`: when CLOCK_NOW started to run; a second thread passes the same value. */
export const clockOf = (config: Config, beganAt?: Date): Clock =>
  config.CLOCK_NOW ? clockFrom(config.CLOCK_NOW, beganAt) : systemClock()

/** The URL of the database; starts the embedded one if the settings say so. */
async function databaseUrlOf({ DATABASE_URL, DATA_DIR, production }: Config): Promise<string> {
  if (DATABASE_URL !== 'embedded') return DATABASE_URL
  return (await startEmbeddedPostgres(join(DATA_DIR, 'postgres'), { mayMove: !production })).url
}

/** Builds Deps. The database may lack migrations: see `requireMigrated`. */
export async function buildDeps(config: Config, options: DepsOptions = {}): Promise<BuiltDeps> {
  const log = options.log ?? openLog(config.LOG_LEVEL)
  const clock = options.clock ?? clockOf(config)
  const url = await databaseUrlOf(config)
  const database = openDatabase(url, log, { maxSilenceMs: MAX_SILENCE_MS, ...options })
  const deps = {
    config,
    features: options.features ?? [],
    clock,
    log,
    onFailpoint: options.onFailpoint,
    db: database.db,
    databaseUrl: database.url,
  }
  return { deps, close: database.close }
}

export async function addQueue({ deps, close }: BuiltDeps): Promise<BuiltDeps<ServiceDeps>> {
  const queue = await openQueue(deps.databaseUrl, deps.log)
  return {
    deps: { ...deps, queue },
    close: async () => {
      await queue.stop()
      await close()
    },
  }
}

/** The steps of a delivery at which a test may interfere, in order. */
export const FAILPOINTS = [
  /** A batch is about to be leased. */
  'before-claim',
  /** The batch is leased; no message is taken from it yet. */
  'after-claim',
  /** The final dot of an email is written; the server has not replied. */
  'after-dot',
  /** The server replied 250; the reply is only in the memory of this process. */
  'after-250',
  /** Acceptances are about to be written to the database. */
  'before-commit',
  /** They are committed; this process does not know yet. */
  'after-commit',
] as const
export type Failpoint = (typeof FAILPOINTS)[number]

/** Called at each failpoint. It may end the process; delivery waits for its promise, except after the dot. */
export type FailpointHook = (point: Failpoint) => void | Promise<void>
