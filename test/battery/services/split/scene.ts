import type { ChildProcess } from 'node:child_process'
import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import pg from 'pg'
import { startEmbeddedPostgres } from '../../../../src/core/database/embedded-postgres.ts'
import { type Machine, type Network, openNetwork } from '../../../support/network-namespaces.ts'
import { listening } from '../../../support/nginx.ts'
import { configurePgbouncer, NOBODY, pgbouncerPath } from '../../../support/pgbouncer.ts'
import { type Arrival, readArrivals } from '../../../support/smtp-sink.ts'
import { eventually } from '../../../support/until.ts'
import { COMPOSING } from '../../bench/bulk-emails.ts'
import { atEndOfRun } from '../../bench/cleanups.ts'
import { NotBegun } from '../../bench/delivery-bench.ts'
import { programWith, type WrongPart } from '../../bench/wrong-part.ts'

const root = resolve(import.meta.dirname, '../../../..')
const FLAGS = ['--disable-warning=ExperimentalWarning']
const MAX_START_SECONDS = 120

/** SMTP connections of each worker. */
export const CONNECTIONS = 4
const WEB_PORT = 3000
const POSTGRES_PORT = 5432
const PGBOUNCER_PORT = 6432
const RELAY_PORT = 2525
/** A wave of 50 emails takes some seconds over the connections of two workers. */
const EMAIL_MS = 400

const PARTS = [
  'web 1',
  'web 2',
  'schedule',
  'worker 1',
  'worker 2',
  'pgbouncer',
  'postgres',
  'relay',
] as const
export type PartName = (typeof PARTS)[number]

/** A part of the service on a machine of its own. */
interface Part {
  machine: Machine
  /** Starts it, also after a kill; resolves once it works. */
  start(): Promise<void>
}

export interface Scene {
  folder: string
  /** Of a process of the case, straight to Postgres. */
  settings: Record<string, string>
  /** URLs of the web processes. */
  sites: readonly [string, string]
  kill(name: PartName): Promise<void>
  start(name: PartName): Promise<void>
  /** Starts a worker once more, at another time of its clock. */
  startWorkerAt(now: Date): Promise<void>
  /** Sends SIGTERM to every process of the service; returns their exit codes. */
  stopServices(): Promise<(number | null)[]>
  /** What the relay accepted, or at least wrote down, in order. */
  arrived(): Arrival[]
}

/**
 * Two web processes behind PgBouncer, a schedule, two workers, Postgres and a relay that writes each email to the disk
 * before it replies: each in a network namespace of its own, as in containers. They are removed after `work`.
 */
export async function withScene<T>(
  { part }: { part?: WrongPart | undefined },
  work: (scene: Scene) => Promise<T>,
): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'daily-papers-split-'))
  const network = openNetwork()
  const remove = async () => {
    await network.remove()
    rmSync(folder, { recursive: true, force: true })
  }
  const forget = atEndOfRun(remove)
  try {
    return await work(await openScene(network, folder, part))
  } finally {
    forget()
    await remove()
  }
}

async function openScene(network: Network, folder: string, part: WrongPart | undefined): Promise<Scene> {
  const machines = new Map(PARTS.map((name) => [name, network.machine()]))
  const machine = (name: PartName) => machines.get(name)!
  const databaseUrl = `postgresql://postgres@${machine('postgres').address}:${POSTGRES_PORT}/papers`
  const settings = {
    ...COMPOSING,
    DATABASE_URL: databaseUrl,
    SMTP_URL: `smtp://${machine('relay').address}:${RELAY_PORT}?connections=${CONNECTIONS}&timeout=10&tls=off`,
    LEASE_SECONDS: '3',
    LEASE_RENEW_SECONDS: '1',
    HOST: '0.0.0.0',
    PORT: String(WEB_PORT),
    HF_URL: 'http://127.0.0.1:1',
    LOG_LEVEL: 'info',
  }
  const pooler = configurePgbouncer({
    url: databaseUrl,
    host: machine('pgbouncer').address,
    port: PGBOUNCER_PORT,
  })
  const file = join(folder, 'arrived')
  writeFileSync(file, '')
  const services = new Map<PartName, ChildProcess>()
  const service = (name: PartName, roles: string, more: Record<string, string> = {}, wrong?: WrongPart) => ({
    machine: machine(name),
    start: async () => {
      const env = { ...settings, DATA_DIR: join(folder, name.replace(' ', '-')), ...more }
      services.set(name, await startService(machine(name), programWith(wrong, 'src/main.ts'), roles, env))
    },
  })
  const web = (name: PartName) => service(name, 'web', { DATABASE_URL: pooler.url })
  const worker = (name: PartName, more = {}) => service(name, 'worker', more, part)
  const parts: Record<PartName, Part> = {
    'web 1': web('web 1'),
    'web 2': web('web 2'),
    schedule: service('schedule', 'schedule'),
    'worker 1': worker('worker 1'),
    'worker 2': worker('worker 2'),
    pgbouncer: pgbouncerOn(machine('pgbouncer'), pooler.file),
    postgres: await postgresOn(machine('postgres'), join(folder, 'postgres'), databaseUrl),
    relay: relayOn(machine('relay'), file),
  }
  const site = (name: PartName) => `http://${machine(name).address}:${WEB_PORT}`
  return {
    folder,
    settings,
    sites: [site('web 1'), site('web 2')],
    kill: (name) => machine(name).kill(),
    start: (name) => parts[name].start(),
    startWorkerAt: (now) => worker('worker 1', { CLOCK_NOW: now.toISOString() }).start(),
    stopServices: () => Promise.all([...services.values()].map(endOf)),
    arrived: () => readArrivals(file),
  }
}

/** Runs one of our programs in a machine. What it prints is dropped, because a full pipe would stop it. */
function startNode(machine: Machine, program: string[], env: Record<string, string> = {}): ChildProcess {
  const [file = '', ...args] = program
  const compiled = process.env.NODE_COMPILE_CACHE
  const child = machine.start([process.execPath, ...FLAGS, resolve(root, file), ...args], {
    cwd: root,
    env: { ...(compiled && { NODE_COMPILE_CACHE: compiled }), ...env },
  })
  child.stdout?.resume()
  return child
}

async function startService(
  machine: Machine,
  program: string[],
  roles: string,
  env: Record<string, string>,
): Promise<ChildProcess> {
  mkdirSync(env.DATA_DIR!, { recursive: true })
  const child = startNode(machine, [...program, '--roles', roles], env)
  let last = ''
  let isStarted = false
  createInterface({ input: child.stderr! }).on('line', (line) => {
    last = line
    isStarted ||= line.includes('"service.started"')
  })
  const isGone = () => child.exitCode !== null || child.signalCode !== null
  await eventually(() => isStarted || isGone(), { seconds: MAX_START_SECONDS })
  if (!isStarted) throw new NotBegun(`role ${roles} ended with ${child.exitCode}: ${last}`)
  return child
}

async function endOf(child: ChildProcess): Promise<number | null> {
  child.kill('SIGTERM')
  await eventually(() => child.exitCode !== null || child.signalCode !== null, { seconds: 60 })
  return child.exitCode
}

/** The embedded Postgres makes the data; then its server listens on the network of the case. */
async function postgresOn(machine: Machine, folder: string, url: string): Promise<Part> {
  const embedded = await startEmbeddedPostgres(folder, { database: 'papers' })
  await embedded.stop()
  const data = embedded.folder
  const [binary = ''] = readFileSync(join(data, 'postmaster.opts'), 'utf8').split(' "')
  appendFileSync(join(data, 'pg_hba.conf'), 'host all all samenet trust\n')
  const { uid, gid } = statSync(data)
  const options = ['-D', data, '-p', String(POSTGRES_PORT), '-c', 'listen_addresses=*']
  const more = ['-c', 'unix_socket_directories=', '-c', 'max_connections=200', '-c', 'log_timezone=UTC']
  return {
    machine,
    start: async () => {
      const child = machine.start([binary, ...options, ...more], {
        as: { uid, gid },
        env: { LC_ALL: 'C', TZ: 'UTC' },
      })
      drop(child)
      await eventually(() => doesReply(url), { seconds: MAX_START_SECONDS })
    },
  }
}

const drop = (child: ChildProcess): void => {
  child.stdout?.resume()
  child.stderr?.resume()
}

async function doesReply(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 1000 })
  client.on('error', () => {}) // its queries reject
  try {
    await client.connect()
    await client.query('select 1')
    return true
  } catch {
    return false
  } finally {
    await client.end().catch(() => {})
  }
}

const pgbouncerOn = (machine: Machine, file: string): Part => ({
  machine,
  start: async () => {
    drop(machine.start([pgbouncerPath!, file], { as: NOBODY }))
    await listening(PGBOUNCER_PORT, machine.address)
  },
})

const relayOn = (machine: Machine, file: string): Part => ({
  machine,
  start: async () => {
    const options = { host: machine.address, port: RELAY_PORT, file, delayMs: EMAIL_MS, stepDelayMs: 4 }
    drop(startNode(machine, ['test/support/smtp-sink-process.ts', JSON.stringify(options)]))
    await listening(RELAY_PORT, machine.address)
  },
})
