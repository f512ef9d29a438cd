import { createHash, randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import pg from 'pg'
import { migrationNames } from '../../../../src/core/database/migrations.ts'

export * from '../../../../src/core/database/migrations.ts'

const FOLDER = join(import.meta.dirname, '../../../../prisma/migrations')

/** Records that a migration starts, runs it and records that it finished, in three transactions. */
export async function applyMigrations(url: string, { folder = FOLDER } = {}): Promise<string[]> {
  const client = new pg.Client({ connectionString: url })
  client.on('error', () => {}) // its queries reject
  await client.connect()
  try {
    await client.query('select pg_advisory_lock(72707369)')
    await client.query(`create table if not exists _prisma_migrations (
      id varchar(36) primary key not null, checksum varchar(64) not null, finished_at timestamptz,
      migration_name varchar(255) not null, logs text, rolled_back_at timestamptz,
      started_at timestamptz not null default now(), applied_steps_count integer not null default 0)`)
    const { rows } = await client.query('select migration_name, finished_at from _prisma_migrations')
    if (rows.some((row) => !row.finished_at)) throw new Error('a migration failed before')
    const done = rows.map((row) => row.migration_name)
    const missing = migrationNames(folder).filter((name) => !done.includes(name))
    for (const name of missing) await applyOne(client, name, folder)
    return missing
  } finally {
    await client.end()
  }
}

async function applyOne(client: pg.Client, name: string, folder: string): Promise<void> {
  const sql = readFileSync(join(folder, name, 'migration.sql'), 'utf8')
  const checksum = createHash('sha256').update(sql).digest('hex')
  const id = randomUUID()
  const begin = 'insert into _prisma_migrations (id, checksum, migration_name) values ($1, $2, $3)'
  await client.query(begin, [id, checksum, name])
  await client.query(sql)
  const end = 'update _prisma_migrations set finished_at = now(), applied_steps_count = 1 where id = $1'
  await client.query(end, [id])
}
