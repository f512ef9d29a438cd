import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../../src/core/database/embedded-postgres.ts'
import { applyMigrations } from '../../../src/core/database/migrations.ts'
import { atEndOfRun } from './cleanups.ts'

const TEMPLATE = 'battery_template'

interface Shared {
  folder: string
  postgres: EmbeddedPostgres
  /** The URL of the server's own database, from which others are made. */
  admin: pg.Pool
}

let shared: Promise<Shared> | undefined
let databases = 0

export interface OwnDatabase {
  url: string
  destroy(): Promise<void>
}

/**
 * A new database, migrated unless `empty`, on a durable server that the cases share, unless they damage it: starting a
 * server takes two seconds of CPU time, and there are many cases.
 */
export async function ownDatabase({ empty = false } = {}): Promise<OwnDatabase> {
  shared ??= startShared()
  const { postgres, admin } = await shared
  const name = `battery_${++databases}`
  await admin.query(`create database ${name} template ${empty ? 'template1' : TEMPLATE}`)
  return {
    url: Object.assign(new URL(postgres.url), { pathname: `/${name}` }).href,
    destroy: async () => void (await admin.query(`drop database if exists ${name} with (force)`)),
  }
}

async function startShared(): Promise<Shared> {
  const folder = mkdtempSync(join(tmpdir(), 'daily-papers-battery-server-'))
  const postgres = await startEmbeddedPostgres(join(folder, 'postgres'), { database: TEMPLATE })
  await applyMigrations(postgres.url)
  const connectionString = Object.assign(new URL(postgres.url), { pathname: '/postgres' }).href
  // One at a time: a template can only be copied while it has no connection.
  const admin = new pg.Pool({ connectionString, max: 1 })
  atEndOfRun(stopSharedPostgres)
  return { folder, postgres, admin }
}

/** Ends the shared server if one was started. */
async function stopSharedPostgres(): Promise<void> {
  if (!shared) return
  const { folder, postgres, admin } = await shared
  shared = undefined
  await admin.end()
  await postgres.destroy()
  rmSync(folder, { recursive: true, force: true })
}
