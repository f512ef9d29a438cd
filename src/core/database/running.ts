import type pg from 'pg'
import { textOf } from '../errors.ts'
import type { Log } from '../log.ts'
import type { DatabaseOrTransaction } from './database.ts'
import { PATIENCE, type Patience, patientClient } from './patient-client.ts'

/** Held, shared, by every process that serves or works; by no command. */
const RUNNING_LOCK = 1_684_108_368

interface RunningOptions {
  patience?: Patience
  /** How long after a lost connection it is said again. */
  againAfterMs?: number
  /** How often the connection is used, which would else be found out by nobody when it falls silent. */
  beatMs?: number
}

/** Says to whoever asks that a process of ours works on this database, until `stop`; again after a lost connection. */
export async function sayRunning(
  url: string,
  log: Log,
  { patience = PATIENCE, againAfterMs = 5_000, beatMs = 60_000 }: RunningOptions = {},
): Promise<{ stop(): Promise<void> }> {
  const Client = patientClient(url, patience)
  let client: pg.Client | undefined
  let timer: NodeJS.Timeout | undefined
  let stopped = false
  const say = async () => {
    const own = new Client({ connectionString: url, application_name: 'daily-papers running' })
    client = own
    // pg tells twice of a server that goes down: of its farewell, and of the end of the connection.
    own.on('error', (error) => {
      log.error('database.error', { what: textOf(error) })
      if (client !== own) return
      client = undefined
      sayLater()
    })
    await own.connect()
    await own.query('select pg_advisory_lock_shared($1)', [RUNNING_LOCK])
  }
  const sayLater = () => {
    if (stopped) return
    timer = setTimeout(() => say().catch(sayLater), againAfterMs)
    timer.unref()
  }
  await say()
  const beat = setInterval(() => client?.query('select').catch(() => {}), beatMs) // its connection tells of it
  beat.unref()
  return {
    stop: async () => {
      stopped = true
      clearInterval(beat)
      clearTimeout(timer)
      await client?.end().catch(() => {})
    },
  }
}

/**
 * How many processes work on this database. The first release did not say so: there its queue gives it away, by the
 * name of its connections.
 */
export async function othersRunning(db: DatabaseOrTransaction): Promise<number> {
  const [row] = await db.$queryRaw<{ count: number }[]>`
    select (
      (select count(*) from pg_locks l join pg_database d on d.oid = l.database
       where d.datname = current_database() and l.locktype = 'advisory' and l.classid = 0
         and l.objid = ${RUNNING_LOCK}::bigint::oid and l.granted)
      + (select count(distinct coalesce(client_addr::text, 'unix socket')) from pg_stat_activity
         where datname = current_database() and application_name like 'pgboss%')
    )::int as count`
  return row!.count
}
