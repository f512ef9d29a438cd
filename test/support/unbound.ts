import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from '../../src/core/database/embedded-postgres.ts'
import { listening } from './nginx.ts'
import { toolPath } from './tools.ts'

export const unboundPath = toolPath('unbound')

export interface Unbound {
  /** For --resolver. */
  server: string
  stop(): Promise<void>
}

/** A real resolver that knows these lines of a zone file, and nothing else in the world. */
export async function startUnbound(lines: string[]): Promise<Unbound> {
  const folder = mkdtempSync(join(tmpdir(), 'unbound-'))
  const port = await freePort()
  writeFileSync(join(folder, 'unbound.conf'), configuration(folder, port, lines))
  const unbound = spawn(unboundPath!, ['-d', '-c', join(folder, 'unbound.conf')], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let complaints = ''
  unbound.stderr.on('data', (chunk) => {
    complaints += chunk
  })
  const ended = once(unbound, 'exit')
  await listening(port).catch(() => Promise.reject(new Error(`unbound did not start: ${complaints}`)))
  return {
    server: `127.0.0.1:${port}`,
    stop: async () => {
      unbound.kill('SIGTERM')
      await ended
    },
  }
}

const configuration = (folder: string, port: number, lines: string[]): string => `
server:
  interface: 127.0.0.1
  port: ${port}
  do-daemonize: no
  username: ""
  chroot: ""
  directory: "${folder}"
  pidfile: "${folder}/unbound.pid"
  use-syslog: no
  module-config: "iterator"
  do-not-query-localhost: no
  local-zone: "." static
${lines.map((line) => `  local-data: '${line}'`).join('\n')}
remote-control:
  control-enable: no
`
