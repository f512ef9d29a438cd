import { createHash, randomUUID } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import pg from 'pg'
import { unreachable } from './database.ts'
import { Fault } from './errors.ts'

const FOLDER = join(import.meta.dirname, '../../prisma/migrations')

// The lock that Prisma's own engine takes, so that both may run at once.
const PRISMA_LOCK = 72707369

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
export async function applyMigrations(url: string): Promise<string[]> {
  const client = new pg.Client({ connectionString: url })
  client.on('error', () => {}) // its queries reject
  await client.connect().catch((error) => {
    throw unreachable(error)
  })
  try {
    await client.query("set lock_timeout = '60s'")
    await client.query('select pg_advisory_lock($1)', [PRISMA_LOCK]) // let go when the session ends
    await client.query('set lock_timeout = 0')
    await client.query(TABLE)
    const done = await appliedNames(client)
    const missing = migrationNames().filter((name) => !done.has(name))
    for (const name of missing) await applyOne(client, name)
    return missing
  } finally {
    await client.end()
  }
}

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
    await client.query(sql) // one simple query: one transaction
  } catch (error) {
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
