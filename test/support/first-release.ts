import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parseEnv } from 'node:util'
import { gunzipSync } from 'node:zlib'
import pg from 'pg'
import { inject } from 'vitest'

const FOLDER = resolve(import.meta.dirname, '../fixtures/upgrade')
const read = (name: string) => readFileSync(join(FOLDER, name))

interface Left {
  leftAt: string
  messages: { to: string | null; kind: string; state: string; id: string }[]
  accepted: { to: string; messageId: string }[]
  arrived: { to: string; messageId: string }[]
  links: Record<string, Record<string, string>>
}

export const firstRelease: Left = JSON.parse(read('first-release.json').toString())
/** The settings of then, but for where database and mail server are. */
export const firstSettings = parseEnv(read('first-release.env').toString()) as Record<string, string>

export const onServer = (sql: string, database?: string): Promise<unknown> => {
  const url = new URL(inject('postgresUrl'))
  if (database) url.pathname = `/${database}`
  const client = new pg.Client({ connectionString: url.href })
  return client
    .connect()
    .then(() => client.query(sql))
    .finally(() => client.end())
}

// Which server it was on. Without these rows it is on its own server, and not a restored copy that is held.
const FORGET_SERVER = `delete from public.switch where name in ('database-identity', 'database-timeline')`

/** An empty database of that name; with `left`, as the first release left it. Returns its address. */
export async function databaseOf(name: string, { left = true } = {}): Promise<string> {
  await onServer(`create database ${name} template template0`)
  if (left) await onServer(`${gunzipSync(read('first-release.sql.gz'))}\n;${FORGET_SERVER}`, name)
  return Object.assign(new URL(inject('postgresUrl')), { pathname: `/${name}` }).href
}

export const dropDatabase = (name: string): Promise<unknown> => onServer(`drop database ${name} with (force)`)
