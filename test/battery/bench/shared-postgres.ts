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
  /** Of the server's own database, from which others are made. */
  admin: pg.Pool
}

let shared: Promise<Shared> | undefined
let databases = 0

export interface OwnDatabase {
  url: string
  destroy(): Promise<void>
}

/**
 * A database of one's own, migrated unless it is to be empty, on a durable server that all cases share which do no harm to it: making a server
 * takes two seconds of a processor, and there are many cases.
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
  // One at a time: a template is copied while nobody uses it.
  const admin = new pg.Pool({ connectionString, max: 1 })
  atEndOfRun(stopSharedPostgres)
  return { folder, postgres, admin }
}

/** Ends the shared server, where one was started. */
async function stopSharedPostgres(): Promise<void> {
  if (!shared) return
  const { folder, postgres, admin } = await shared
  shared = undefined
  await admin.end()
  await postgres.destroy()
  rmSync(folder, { recursive: true, force: true })
}
