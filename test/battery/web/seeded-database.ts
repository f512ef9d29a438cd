import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { readConfig } from '../../../src/config/config.ts'
import { stoppedClock } from '../../../src/core/clock.ts'
import { openDatabase } from '../../../src/core/database/database.ts'
import { startEmbeddedPostgres } from '../../../src/core/database/embedded-postgres.ts'
import { applyMigrations } from '../../../src/core/database/migrations.ts'
import { silentLog } from '../../../src/core/log.ts'
import { prepareQueue } from '../../../src/core/queue.ts'
import { FEATURES } from '../../../src/features/index.ts'
import { atEndOfRun } from '../bench/cleanups.ts'
import { NOON, seed } from './seed.ts'

interface Server {
  url(database: string): string
  run(sql: string): Promise<void>
}

const SEEDED = 'web_seeded'

let server: Promise<Server> | undefined
let count = 0

/** A copy of one database that is made once, of its own until it is dropped. */
export async function seededDatabase(): Promise<{ url: string; drop(): Promise<void> }> {
  server ??= startServer()
  const { url, run } = await server
  const name = `web_${count++}`
  await run(`create database ${name} template ${SEEDED}`)
  return { url: url(name), drop: () => run(`drop database ${name} with (force)`) }
}

/** One Postgres for all cases, removed at the end of the run. */
async function startServer(): Promise<Server> {
  const folder = mkdtempSync(join(tmpdir(), 'daily-papers-web-'))
  const postgres = await startEmbeddedPostgres(join(folder, 'postgres'), { database: SEEDED, durable: false })
  atEndOfRun(async () => {
    await postgres.destroy()
    rmSync(folder, { recursive: true, force: true })
  })
  const url = (database: string) => Object.assign(new URL(postgres.url), { pathname: `/${database}` }).href
  await fill(postgres.url)
  return { url, run: (sql) => runOn(url('postgres'), sql) }
}

async function fill(databaseUrl: string): Promise<void> {
  await applyMigrations(databaseUrl)
  await prepareQueue(databaseUrl, silentLog)
  const { db, close } = openDatabase(databaseUrl, silentLog)
  const clock = stoppedClock(NOON)
  try {
    await seed({ config: readConfig({}), clock, features: FEATURES, log: silentLog, db, databaseUrl }, clock)
  } finally {
    await close()
  }
}

async function runOn(connectionString: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString })
  await client.connect()
  try {
    await client.query(sql)
  } finally {
    await client.end()
  }
}
