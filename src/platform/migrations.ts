import { createHash, randomUUID } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import pRetry from 'p-retry'
import type pg from 'pg'
import { unreachable } from './database.ts'
import { Fault } from './errors.ts'
import { PATIENCE, type Patience, patientClient } from './patient-client.ts'

const FOLDER = join(import.meta.dirname, '../../prisma/migrations')

// The lock that Prisma's own engine takes, so that both may run at once.
const PRISMA_LOCK = 72707369

const LOCK_WAIT_MS = 600_000
const ASK_MS = 200
const BRIEF_MS = 1000
const TRIES = 30
// An index may take hours, also behind a pooler.
const WHATEVER_IT_TAKES: Patience = { ...PATIENCE, longestMs: Number.POSITIVE_INFINITY }
const CONCURRENTLY = /create index concurrently if not exists "(\w+)"/i

const TABLE = `create table if not exists _prisma_migrations (
  id varchar(36) primary key not null, checksum varchar(64) not null, finished_at timestamptz,
  migration_name varchar(255) not null, logs text, rolled_back_at timestamptz,
  started_at timestamptz not null default now(), applied_steps_count integer not null default 0)`

interface MigrationRow {
  migration_name: string
  finished_at: Date | null
}

/** Names of the migrations that this release brings, oldest first. */
export const migrationNames = (): string[] =>
  readdirSync(FOLDER)
    .filter((name) => /^\d/.test(name))
    .sort()

/**
 * Brings the schema up to date and returns the names applied. Same table, checksums and lock as
 * `prisma migrate deploy`, without its engine. Safe twice, and from several machines at once.
 * Throws database.unreachable, and database.migration-failed where an earlier one stopped half-way.
 */
export async function applyMigrations(url: string, patience = WHATEVER_IT_TAKES): Promise<string[]> {
  const client = new (patientClient(url, patience))({ connectionString: url })
  client.on('error', () => {}) // its queries reject
  await client.connect().catch((error) => {
    throw unreachable(error)
  })
  try {
    await takeLock(client)
    await client.query(TABLE)
    const done = await appliedNames(client)
    const missing = migrationNames().filter((name) => !done.has(name))
    for (const name of missing) await applyOne(client, name)
    return missing
  } finally {
    await client.end()
  }
}

/**
 * Let go when the session ends. Asked for again and again: a statement that waits for it would be waited for by an index
 * that whoever has it builds concurrently.
 */
const takeLock = (client: pg.Client): Promise<void> =>
  pRetry(
    async () => {
      const { rows } = await client.query('select pg_try_advisory_lock($1) as taken', [PRISMA_LOCK])
      if (!rows[0].taken) throw unreachable(new Error('another process has been migrating it for minutes'))
    },
    { retries: LOCK_WAIT_MS / ASK_MS, minTimeout: ASK_MS, factor: 1 },
  )

/** What takes a lock that keeps others out waits for it a second at a time, since they all wait behind it. */
async function run(client: pg.Client, sql: string): Promise<void> {
  const [, index] = sql.match(CONCURRENTLY) ?? []
  if (index) await dropInvalid(client, index)
  await client.query(`set lock_timeout = ${index ? 0 : BRIEF_MS}`)
  await pRetry(() => client.query(sql), {
    retries: TRIES,
    minTimeout: BRIEF_MS,
    factor: 1,
    shouldRetry: ({ error }) => isLockTimeout(error),
  })
  await client.query('set lock_timeout = 0')
}

/** What an index that was broken off while it was built leaves behind. */
async function dropInvalid(client: pg.Client, index: string): Promise<void> {
  const left = 'select from pg_index where indexrelid = to_regclass($1) and not indisvalid'
  const { rowCount } = await client.query(left, [`"${index}"`])
  if (rowCount) await client.query(`drop index concurrently "${index}"`)
}

const isLockTimeout = (error: unknown): boolean => (error as { code?: string }).code === '55P03'

async function appliedNames(client: pg.Client): Promise<Set<string>> {
  const { rows } = await client.query<MigrationRow>(
    'select migration_name, finished_at from _prisma_migrations where rolled_back_at is null',
  )
  const failed = rows.find((row) => !row.finished_at)
  if (failed) throw new Fault('database.migration-failed', { name: failed.migration_name })
  return new Set(rows.map((row) => row.migration_name))
}

async function applyOne(client: pg.Client, name: string): Promise<void> {
  const sql = readFileSync(join(FOLDER, name, 'migration.sql'), 'utf8')
  const id = randomUUID()
  const checksum = createHash('sha256').update(sql).digest('hex')
  await client.query('insert into _prisma_migrations (id, checksum, migration_name) values ($1, $2, $3)', [
    id,
    checksum,
    name,
  ])
  try {
    await run(client, sql) // one simple query: one transaction, or none for an index that is built concurrently
  } catch (error) {
    if (isLockTimeout(error)) {
      await client.query('delete from _prisma_migrations where id = $1', [id])
      throw unreachable(error)
    }
    await client.query('update _prisma_migrations set logs = $2 where id = $1', [id, String(error)])
    throw error
  }
  await client.query(
    'update _prisma_migrations set finished_at = now(), applied_steps_count = 1 where id = $1',
    [id],
  )
}

/** What is needed to ask which migrations a database has. */
interface Askable {
  $queryRawUnsafe<T>(sql: string): Promise<T>
}

/** Migrations of this release that the database lacks. */
export async function missingMigrations(db: Askable): Promise<string[]> {
  const [{ exists }] = await db.$queryRawUnsafe<[{ exists: boolean }]>(
    `select to_regclass('_prisma_migrations') is not null as exists`,
  )
  if (!exists) return migrationNames()
  const rows = await db.$queryRawUnsafe<MigrationRow[]>(
    'select migration_name, finished_at from _prisma_migrations where finished_at is not null and rolled_back_at is null',
  )
  const done = new Set(rows.map((row) => row.migration_name))
  return migrationNames().filter((name) => !done.has(name))
}

/** The newest migration that the database has from a later release than this one; undefined where there is none. */
export async function laterMigration(db: Askable): Promise<string | undefined> {
  const known = new Set(migrationNames())
  const rows = await db.$queryRawUnsafe<MigrationRow[]>(
    'select migration_name from _prisma_migrations where finished_at is not null and rolled_back_at is null',
  )
  const names = rows.map((row) => row.migration_name)
  return names
    .filter((name) => !known.has(name))
    .sort()
    .at(-1)
}

/** Throws database.behind where a migration is missing. */
export async function requireMigrated(db: Askable): Promise<void> {
  const [first, ...others] = await missingMigrations(db)
  if (first) throw new Fault('database.behind', { count: others.length + 1, name: first })
}
