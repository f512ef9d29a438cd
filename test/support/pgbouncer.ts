import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { freePort } from '../../src/core/database/embedded-postgres.ts'
import { listening } from './nginx.ts'
import { toolPath } from './tools.ts'

const RECIPE = resolve(import.meta.dirname, '../../docs/recipes/pgbouncer.ini')
/** Of clients, where Postgres trusts everybody and the user has none. */
const PASSWORD = 'none'

export const pgbouncerPath = toolPath('pgbouncer')

/** It refuses to run as root. */
export const NOBODY = { uid: 65534, gid: 65534 }

interface Configured {
  /** Of the Postgres behind it. */
  url: string
  host?: string
  port: number
  mode?: 'session' | 'transaction'
}

/** The recipe with the places in it that belong to this machine replaced; returns the file and the URL of the pooler. */
export function configurePgbouncer({ url, host = '127.0.0.1', port, mode = 'session' }: Configured) {
  const folder = mkdtempSync(join(tmpdir(), 'pgbouncer-'))
  chmodSync(folder, 0o755)
  const { hostname, port: behind, username, password, pathname } = new URL(url)
  const users = join(folder, 'userlist.txt')
  writeFileSync(users, `"${username}" "${password || PASSWORD}"\n`)
  const file = join(folder, 'pgbouncer.ini')
  // Postgres in a container listens on IPv4 only, and PgBouncer would take ::1 for localhost.
  const server = hostname === 'localhost' ? '127.0.0.1' : hostname
  const text = readFileSync(RECIPE, 'utf8')
    .replace(/^papers = .*/m, `* = host=${server} port=${behind}`)
    .replace(/^listen_addr = .*/m, `listen_addr = ${host}`)
    .replace(/^listen_port = .*/m, `listen_port = ${port}`)
    .replace(/^auth_file = .*/m, `auth_file = ${users}`)
    .replace(/^pool_mode = .*/m, `pool_mode = ${mode}`)
  writeFileSync(file, text)
  return { file, url: `postgresql://${username}:${password || PASSWORD}@${host}:${port}${pathname}` }
}

/** The recipe's pooler, in session mode unless told otherwise, in front of a test database. */
export async function startPgbouncer(behind: string, mode: 'session' | 'transaction') {
  const port = await freePort()
  const { file, url } = configurePgbouncer({ url: behind, port, mode })
  const asNobody = process.getuid?.() === 0 ? NOBODY : {}
  const pooler = spawn(pgbouncerPath!, [file], { stdio: 'ignore', cwd: '/', ...asNobody })
  const ended = once(pooler, 'exit')
  await listening(port)
  return {
    url,
    stop: async () => {
      pooler.kill('SIGINT')
      pooler.kill('SIGTERM')
      await ended
    },
  }
}
