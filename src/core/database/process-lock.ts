import { randomInt } from 'node:crypto'
import pg from 'pg'
import { errorText } from '../errors.ts'
import type { Log } from '../log.ts'
import type { Database } from './database.ts'
import { WATCHDOG_DEFAULTS, type WatchdogOptions, watchdogClient } from './watchdog-client.ts'

/** Every process that serves or works takes this lock, shared; no command does. */
const PROCESS_LOCK = 1_684_108_368

interface ProcessLockOptions {
  watchdog?: WatchdogOptions
  /** How long after a lost connection the lock is taken again. */
  retryAfterMs?: number
  /** How often the connection is used. Otherwise a silent connection would go unnoticed. */
  heartbeatMs?: number
  /** Called before each of these tries: starts the embedded server if it has ended. */
  restart?: () => Promise<unknown>
}

/** Shows other processes, until `stop`, that this one works on the database; again after a lost connection. */
export async function holdProcessLock(
  url: string,
  log: Log,
  {
    watchdog = WATCHDOG_DEFAULTS,
    retryAfterMs = 5_000,
    heartbeatMs = 60_000,
    restart,
  }: ProcessLockOptions = {},
): Promise<{ stop(): Promise<void> }> {
  const Client = watchdogClient(url, watchdog)
  let client: pg.Client | undefined
  let timer: NodeJS.Timeout | undefined
  let stopped = false
  const acquire = async () => {
    const own = new Client({ connectionString: url, application_name: 'daily-papers running' })
    client = own
    // pg emits two errors for a server that shuts down: its shutdown message, and the end of the connection.
    own.on('error', (error) => {
      log.error('database.error', { what: errorText(error) })
      if (client !== own) return
      client = undefined
      acquireLater()
    })
    await own.connect()
    await own.query('select pg_advisory_lock_shared($1)', [PROCESS_LOCK])
  }
  const acquireLater = () => {
    if (stopped) return
    const retry = async () => {
      await restart?.().catch((error) => log.error('database.error', { what: errorText(error) }))
      if (!stopped) await acquire()
    }
    timer = setTimeout(() => retry().catch(acquireLater), retryAfterMs)
    timer.unref()
  }
  await acquire()
  const heartbeat = setInterval(() => client?.query('select').catch(() => {}), heartbeatMs) // the client emits 'error'
  heartbeat.unref()
  return {
    stop: async () => {
      stopped = true
      clearInterval(heartbeat)
      clearTimeout(timer)
      await client?.end().catch(() => {})
    },
  }
}

/** A report: how many processes work on this database. */
export async function countRunningProcesses(db: Database): Promise<number> {
  const [row] = await db.$queryRaw<{ count: number }[]>`
    select (
      (select count(*) from pg_locks l join pg_database d on d.oid = l.database
       where d.datname = current_database() and l.locktype = 'advisory' and l.classid = 0
         and l.objid = ${PROCESS_LOCK}::bigint::oid and l.granted)
      + (select count(distinct coalesce(client_addr::text, 'unix socket')) from pg_stat_activity
         where datname = current_database() and application_name like 'pgboss%')
    )::int as count`
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
