import { randomInt } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { errorText } from '../errors.ts'
import type { Log } from '../log.ts'
import { connectionOptions } from './connection.ts'
import type { Database } from './database.ts'

/** Every process that serves or works takes this lock, shared; no command does. */
const PROCESS_LOCK = 1_684_108_368

/**
 * Shows other processes that this one works on the database, until `stop` or the end of the connection. `onLost` is
 * called if the connection ends first.
 */
export async function holdProcessLock(
  url: string,
  log: Log,
  onLost?: () => void,
): Promise<{ stop(): Promise<void> }> {
  const client = new pg.Client({ ...connectionOptions(url), application_name: 'daily-papers running' })
  // pg emits two errors for a server that shuts down: its shutdown message, and the end of the connection.
  client.on('error', (error) => log.error('database.error', { what: errorText(error) }))
  await client.connect()
  await client.query('select pg_advisory_lock_shared($1)', [PROCESS_LOCK])
  if (onLost) client.once('end', onLost)
  return {
    stop: async () => {
      if (onLost) client.off('end', onLost)
      await client.end().catch(() => {})
    },
  }
}

/** How long a process waits before it takes a lost lock again. */
const RETRY_MS = 5_000

/**
 * Holds the process lock until `stop`. Whenever its connection ends, as when the database or a pooler restarts, waits,
 * calls `prepare`, and takes it again; otherwise a command would find no process and change the schema under it.
 */
export async function keepProcessLock(
  url: string,
  log: Log,
  { retryMs = RETRY_MS, prepare }: { retryMs?: number; prepare?: () => Promise<void> } = {},
): Promise<{ stop(): Promise<void> }> {
  let isStopped = false
  const hold = () => holdProcessLock(url, log, () => void holdAgain())
  let lock = await hold()
  async function holdAgain(): Promise<void> {
    await sleep(retryMs, undefined, { ref: false })
    if (isStopped) return
    try {
      await prepare?.()
      lock = await hold()
      if (isStopped) await lock.stop()
    } catch (error) {
      log.error('database.error', { what: errorText(error) })
      await holdAgain()
    }
  }
  return {
    stop: async () => {
      isStopped = true
      await lock.stop()
    },
  }
}

/** A report: how many processes work on this database. */
export async function countRunningProcesses(db: Database): Promise<number> {
  const [row] = await db.$queryRaw<{ count: number }[]>`
    select count(*)::int as count from pg_locks l join pg_database d on d.oid = l.database
    where d.datname = current_database() and l.locktype = 'advisory' and l.classid = 0
      and l.objid = ${PROCESS_LOCK}::bigint::oid and l.granted`
  return row!.count
}

const MAX_KEY = 2 ** 31 - 1

/**
 * Whether a lock of one session excludes another session, which migrations need. False behind a pooler that gives each
 * statement to any free session. Rejects if the database does not respond.
 */
export async function supportsSessionLocks(url: string): Promise<boolean> {
  const key = randomInt(MAX_KEY)
  const [one, another] = [new pg.Client({ connectionString: url }), new pg.Client({ connectionString: url })]
  for (const client of [one, another]) client.on('error', () => {}) // its queries reject
  try {
    await Promise.all([one.connect(), another.connect()])
    await one.query('select pg_advisory_lock($1)', [key])
    const { rows } = await another.query('select pg_try_advisory_lock($1) as taken', [key])
    if (rows[0].taken) await another.query('select pg_advisory_unlock($1), pg_advisory_unlock($1)', [key])
    return !rows[0].taken
  } finally {
    await Promise.allSettled([one.end(), another.end()])
  }
}
