import type { ChildProcess } from 'node:child_process'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { applyMigrations, migrationNames } from '../../../src/core/database/migrations.ts'
import { silentLog } from '../../../src/core/log.ts'
import { prepareQueue } from '../../../src/core/queue.ts'
import { LATER_INDEX, type NextRelease, nextRelease } from '../../support/next-release.ts'
import { startProgram } from '../../support/processes.ts'
import type { BatteryCase } from '../battery-case.ts'
import { atEndOfRun } from '../bench/cleanups.ts'
import { exitOf } from '../bench/delivery-bench.ts'
import { chanceOfRow } from '../bench/seeded-random.ts'
import { ownDatabase } from '../bench/shared-postgres.ts'
import { programWith, type WrongPart } from '../bench/wrong-part.ts'
import { applyMigrations as applyInThree } from './wrong-parts/three-transactions.ts'

const [FIRST = ''] = migrationNames()

/** The point at which `db migrate` is killed. */
type Point =
  /** Held before the nth statement that changes the schema. */
  | { statement: number }
  /** Held when the SQL of a migration has run and before it is recorded as finished. */
  | { finishOf: string }
  /** At any time after this number of these statements. */
  | { after: number }

const INSIDE: Point = { statement: 20 }
const BEFORE_FINISH: Point = { finishOf: FIRST }
/** Builds its index concurrently, so outside a transaction. */
const AFTER_INDEX: Point = { finishOf: LATER_INDEX }
const POINTS: Point[] = [{ statement: 1 }, INSIDE, BEFORE_FINISH, AFTER_INDEX]

/** Sessions wait for this advisory lock at the point at which they are to be killed. */
const LOCK = 1127

/** Counts statements, and holds a session at the point. All of it is dropped before schemas are compared. */
const watchFor = (point: Point): string => `
  create schema stopping;
  create sequence stopping.statements;
  create function stopping.at_statement() returns event_trigger language plpgsql as $$ begin
    if nextval('stopping.statements') = ${'statement' in point ? point.statement : 0} then
      perform pg_advisory_xact_lock(${LOCK});
    end if;
  end $$;
  create function stopping.at_finish() returns trigger language plpgsql as $$ begin
    if new.migration_name = '${'finishOf' in point ? point.finishOf : ''}' and new.finished_at is not null then
      perform pg_advisory_xact_lock(${LOCK});
    end if;
    return new;
  end $$;
  create table _prisma_migrations (
    id varchar(36) primary key not null, checksum varchar(64) not null, finished_at timestamptz,
    migration_name varchar(255) not null, logs text, rolled_back_at timestamptz,
    started_at timestamptz not null default now(), applied_steps_count integer not null default 0);
  create trigger stop before insert or update on _prisma_migrations
    for each row execute function stopping.at_finish();
  create event trigger stop on ddl_command_start
    when tag in ('CREATE TABLE', 'CREATE INDEX', 'CREATE TYPE', 'CREATE FUNCTION', 'ALTER TABLE')
    execute function stopping.at_statement();
  select pg_advisory_lock(${LOCK})`

const GO_ON = `
  select pg_advisory_unlock(${LOCK});
  drop event trigger stop;
  drop schema stopping cascade`

/** Everything that makes a schema, ours and the queue's, and the recorded migrations: a line for each. */
const SCHEMA = `
  with ours as (
    select oid, nspname as schema from pg_namespace where nspname !~ '^pg_' and nspname <> 'information_schema'
  )
  select 'column ' || concat_ws(' ', schema, relname, relkind, attnum, attname, format_type(atttypid, atttypmod),
      attnotnull, pg_get_expr(adbin, adrelid)) as line
    from pg_class c join ours on ours.oid = relnamespace join pg_attribute a on attrelid = c.oid and attnum > 0
    left join pg_attrdef d on d.adrelid = c.oid and d.adnum = attnum
  union all select concat_ws(' ', pg_get_indexdef(indexrelid), indisvalid)
    from pg_index i join pg_class c on c.oid = indexrelid join ours on ours.oid = relnamespace
  union all select concat_ws(' ', 'constraint', schema, conrelid::regclass, conname, pg_get_constraintdef(c.oid))
    from pg_constraint c join ours on ours.oid = connamespace
  union all select pg_get_functiondef(p.oid) from pg_proc p join ours on ours.oid = pronamespace
  union all select pg_get_triggerdef(t.oid)
    from pg_trigger t join pg_class c on c.oid = tgrelid join ours on ours.oid = relnamespace where not tgisinternal
  union all select concat_ws(' ', 'enum', schema, typname, enumsortorder, enumlabel)
    from pg_enum e join pg_type t on t.oid = enumtypid join ours on ours.oid = typnamespace
  union all select concat_ws(' ', 'migration', migration_name, checksum, finished_at is not null, rolled_back_at, logs)
    from _prisma_migrations
  union all select concat_ws(' ', 'queue', name, policy, retry_limit, retry_delay, expire_seconds) from pgboss.queue
  order by line`

interface Way {
  /** What is killed: the program of a release with additional migrations. */
  release: NextRelease
  part?: WrongPart
  /** Migrates again after the kill, in this process. */
  apply: typeof applyMigrations
}

interface Ended {
  /** Killed before it was done. */
  killed: boolean
  /** The next migration fails. */
  stuck: boolean
  /** The next migration succeeds, and its schema differs from the one without a kill. */
  differs: boolean
}

async function schemaOf(client: pg.Client): Promise<string> {
  const { rows } = await client.query<{ line: string }>(SCHEMA)
  return rows.map(({ line }) => line).join('\n')
}

async function withEmpty<T>(work: (url: string, client: pg.Client) => Promise<T>): Promise<T> {
  const { url, destroy } = await ownDatabase({ empty: true })
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return await work(url, client)
  } finally {
    await client.end()
    await destroy()
  }
}

/** Resolves when the condition is true, or the process has ended. */
async function untilSeen(client: pg.Client, child: ChildProcess, condition: string): Promise<void> {
  while (child.exitCode === null && !(await client.query(condition)).rowCount) await sleep(5)
}

function beginMigrating(url: string, { release: { folder }, part }: Way): ChildProcess {
  const [program = '', ...args] = programWith(part, 'src/cli.ts')
  const settings = { DATABASE_URL: url }
  const child = startProgram([join(folder, program), ...args, 'db', 'migrate'], settings, folder)
  child.stdout?.resume()
  child.stderr?.resume()
  const forget = atEndOfRun(() => child.kill('SIGKILL'))
  child.once('exit', forget)
  return child
}

const OTHERS = `from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()`
const HELD = `${OTHERS} and wait_event_type = 'Lock' and wait_event = 'advisory'`

/** Returns whether it was killed before it ended. */
async function killAt(url: string, client: pg.Client, point: Point, way: Way): Promise<boolean> {
  await client.query(watchFor(point))
  const child = beginMigrating(url, way)
  const isReached =
    'after' in point
      ? `select from stopping.statements, (select ${OTHERS} limit 1) connected where last_value >= ${point.after}`
      : `select ${HELD}`
  await untilSeen(client, child, isReached)
  child.kill('SIGKILL')
  await exitOf(child)
  // The kernel does this for a process that is killed: its connections end.
  await client.query(`select pg_terminate_backend(pid) ${HELD}`)
  await client.query(GO_ON)
  return child.signalCode === 'SIGKILL'
}

const migrateAfter = (way: Way, point: Point, whole: string) =>
  withEmpty(async (url, client): Promise<Ended> => {
    const killed = await killAt(url, client, point, way)
    try {
      await way.apply(url, { folder: way.release.migrations })
      await prepareQueue(url, silentLog)
    } catch {
      return { killed, stuck: true, differs: false }
    }
    return { killed, stuck: false, differs: (await schemaOf(client)) !== whole }
  })

/** Migrates without a kill: the schema afterwards, and the number of statements that changed it. */
const undisturbed = ({ migrations }: NextRelease) =>
  withEmpty(async (url, client) => {
    await client.query(watchFor({ after: 0 }))
    await applyMigrations(url, { folder: migrations })
    await prepareQueue(url, silentLog)
    const { rows } = await client.query('select last_value::int as statements from stopping.statements')
    await client.query(GO_ON)
    return { statements: rows[0].statements as number, whole: await schemaOf(client) }
  })

const AT_ONCE = 2

async function migrateAfterEach(points: Point[], way: Way, whole: string) {
  const waiting = [...points]
  const ended: Ended[] = []
  const next = async () => {
    for (let point = waiting.shift(); point; point = waiting.shift())
      ended.push(await migrateAfter(way, point, whole))
  }
  await Promise.all(Array.from({ length: AT_ONCE }, next))
  const count = (of: keyof Ended) => ended.filter((one) => one[of]).length
  const [killed, stuck, differ] = [count('killed'), count('stuck'), count('differs')]
  return {
    killed,
    stuck,
    differ,
    inWords: `the next migration failed ${stuck} times, made another schema ${differ} times`,
  }
}

const migrateKilled: BatteryCase = {
  name: 'kill-migration',
  fault: 'kill -9 of db migrate on an empty database, at random times and at known points',
  invariant: 'the next migration succeeds, and the schema is the same as without a kill',
  run: async (profile) => {
    const chance = chanceOfRow()
    const random = chance.random()
    const release = nextRelease()
    atEndOfRun(release.remove)
    const { statements, whole } = await undisturbed(release)
    const instants = Array.from({ length: profile === 'ci' ? 4 : 46 }, () => ({
      after: Math.floor(random() * statements),
    }))
    for (const { after } of instants) chance.record(`kill after ${after} statements`)
    const points = [...POINTS, ...instants]
    const { killed, stuck, differ, inWords } = await migrateAfterEach(
      points,
      { release, apply: applyMigrations },
      whole,
    )
    return {
      ok: stuck + differ === 0 && killed >= points.length * 0.75,
      n: `${killed} kills, ${POINTS.length} of them at known points, over ${statements} statements`,
      result: inWords,
    }
  },
}

const wrongInThree: BatteryCase = {
  name: 'kill-migration-wrong-three-transactions',
  fault:
    'kill -9 of db migrate, which records the start of a migration, runs its SQL and records its end in three transactions',
  invariant: 'must be caught: the next migration fails',
  run: async () => {
    const part = {
      real: 'src/core/database/migrations.ts',
      wrong: 'test/battery/crash/wrong-parts/three-transactions.ts',
    }
    const release = nextRelease(
      'test/battery/bench/with-wrong-part.ts',
      'test/battery/bench/replace-file.ts',
      part.wrong,
    )
    atEndOfRun(release.remove)
    const { whole } = await undisturbed(release)
    const way = { release, part, apply: applyInThree }
    const { killed, stuck, inWords } = await migrateAfterEach([INSIDE, BEFORE_FINISH], way, whole)
    return {
      ok: stuck > 0,
      n: `${killed} kills`,
      result: `${stuck > 0 ? 'caught' : 'NOT CAUGHT'}: ${inWords}`,
    }
  },
}

export const migratingCases: BatteryCase[] = [migrateKilled, wrongInThree]
