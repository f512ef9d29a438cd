import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from '../../src/core/database/embedded-postgres.ts'
import { listening } from './nginx.ts'
import { toolPath } from './tools.ts'

export const pgbouncerPath = toolPath('pgbouncer')

/** A real pooler in front of a test database. It refuses to run as root, so it runs as another user. */
export async function startPgbouncer(url: string, mode: 'session' | 'transaction') {
  const folder = mkdtempSync(join(tmpdir(), 'pgbouncer-'))
  chmodSync(folder, 0o755)
  const port = await freePort()
  const { hostname, port: behind, username, password, pathname } = new URL(url)
  const file = join(folder, 'pgbouncer.ini')
  writeFileSync(
    file,
    `[databases]
* = host=${hostname} port=${behind} user=${username} password=${password || 'none'}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = any
pool_mode = ${mode}
max_client_conn = 100
default_pool_size = 20
ignore_startup_parameters = extra_float_digits
`,
  )
  const asNobody = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {}
  const pooler = spawn(pgbouncerPath!, [file], { stdio: 'ignore', cwd: '/', ...asNobody })
  const ended = once(pooler, 'exit')
  await listening(port)
  return {
    url: `postgresql://${username}@127.0.0.1:${port}${pathname}`,
    stop: async () => {
      pooler.kill('SIGINT')
      pooler.kill('SIGTERM')
      await ended
    },
  }
}
