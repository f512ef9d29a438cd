import type { Database } from './database/database.ts'

/** A process of the service that runs on this database; its worker thread has no row of its own. */
export interface RunningProcess {
  /** "process 4711 on papers-1" */
  name: string
  startedAt: Date
  /** Fingerprints of its APP_SECRET, the one that it signs with first. */
  secrets: string[]
}

/** Prefix of its name in table switch. */
const PREFIX = 'process '
/** A process repeats its row every minute. An older row is of a process that ended without notice. */
const GONE_AFTER_SECONDS = 150

/** A lease: records that the process runs now, by the database's clock, and removes those that no longer do. */
export async function recordProcess(db: Database, id: string, process: RunningProcess): Promise<void> {
  await db.$executeRaw`
    insert into switch (name, value, reason, at)
    values (${PREFIX + id}, ${JSON.stringify(process)}, 'running', now())
    on conflict (name) do update set at = excluded.at`
  await db.$executeRaw`
    delete from switch where name like ${`${PREFIX}%`} and at < now() - make_interval(secs => ${GONE_AFTER_SECONDS})`
}

export async function forgetProcess(db: Database, id: string): Promise<void> {
  await db.switch.deleteMany({ where: { name: PREFIX + id } })
}

/** A report: the oldest first. */
export async function runningProcesses(db: Database): Promise<RunningProcess[]> {
  const rows = await db.$queryRaw<{ value: string }[]>`
    select value from switch
    where name like ${`${PREFIX}%`} and at >= now() - make_interval(secs => ${GONE_AFTER_SECONDS})`
  return rows
    .map(({ value }) => JSON.parse(value) as Omit<RunningProcess, 'startedAt'> & { startedAt: string })
    .map((process) => ({ ...process, startedAt: new Date(process.startedAt) }))
    .sort((a, b) => a.startedAt.getTime() - b.startedAt.getTime())
}
