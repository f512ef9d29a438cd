import { fork } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import pg from 'pg'
import type { EmbeddedPostgres } from '../../../src/core/database/embedded-postgres.ts'
import { processSeconds, serverSeconds } from '../processor-time.ts'
import type { Reported } from './measured-program.ts'
import type { Sink } from './sink-process.ts'

/** Where measured programs run. */
export interface Bench {
  /** For logs, files and the database. */
  folder: string
  postgres: EmbeddedPostgres
  sink: Sink
}

export interface Measured extends Reported {
  perSecond: number
  /** Microseconds of processor time per email: of the program, of Postgres, of the sink. */
  cpu: number
  serverCpu: number
  sinkCpu: number
  /** Per email. */
  commits: number
  wal: number
}

export interface Program {
  /** A file in this folder that calls `measuredProgram`. */
  file: string
  input: unknown
  /** Whose commits are counted. */
  database?: string
  /** Where to write a profile of the program's work. */
  profile?: string
}

const LOG_TAIL = 2000

/** Runs a program in a process of its own, which writes its log to a file as a service does. */
export async function runMeasured(
  bench: Bench,
  { file, input, database, profile }: Program,
): Promise<Measured> {
  const logFile = join(bench.folder, `${file}.log`)
  const log = openSync(logFile, 'w')
  const child = fork(join(import.meta.dirname, file), [JSON.stringify({ input, profile })], {
    // The heap of a service.
    execArgv: ['--disable-warning=ExperimentalWarning', '--max-semi-space-size=2'],
    stdio: ['ignore', log, log, 'ipc'],
  })
  closeSync(log)
  const exit = once(child, 'exit')
  const ended = exit.then(([code]) => {
    const tail = readFileSync(logFile, 'utf8').slice(-LOG_TAIL)
    throw new Error(`${file} ended with ${code} before it reported: ${tail}`)
  })
  const message = async () => (await Promise.race([once(child, 'message'), ended]))[0]
  try {
    await message()
    const before = await counters(bench)
    const reporting = message()
    child.send('go')
    const reported: Reported = await reporting
    const after = await counters(bench)
    await exit
    return toMeasured(reported, before, after, database ? await commitsOf(bench, database) : 0)
  } finally {
    ended.catch(() => {})
    child.kill()
  }
}

interface Counters {
  server: number
  sink: number
  wal: number
}

async function counters({ postgres, sink }: Bench): Promise<Counters> {
  const [row] = await queryServer<{ wal: string }>(postgres.url, `select pg_current_wal_lsn() - '0/0' as wal`)
  return { server: serverSeconds(postgres.folder), sink: processSeconds(sink.pid), wal: Number(row!.wal) }
}

/** Of a database since it was made; a program's own are counted when its connections have ended. */
async function commitsOf({ postgres }: Bench, database: string): Promise<number> {
  const text = 'select xact_commit as commits from pg_stat_database where datname = $1'
  const [row] = await queryServer<{ commits: string }>(postgres.url, text, [database])
  return Number(row!.commits)
}

function toMeasured(reported: Reported, before: Counters, after: Counters, commits: number): Measured {
  const { emails, seconds, cpuSeconds } = reported
  const each = (total: number) => total / Math.max(1, emails)
  return {
    ...reported,
    perSecond: emails / seconds,
    cpu: each(cpuSeconds * 1e6),
    serverCpu: each((after.server - before.server) * 1e6),
    sinkCpu: each((after.sink - before.sink) * 1e6),
    commits: each(commits),
    wal: each(after.wal - before.wal),
  }
}

/** Runs one statement on a connection of its own, so that no connection keeps a database from being copied. */
export async function queryServer<Row extends pg.QueryResultRow>(
  url: string,
  text: string,
  values: unknown[] = [],
): Promise<Row[]> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return (await client.query<Row>(text, values)).rows
  } finally {
    await client.end()
  }
}

export const urlOf = (server: string, database: string): string =>
  Object.assign(new URL(server), { pathname: `/${database}` }).href
