import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { freePort } from '../../src/core/database/embedded-postgres.ts'
import type { Certificate } from './certificates.ts'
import { listening } from './nginx.ts'
import { toolPath } from './tools.ts'

const RECIPE = resolve(import.meta.dirname, '../../docs/recipes/Caddyfile')

export const caddyPath = toolPath('caddy')

export interface Caddy {
  plainPort: number
  accessLog(): string
  /** What Caddy itself says: also its errors. */
  ownLog(): string
  stop(): Promise<void>
}

export interface CaddyOptions {
  certificate: Certificate
  /** Where the service listens: one port, or those of its web processes. */
  upstreams: readonly number[]
  port: number
  /** Changes the recipe, to see what a wrong one does. */
  change?(recipe: string): string
}

/** The recipe's site in a real Caddy of its own, with the places in it that belong to this machine replaced. */
export async function startCaddy({
  certificate,
  upstreams,
  port,
  change = (text) => text,
}: CaddyOptions): Promise<Caddy> {
  const folder = mkdtempSync(join(tmpdir(), 'caddy-'))
  const plainPort = await freePort()
  const own = ['admin off', 'skip_install_trust', `http_port ${plainPort}`, `https_port ${port}`]
  const site = change(readFileSync(RECIPE, 'utf8'))
    .replace(/^\{$/m, `{\n\t${own.join('\n\t')}`)
    .replace(/^papers\.example\.org \{$/m, `localhost {\n\ttls ${certificate.cert} ${certificate.key}`)
    .replace('/var/log/caddy', folder)
    .replace('127.0.0.1:3000 {', `${upstreams.map((upstream) => `127.0.0.1:${upstream}`).join(' ')} {`)
  const file = join(folder, 'Caddyfile')
  writeFileSync(file, site)
  const env = { PATH: process.env.PATH, HOME: folder, XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder }
  const caddy = spawn(caddyPath!, ['run', '--config', file], { stdio: ['ignore', 'ignore', 'pipe'], env })
  let said = ''
  caddy.stderr.on('data', (chunk) => {
    said += chunk
  })
  const ended = once(caddy, 'exit')
  await listening(port).catch(() => Promise.reject(new Error(`Caddy did not start: ${said}`)))
  const log = join(folder, 'papers.log')
  return {
    plainPort,
    accessLog: () => (existsSync(log) ? readFileSync(log, 'utf8') : ''),
    ownLog: () => said,
    stop: async () => {
      caddy.kill('SIGTERM')
      await ended
    },
  }
}
