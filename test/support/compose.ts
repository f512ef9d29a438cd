import { spawn } from 'node:child_process'
import { resolve } from 'node:path'
import { afterAll, beforeAll, beforeEach } from 'vitest'
import { freePort } from '../../src/core/database/embedded-postgres.ts'
import { whyNoContainers } from './engine.ts'

const root = resolve(import.meta.dirname, '../..')
const BUILT_WITHIN_MS = 600_000

export interface Ended {
  code: number | null
  stdout: string
  stderr: string
}

/** docker compose on this repository's file, with containers, volumes and ports of its own. */
export interface Composed {
  site: string
  mailbox: string
  run(args: string[], input?: string): Promise<Ended>
  /** What it printed; throws what it complained of where it does not end well. */
  must(args: string[], input?: string): Promise<string>
  down(): Promise<void>
}

export interface ComposeOptions {
  /** "demo" by default. */
  profile?: string
  /** A file that adds to the repository's. */
  override?: string
  /** Variables of the compose file. */
  env?: Record<string, string>
}

async function openCompose({
  profile = 'demo',
  override,
  env: more = {},
}: ComposeOptions = {}): Promise<Composed> {
  const [demoPort, mailboxPort] = [String(await freePort()), String(await freePort())]
  const env = { ...process.env, DEMO_PORT: demoPort, MAILBOX_PORT: mailboxPort, ...more }
  const files = override ? ['--file', 'docker-compose.yml', '--file', override] : []
  const project = ['--project-name', `daily-papers-${profile}-test-${process.pid}`, ...files]
  const run = (args: string[], input = '') => ended(['compose', ...project, ...args], env, input)
  const must = async (args: string[], input?: string) => {
    const { code, stdout, stderr } = await run(args, input)
    if (code !== 0) throw new Error(`docker compose ${args.join(' ')}: ${code}\n${stderr.slice(-2000)}`)
    return stdout.trim()
  }
  return {
    site: `http://localhost:${demoPort}`,
    mailbox: `http://localhost:${mailboxPort}`,
    run,
    must,
    down: async () => void (await run(['--profile', profile, 'down', '--volumes', '--timeout', '5'])),
  }
}

/**
 * Opens docker compose for a test file and calls `start` with it; removes it at the end. The tests are skipped if no
 * container can run here.
 */
export function useCompose(
  options: () => Promise<ComposeOptions>,
  start: (compose: Composed) => Promise<void>,
): void {
  let compose: Composed | undefined
  beforeAll(async () => {
    if (whyNoContainers()) return
    compose = await openCompose(await options())
    await start(compose)
  }, BUILT_WITHIN_MS)
  afterAll(async () => {
    await compose?.down()
  })
  beforeEach((context) => {
    const reason = whyNoContainers()
    if (reason) context.skip(reason)
  })
}

/** docker with these arguments, to its end. */
export const docker = (...args: string[]): Promise<Ended> => ended(args, process.env, '')

function ended(args: string[], env: NodeJS.ProcessEnv, input: string): Promise<Ended> {
  const child = spawn('docker', args, { cwd: root, env })
  const heard = { stdout: '', stderr: '' }
  for (const channel of ['stdout', 'stderr'] as const) {
    child[channel].setEncoding('utf8').on('data', (part: string) => {
      heard[channel] += part
    })
  }
  child.stdin.on('error', () => {}).end(input) // it may have ended without reading
  return new Promise((end, fail) => child.on('error', fail).on('close', (code) => end({ code, ...heard })))
}
