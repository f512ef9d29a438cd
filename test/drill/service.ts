import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { postgresUser } from '../support/debian-postgres.ts'
import { eventually } from '../support/until.ts'
import { haproxyConfig, PASSWORD, pgbouncerConfig } from './configs.ts'
import { logLines } from './log-lines.ts'
import type { Machine } from './network.ts'

const ROOT = resolve(import.meta.dirname, '../..')
const NODE_FLAGS = ['--disable-warning=ExperimentalWarning']
const MAX_START_SECONDS = 120
/** Of each worker. */
export const CONNECTIONS = 4
/** The URL of a source that does not exist: the papers are in the database. */
const NOWHERE = 'http://127.0.0.1:1'
export const APP_SECRET = 'a-secret-for-the-drill-with-32-bytes-or-more'

/** Starts HAProxy and PgBouncer on a machine of the service. */
export async function startPooler(
  machine: Machine,
  { folder, logs, addresses }: { folder: string; logs: string; addresses: readonly string[] },
): Promise<void> {
  const own = join(folder, `pooler-${machine.name}`)
  mkdirSync(own)
  chmodSync(own, 0o755)
  const haproxy = join(own, 'haproxy.cfg')
  writeFileSync(haproxy, haproxyConfig({ addresses }))
  const { config, users } = pgbouncerConfig(own)
  const pgbouncer = join(own, 'pgbouncer.ini')
  writeFileSync(pgbouncer, config)
  writeFileSync(join(own, 'userlist.txt'), users)
  const as = postgresUser()
  for (const command of [
    ['haproxy', '-db', '-f', haproxy],
    ['pgbouncer', pgbouncer],
  ]) {
    const child = machine.start(command, { as })
    logLines(child, join(logs, `${machine.name}-${command[0]}.log`))
  }
}

export interface ServiceSettings {
  /** Address and port of the relay. */
  relay: string
  /** AFTER_PROMOTION. */
  afterPromotion: 'hold' | 'continue'
}

export const settingsOf = ({ relay, afterPromotion }: ServiceSettings): Record<string, string> => ({
  DATABASE_URL: `postgresql://papers:${PASSWORD}@127.0.0.1:6432/papers`,
  SMTP_URL: `smtp://${relay}?tls=off&connections=${CONNECTIONS}`,
  AFTER_PROMOTION: afterPromotion,
  APP_SECRET,
  MAIL_FROM: 'papers@site.example',
  HF_URL: NOWHERE,
  LOG_LEVEL: 'info',
})

/** Starts a process of the service; resolves once it has started. */
export async function startProcess(
  machine: Machine,
  role: string,
  { settings, logs }: { settings: Record<string, string>; logs: string },
): Promise<void> {
  const command = [process.execPath, ...NODE_FLAGS, 'src/main.ts', '--roles', role]
  const child = machine.start(command, { cwd: ROOT, env: settings })
  let hasStarted = false
  let last = ''
  logLines(child, join(logs, `${machine.name}-${role}.log`), (line) => {
    last = line
    hasStarted ||= eventOf(line) === 'service.started'
  })
  await eventually(() => child.exitCode !== null || hasStarted, { seconds: MAX_START_SECONDS })
  if (!hasStarted) throw new Error(`${role} on ${machine.name} ended: ${last}`)
}

function eventOf(line: string): string {
  try {
    return (JSON.parse(line) as { event: string }).event
  } catch {
    return line
  }
}

/** Runs a command of the operator in a machine; returns what it printed. */
export const runCommand = (
  machine: Machine,
  args: string[],
  settings: Record<string, string>,
): Promise<string> =>
  machine.run([process.execPath, ...NODE_FLAGS, 'src/cli.ts', ...args], {
    cwd: ROOT,
    env: { ...settings, LOG_LEVEL: 'silent' },
  })
