import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Database, type OpenDatabase, openDatabase } from '../../../src/core/database/database.ts'
import { startEmbeddedPostgres } from '../../../src/core/database/embedded-postgres.ts'
import { applyMigrations } from '../../../src/core/database/migrations.ts'
import { silentLog } from '../../../src/core/log.ts'
import { addDigestMessages } from '../../support/messages.ts'
import { startProgram } from '../../support/processes.ts'
import { type Arrival, isKept, readArrivals, type SinkOptions } from '../../support/smtp-sink.ts'
import { atEndOfRun } from './cleanups.ts'
import { type OwnDatabase, ownDatabase } from './shared-postgres.ts'

export interface BenchOptions {
  /** The number of digest messages that are ready at the start; 0 if the case adds its own. */
  emails: number
  /** The number of messages in one batch; 200 by default. */
  perBatch?: number
  connections: number
  /** How the mail server behaves: it runs in its own process, and writes down what arrived. */
  sink?: Omit<SinkOptions, 'file' | 'at'>
  /** More of SMTP_URL's query: "rate=20". */
  query?: string
  /** Settings of every worker. */
  settings?: Record<string, string>
  /** A Postgres server of its own, for cases that damage it, in the given folder or one of the bench; else a shared one. */
  ownServer?: true | string
  /** Arguments of every worker, after its program: a wrong variant. */
  workerArgs?: string[]
}

/** What arrived, according to the mail server's file. */
export interface Arrivals {
  lost: number
  /** Copies beyond the first. */
  doubles: number
  /** Messages with copies that differ. */
  differing: number
  /** Arrived and not recorded as accepted, or recorded as accepted and not arrived. */
  misrecorded: number
}

export interface Bench {
  folder: string
  db: Database
  databaseUrl: string
  /** Settings of a process that works on this bench. */
  settings: Record<string, string>
  /**
   * Starts one of our programs; it ends with the bench. Returns at once. Its stderr is shown, unless a listener
   * reads it line by line.
   */
  begin(args: string[], settings?: Record<string, string>, onLine?: (line: string) => void): ChildProcess
  /** Resolves once the worker starts to deliver. */
  startWorker(...args: string[]): Promise<ChildProcess>
  /** Every email whose body arrived, in order. */
  arrived(): Arrival[]
  /** Runs workers until nothing is left to do; then counts what arrived. */
  finish(): Promise<Arrivals>
  /** The same mail server with a database of its own, so that several runs work side by side. */
  beside(emails: Pick<BenchOptions, 'emails' | 'perBatch'>): Promise<Bench>
}

const LEASE_SECONDS = '2'
const LEASE_RENEW_SECONDS = '1'
const DEADLINE_MS = 20 * 3600 * 1000
const MAX_FINISH_MS = 120_000
const MAX_REPLY_LENGTH = 2000

/**
 * A durable database, an SMTP server in its own process and the messages. All of them are removed after `work`. Ends
 * only the processes that it started.
 */
export async function withBench<T>(options: BenchOptions, work: (bench: Bench) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'daily-papers-battery-'))
  const children = new Set<ChildProcess>()
  const begin: Bench['begin'] = (args, settings = {}, onLine) => {
    const child = startProgram(args, settings)
    children.add(child)
    child.once('exit', () => children.delete(child))
    if (onLine) createInterface({ input: child.stderr! }).on('line', onLine)
    else child.stderr?.on('data', (text) => process.stderr.write(text))
    return child
  }
  const postgres = options.ownServer
    ? await startEmbeddedPostgres(options.ownServer === true ? join(folder, 'postgres') : options.ownServer)
    : await ownDatabase()
  const endChildren = () => {
    for (const child of children) child.kill('SIGKILL')
  }
  const forget = atEndOfRun(async () => {
    endChildren()
    if (options.ownServer) await postgres.destroy()
    rmSync(folder, { recursive: true, force: true })
  })
  const databases: OpenDatabase[] = []
  const others: OwnDatabase[] = []
  try {
    const sinkFile = join(folder, 'arrived')
    writeFileSync(sinkFile, '')
    const sink = begin([
      'test/support/smtp-sink-process.ts',
      JSON.stringify({ ...options.sink, file: sinkFile }),
    ])
    const port = await firstLine(sink)
    const arrived = () => readArrivals(sinkFile)
    const openBench = async (
      url: string,
      { emails, perBatch }: Pick<BenchOptions, 'emails' | 'perBatch'>,
    ) => {
      if (options.ownServer) await applyMigrations(url)
      const database = openDatabase(url, silentLog, { connections: 2 })
      databases.push(database)
      if (emails > 0) await addMails(database.db, emails, perBatch)
      const settings = settingsFor(options, url, port)
      const startWorker = async (...args: string[]) => {
        const all = [...(options.workerArgs ?? []), ...args]
        const worker = begin(['test/battery/bench/worker.ts', ...all], settings)
        await firstLine(worker)
        return worker
      }
      const finished = () => finish(startWorker, database.db, arrived)
      const bench: Bench = {
        folder,
        db: database.db,
        databaseUrl: url,
        settings,
        begin,
        startWorker,
        arrived,
        finish: finished,
        beside: async (more) => {
          const another = await ownDatabase()
          others.push(another)
          return openBench(another.url, more)
        },
      }
      return bench
    }
    return await work(await openBench(postgres.url, options))
  } finally {
    forget()
    endChildren()
    for (const { close } of databases) await close()
    for (const { destroy } of [...others, postgres]) await destroy()
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Adds an active subscriber, a digest and a ready message for each. */
async function addMails(db: Database, emails: number, perBatch?: number): Promise<void> {
  const now = new Date()
  const deadline = new Date(now.getTime() + DEADLINE_MS)
  await addDigestMessages(db, emails, { notBefore: now, datedAt: now, deadline }, perBatch)
}

const settingsFor = (
  { connections, query, settings }: BenchOptions,
  databaseUrl: string,
  port: string,
): Record<string, string> => ({
  DATABASE_URL: databaseUrl,
  SMTP_URL: `smtp://127.0.0.1:${port}?connections=${connections}${query ? `&${query}` : ''}`,
  LEASE_SECONDS,
  LEASE_RENEW_SECONDS,
  ...settings,
})

/** A program of a case ended before it started its work: the case tested nothing. */
export class NotBegun extends Error {}

/** The first line that a program prints. Throws NotBegun, with its last output, if it ends before. */
export async function firstLine(child: ChildProcess): Promise<string> {
  const lines = createInterface({ input: child.stdout! })
  let said = ''
  const hear = (text: Buffer) => {
    said = (said + text).slice(-MAX_REPLY_LENGTH)
  }
  child.stderr?.on('data', hear)
  const [line] = await Promise.race([
    once(lines, 'line'),
    // Not 'exit', which may come before the last output.
    once(child, 'close').then(([code]) => {
      throw new NotBegun(`ended with ${code} before it began: ${said.trim() || 'no output'}`)
    }),
  ]).finally(() => child.stderr?.off('data', hear))
  return line
}

/** The exit code; null if a signal ended it. */
export async function exitOf(child: ChildProcess): Promise<number | null> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
  return child.exitCode
}

async function finish(
  startWorker: Bench['startWorker'],
  db: Database,
  arrived: () => Arrival[],
): Promise<Arrivals> {
  const giveUpAt = performance.now() + MAX_FINISH_MS
  while ((await db.batch.count({ where: { doneAt: null } })) > 0) {
    if (performance.now() > giveUpAt) throw new Error('messages are left that no worker finishes')
    await exitOf(await startWorker())
    await sleep(200) // a wrong variant does not wait for the leases of killed workers
  }
  return compare(db, arrived())
}

/** Compares the messages of the database with what arrived. */
export async function compare(db: Database, arrived: Arrival[]): Promise<Arrivals> {
  const messages = await db.message.findMany({ select: { id: true, state: true } })
  const byId = Map.groupBy(arrived.filter(isKept), ({ messageId }) => idIn(messageId))
  const compared = messages.map(({ id, state }) => ({ state, copies: byId.get(id) ?? [] }))
  return {
    lost: compared.filter(({ copies }) => copies.length === 0).length,
    doubles: compared.reduce((sum, { copies }) => sum + Math.max(0, copies.length - 1), 0),
    differing: compared.filter(({ copies }) => new Set(copies.map(({ hash }) => hash)).size > 1).length,
    misrecorded: compared.filter(({ state, copies }) => copies.length > 0 !== (state === 'accepted')).length,
  }
}

/** The id of the message with this Message-ID: "goodbye.ID@site.example", or without the kind. */
const idIn = (messageId: string): string => messageId.split('@')[0]!.split('.').at(-1)!

export const inWords = ({ lost, doubles, differing, misrecorded }: Arrivals): string =>
  `lost ${lost}, duplicates ${doubles}, differing ${differing}, misrecorded ${misrecorded}`
