import type pg from 'pg'
import { errorText } from '../errors.ts'
import type { Log } from '../log.ts'
import type { DatabaseOrTransaction } from './database.ts'
import { WATCHDOG_DEFAULTS, type WatchdogOptions, watchdogClient } from './watchdog-client.ts'

/** Held, shared, by every process that serves or works; by no command. */
const PROCESS_LOCK = 1_684_108_368

interface ProcessLockOptions {
  watchdog?: WatchdogOptions
  /** How long after a lost connection it is said again. */
  retryAfterMs?: number
  /** How often the connection is used, which would else be found out by nobody when it falls silent. */
  heartbeatMs?: number
}

/** Says to whoever asks that a process of ours works on this database, until `stop`; again after a lost connection. */
export async function holdProcessLock(
  url: string,
  log: Log,
  { watchdog = WATCHDOG_DEFAULTS, retryAfterMs = 5_000, heartbeatMs = 60_000 }: ProcessLockOptions = {},
): Promise<{ stop(): Promise<void> }> {
  const Client = watchdogClient(url, watchdog)
  let client: pg.Client | undefined
  let timer: NodeJS.Timeout | undefined
  let stopped = false
  const acquire = async () => {
    const own = new Client({ connectionString: url, application_name: 'daily-papers running' })
    client = own
    // pg tells twice of a server that goes down: of its farewell, and of the end of the connection.
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
    timer = setTimeout(() => acquire().catch(acquireLater), retryAfterMs)
    timer.unref()
  }
  await acquire()
  const heartbeat = setInterval(() => client?.query('select').catch(() => {}), heartbeatMs) // its connection tells of it
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

/**
 * How many processes work on this database. The first release did not say so: there its queue gives it away, by the
 * name of its connections.
 */
export async function countRunningProcesses(db: DatabaseOrTransaction): Promise<number> {
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
