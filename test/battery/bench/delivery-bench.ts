import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { type OpenDatabase, openDatabase } from '../../src/platform/database.ts'
import { startEmbeddedPostgres } from '../../src/platform/embedded-postgres.ts'
import { silentLog } from '../../src/platform/log.ts'
import { applyMigrations } from '../../src/platform/migrations.ts'
import { addDigestMessages } from '../support/messages.ts'
import { startProgram } from '../support/processes.ts'
import { readSinkFile } from '../support/smtp-sink.ts'

export interface BenchOptions {
  mails: number
  connections: number
  /** Milliseconds that the mail server takes for each mail, and for each answer before it. */
  delayMs: number
  stepDelayMs: number
  /** A wrong variant's name, for the workers to use. */
  variant?: string
}

/** What came, told by the mail server's own file alone. */
export interface Arrivals {
  lost: number
  /** Copies beyond the first. */
  doubles: number
  /** Messages of which two copies differ. */
  differing: number
  /** Arrived and not known as accepted, or known as accepted and not arrived. */
  misrecorded: number
}

export interface Bench {
  /** Resolves once the worker begins to deliver. */
  startWorker(): Promise<ChildProcess>
  /** Runs workers until nothing is left to do; then says what came. */
  finish(): Promise<Arrivals>
}

const LEASE_SECONDS = '2'
const LEASE_RENEW_SECONDS = '1'
const DEADLINE_MS = 20 * 3600 * 1000
const LONGEST_FINISH_MS = 120_000

/**
 * A durable Postgres, a mail server in a process of its own and so many messages, all of its own and gone when `work`
 * is done. Ends only the processes that it began.
 */
export async function withBench<T>(options: BenchOptions, work: (bench: Bench) => Promise<T>): Promise<T> {
  const { delayMs, stepDelayMs } = options
  const folder = mkdtempSync(join(tmpdir(), 'daily-papers-battery-'))
  const children = new Set<ChildProcess>()
  const begin = (args: string[], settings: Record<string, string> = {}) => {
    const child = startProgram(args, settings)
    children.add(child)
    child.once('exit', () => children.delete(child))
    child.stderr?.pipe(process.stderr)
    return child
  }
  const postgres = await startEmbeddedPostgres(join(folder, 'postgres'))
  await applyMigrations(postgres.url)
  const database = openDatabase(postgres.url, silentLog, 2)
  try {
    const now = new Date()
    const deadline = new Date(now.getTime() + DEADLINE_MS)
    await addDigestMessages(database.db, options.mails, { notBefore: now, datedAt: now, deadline })
    const sinkFile = join(folder, 'arrived')
    writeFileSync(sinkFile, '')
    const sink = begin([
      'test/support/smtp-sink-process.ts',
      JSON.stringify({ file: sinkFile, delayMs, stepDelayMs }),
    ])
    const port = await firstLine(sink)
    const settings = {
      DATABASE_URL: postgres.url,
      SMTP_URL: `smtp://127.0.0.1:${port}?connections=${options.connections}`,
      LEASE_SECONDS,
      LEASE_RENEW_SECONDS,
    }
    const startWorker = async () => {
      const worker = begin(
        ['test/battery/worker.ts', ...(options.variant ? [options.variant] : [])],
        settings,
      )
      await firstLine(worker)
      return worker
    }
    return await work({ startWorker, finish: () => finish(startWorker, database, sinkFile) })
  } finally {
    for (const child of children) child.kill('SIGKILL')
    await database.close()
    await postgres.destroy()
    rmSync(folder, { recursive: true, force: true })
  }
}

async function firstLine(child: ChildProcess): Promise<string> {
  const lines = createInterface({ input: child.stdout! })
  const [line] = await Promise.race([
    once(lines, 'line'),
    once(child, 'exit').then(([code]) => {
      throw new Error(`ended with ${code} before it began`)
    }),
  ])
  return line
}

/** The exit code; null where a signal ended it. */
export async function exitOf(child: ChildProcess): Promise<number | null> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
  return child.exitCode
}

async function finish(
  startWorker: Bench['startWorker'],
  { db }: OpenDatabase,
  sinkFile: string,
): Promise<Arrivals> {
  const giveUpAt = performance.now() + LONGEST_FINISH_MS
  while ((await db.chunk.count({ where: { doneAt: null } })) > 0) {
    if (performance.now() > giveUpAt) throw new Error('messages are left that no worker finishes')
    await exitOf(await startWorker())
    await sleep(200) // a wrong variant does not wait for the leases of those that were killed
  }
  const messages = await db.message.findMany({ select: { id: true, state: true } })
  const arrived = readSinkFile(sinkFile)
  const copiesOf = (id: string) => arrived.get(`${id}@site.example`) ?? []
  return {
    lost: messages.filter(({ id }) => copiesOf(id).length === 0).length,
    doubles: messages.reduce((sum, { id }) => sum + Math.max(0, copiesOf(id).length - 1), 0),
    differing: messages.filter(({ id }) => new Set(copiesOf(id)).size > 1).length,
    misrecorded: messages.filter(({ id, state }) => copiesOf(id).length > 0 !== (state === 'accepted'))
      .length,
  }
}
