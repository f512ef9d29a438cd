import { createHash, randomUUID } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import pRetry from 'p-retry'
import pg from 'pg'
import { Fault } from '../errors.ts'
import { connectionOptions } from './connection.ts'
import { databaseUnreachable } from './database.ts'

const FOLDER = join(import.meta.dirname, '../../../prisma/migrations')

// The lock that Prisma's own engine takes, so that both may run at the same time.
const PRISMA_LOCK = 72707369

const LOCK_WAIT_MS = 600_000
const LOCK_POLL_MS = 200
const LOCK_TIMEOUT_MS = 1000
const TRIES = 30
const CONCURRENTLY = /create index concurrently if not exists "(\w+)"/i

const TABLE = `create table if not exists _prisma_migrations (
  id varchar(36) primary key not null, checksum varchar(64) not null, finished_at timestamptz,
  migration_name varchar(255) not null, logs text, rolled_back_at timestamptz,
  started_at timestamptz not null default now(), applied_steps_count integer not null default 0)`

const APPLIED = `select migration_name as name from _prisma_migrations
  where finished_at is not null and rolled_back_at is null order by 1`

interface AppliedMigration {
  name: string
}

interface MigrationOptions {
  /** Tests apply migrations that this release does not have. */
  folder?: string
}

/** Names of this release's migrations, oldest first. */
export const migrationNames = (folder = FOLDER): string[] =>
  readdirSync(folder)
    .filter((name) => /^\d/.test(name))
    .sort()

/**
 * Brings the schema up to date and returns the names applied. Uses the same table, checksums and lock as
 * `prisma migrate deploy`, without its engine. Safe to run twice, and from several machines at once. Throws
 * database.unreachable, database.before-release, and database.migration-failed with the reason; a migration that fails
 * changes nothing.
 */
export async function applyMigrations(
  url: string,
  { folder = FOLDER }: MigrationOptions = {},
): Promise<string[]> {
  const client = new pg.Client(connectionOptions(url))
  client.on('error', () => {}) // its queries reject
  await client.connect().catch((error) => {
    throw databaseUnreachable(error)
  })
  try {
    await takeLock(client)
    await client.query(TABLE)
    const { rows } = await client.query<AppliedMigration>(APPLIED)
    const missing = missingFrom(rows, folder)
    for (const name of missing) await applyOne(client, join(folder, name))
    return missing
  } finally {
    await client.end()
  }
}

/**
 * The lock is released when the session ends. We poll for it: a statement that waited for it would block an index that
 * the process with the lock builds concurrently.
 */
const takeLock = (client: pg.Client): Promise<void> =>
  pRetry(
    async () => {
      const { rows } = await client.query('select pg_try_advisory_lock($1) as taken', [PRISMA_LOCK])
      if (!rows[0].taken)
        throw databaseUnreachable(new Error('another process has been migrating it for minutes'))
    },
    { retries: LOCK_WAIT_MS / LOCK_POLL_MS, minTimeout: LOCK_POLL_MS, factor: 1 },
  )

/** One simple query, so one transaction. Other statements queue behind its locks, so it retries with short timeouts. */
async function run(client: pg.Client, sql: string, lockTimeoutMs: number): Promise<void> {
  await client.query(`set lock_timeout = ${lockTimeoutMs}`)
  await pRetry(() => client.query(sql), {
    retries: TRIES,
    minTimeout: LOCK_TIMEOUT_MS,
    factor: 1,
    shouldRetry: ({ error }) => isLockTimeout(error),
  })
  await client.query('set lock_timeout = 0')
}

/** Drops the invalid index that an interrupted concurrent build leaves behind. */
async function dropInvalid(client: pg.Client, index: string): Promise<void> {
  const left = 'select from pg_index where indexrelid = to_regclass($1) and not indisvalid'
  const { rowCount } = await client.query(left, [`"${index}"`])
  if (rowCount) await client.query(`drop index concurrently "${index}"`)
}

const isLockTimeout = (error: unknown): boolean => (error as { code?: string }).code === '55P03'

function missingFrom(applied: readonly AppliedMigration[], folder: string): string[] {
  const names = new Set(applied.map(({ name }) => name))
  const own = migrationNames(folder)
  requireReleased(names, own)
  return own.filter((name) => !names.has(name))
}

/** The migrations of the versions before 1.0 were replaced by one, which cannot be applied after them. */
function requireReleased(names: ReadonlySet<string>, [first = '']: readonly string[]): void {
  const name = [...names].find((one) => one < first)
  if (name) throw new Fault('database.before-release', { name })
}

/**
 * A migration and its row are one transaction, so a killed process leaves no trace. An index that is built concurrently
 * cannot be in a transaction: if its row is missing, it is built again.
 */
async function applyOne(client: pg.Client, folder: string): Promise<void> {
  const name = basename(folder)
  const sql = readFileSync(join(folder, 'migration.sql'), 'utf8')
  const record = recordSql(name, createHash('sha256').update(sql).digest('hex'))
  const [, index] = sql.match(CONCURRENTLY) ?? []
  try {
    if (!index) return await run(client, `${sql}\n;${record}`, LOCK_TIMEOUT_MS)
    await dropInvalid(client, index)
    await run(client, sql, 0)
    await client.query(record)
  } catch (error) {
    if (isLockTimeout(error)) throw databaseUnreachable(error)
    if (!(error instanceof pg.DatabaseError)) throw error
    throw new Fault('database.migration-failed', { name, what: error.message }, { cause: error })
  }
}

/** Replaces an unfinished row: its process is gone, since we have the lock. */
const recordSql = (name: string, checksum: string): string => `
  delete from _prisma_migrations where migration_name = '${name}' and finished_at is null and rolled_back_at is null;
  insert into _prisma_migrations (id, checksum, migration_name, finished_at, applied_steps_count)
  values ('${randomUUID()}', '${checksum}', '${name}', clock_timestamp(), 1)`

interface QueryRunner {
  $queryRawUnsafe<T>(sql: string): Promise<T>
}

/** Migrations of this release that the database lacks. Throws database.before-release. */
export async function pendingMigrations(db: QueryRunner, folder = FOLDER): Promise<string[]> {
  const [{ exists }] = await db.$queryRawUnsafe<[{ exists: boolean }]>(
    `select to_regclass('_prisma_migrations') is not null as exists`,
  )
  if (!exists) return migrationNames(folder)
  return missingFrom(await db.$queryRawUnsafe<AppliedMigration[]>(APPLIED), folder)
}

/** The database's newest migration that belongs to a later release; undefined if it has none. */
export async function newerMigration(db: QueryRunner): Promise<string | undefined> {
  const applied = await db.$queryRawUnsafe<AppliedMigration[]>(APPLIED)
  const ownNames = new Set(migrationNames())
  return applied.findLast(({ name }) => !ownNames.has(name))?.name
}

/** Throws database.behind if a migration is missing, and database.before-release. */
export async function requireMigrated(db: QueryRunner): Promise<void> {
  const [first, ...others] = await pendingMigrations(db)
  if (first) throw new Fault('database.behind', { count: others.length + 1, name: first })
}
