import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parseEnv } from 'node:util'
import { gunzipSync } from 'node:zlib'
import pg from 'pg'
import { inject } from 'vitest'

const FOLDER = resolve(import.meta.dirname, '../fixtures/upgrade')
const read = (name: string) => readFileSync(join(FOLDER, name))

interface RecordedState {
  leftAt: string
  messages: { to: string | null; kind: string; state: string; id: string }[]
  accepted: { to: string; messageId: string }[]
  arrived: { to: string; messageId: string }[]
  links: Record<string, Record<string, string>>
}

export const recordedState: RecordedState = JSON.parse(read('recorded.json').toString())
/** The settings under which it was recorded, without the addresses of database and mail server. */
export const recordedSettings = parseEnv(read('recorded.env').toString()) as Record<string, string>

/** Runs SQL on the server of the tests, in its own database or another one. */
export async function runSql(sql: string, database?: string): Promise<void> {
  const client = new pg.Client({ connectionString: urlOf(database) })
  await client.connect()
  try {
    await client.query(sql)
  } finally {
    await client.end()
  }
}

function urlOf(database?: string): string {
  const url = new URL(inject('postgresUrl'))
  if (database) url.pathname = `/${database}`
  return url.href
}

/** Creates an empty database without migrations, and returns its URL. */
export async function createDatabase(name: string): Promise<string> {
  await runSql(`create database ${name} template template0`)
  return urlOf(name)
}

// These rows name the server of the recording. Without them the database is not taken for a restored copy, which is held.
const FORGET_SERVER = `delete from public.switch where name in ('database-identity', 'database-timeline')`

/** Creates a database with what an earlier version recorded in it, and returns its URL. */
export async function createRecordedDatabase(name: string): Promise<string> {
  const url = await createDatabase(name)
  await runSql(`${gunzipSync(read('recorded.sql.gz'))}\n;${FORGET_SERVER}`, name)
  return url
}

export const dropDatabase = (name: string): Promise<void> => runSql(`drop database ${name} with (force)`)
