import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { freePort } from '../../src/core/database/embedded-postgres.ts'
import type { Certificate } from './certificates.ts'
import { toolPath } from './tools.ts'

const RECIPE = resolve(import.meta.dirname, '../../docs/recipes/nginx.conf')

export const nginxPath = toolPath('nginx')

export interface Nginx {
  port: number
  plainPort: number
  accessLog(): string
  errorLog(): string
  stop(): Promise<void>
}

export interface NginxOptions {
  certificate: Certificate
  /** Where the service listens. */
  upstream: number
  port: number
  /** Where it listens, and the name of the site. */
  host?: string
  name?: string
  /** Changes the recipe, to see what a wrong one does. */
  change?(recipe: string): string
}

/** The recipe's site in a real nginx of its own, with the places in it that belong to this machine replaced. */
export async function startNginx({
  certificate,
  upstream,
  port,
  host = '127.0.0.1',
  name = 'localhost',
  change = (text) => text,
}: NginxOptions): Promise<Nginx> {
  const folder = mkdtempSync(join(tmpdir(), 'nginx-'))
  const plainPort = await freePort()
  const site = change(readFileSync(RECIPE, 'utf8'))
    .replaceAll('papers.example.org', name)
    .replace(/\/etc\/letsencrypt\S+fullchain.pem/, certificate.cert)
    .replace(/\/etc\/letsencrypt\S+privkey.pem/, certificate.key)
    .replaceAll('/var/log/nginx', folder)
    .replaceAll('127.0.0.1:3000', `127.0.0.1:${upstream}`)
    .replace('listen 80;', `listen ${host}:${plainPort};`)
    .replace('listen 443 ssl;', `listen ${host}:${port} ssl;`)
  writeFileSync(join(folder, 'site.conf'), site)
  writeFileSync(join(folder, 'nginx.conf'), wrapper(folder))
  const nginx = spawn(nginxPath!, ['-c', join(folder, 'nginx.conf'), '-p', folder, '-g', 'daemon off;'], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let complaints = ''
  nginx.stderr.on('data', (chunk) => {
    complaints += chunk
  })
  const ended = once(nginx, 'exit')
  await listening(port, host).catch(() => Promise.reject(new Error(`nginx did not start: ${complaints}`)))
  const read = (name: string) => readFileSync(join(folder, name), 'utf8')
  return {
    port,
    plainPort,
    accessLog: () => read('papers.log'),
    errorLog: () => read('papers-error.log') + complaints,
    stop: async () => {
      nginx.kill('SIGTERM')
      await ended
    },
  }
}

// What Debian's own nginx.conf has around a site.
const wrapper = (folder: string): string => `
${process.getuid?.() === 0 ? 'user root;' : ''}
worker_processes 1;
pid ${folder}/nginx.pid;
error_log stderr error;
events { worker_connections 1024; }
http {
  ${['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${folder}/${name};`).join(' ')}
  access_log off;
  gzip on;
  include ${folder}/site.conf;
}
`

/** Resolves when a server accepts connections there. */
export async function listening(port: number, host = '127.0.0.1'): Promise<void> {
  for (let tries = 0; tries < 200; tries++) {
    const socket = connect(port, host)
    const isOpen = await Promise.race([
      once(socket, 'connect').then(() => true),
      once(socket, 'error').then(() => false),
    ]).catch(() => false)
    socket.destroy()
    if (isOpen) return
    await sleep(50)
  }
  throw new Error(`no server listens on port ${port}`)
}
