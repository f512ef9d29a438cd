import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { appendFileSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import type { EmbeddedPostgres } from '../../../src/core/database/embedded-postgres.ts'
import { type Machine, openNetwork } from '../../support/network-namespaces.ts'
import { eventually } from '../../support/until.ts'
import type { RelayCounts } from './relay.ts'

const ROOT = resolve(import.meta.dirname, '../../..')
/** As `npm start` and the image run it. */
const NODE = [process.execPath, '--disable-warning=ExperimentalWarning', '--max-semi-space-size=2']
const DATABASE_PORT = 5432
const RELAY_PORT = 2525
export const WEB_PORT = 3000
/** Each process keeps up to 16 connections: the pool, the queue, the search thread and the process lock. */
const MAX_CONNECTIONS = 200
/** A start takes some seconds, on a busy machine almost a minute. */
const START = { seconds: 120 }
const LOG_TAIL = 2000
// Nothing listens here, so the source is unreachable.
const NOWHERE = 'http://127.0.0.1:9'

export interface Running {
  pid: number
  address: string
  /** As an operator does, so that emails in progress end. */
  stop(): Promise<void>
}

export interface Relay extends Running {
  port: number
  counts(): RelayCounts
}

/** Machines of one network: a network namespace for each program. */
export interface Machines {
  /** Stops the server and starts it on a machine of its own. Resolves to the new URL of its database. */
  startDatabase(postgres: EmbeddedPostgres): Promise<string>
  startRelay(delayMs: number): Promise<Relay>
  /** A process of the service; its log is a file of this name. */
  startService(name: string, roles: string, settings: Record<string, string>): Promise<Running>
  /** Runs a program on a machine of its own to its end. */
  run(command: string[]): Promise<void>
  remove(): Promise<void>
}

export function openMachines(folder: string): Machines {
  const network = openNetwork()
  const machines = new Map<string, Machine>()
  const machineOf = (name: string): Machine => {
    const machine = machines.get(name) ?? network.machine()
    machines.set(name, machine)
    return machine
  }
  return {
    startDatabase: (postgres) => startDatabase(machineOf('postgres'), network.address, postgres),
    startRelay: (delayMs) => startRelay(machineOf('relay'), delayMs),
    startService: async (name, roles, settings) => {
      const machine = machineOf(name)
      const log = join(folder, `${name}.log`)
      writeFileSync(log, '')
      const listening = { HOST: machine.address, PORT: String(WEB_PORT), HF_URL: NOWHERE }
      const child = machine.start(loggingTo(log, [...NODE, 'src/main.ts', '--roles', roles]), {
        cwd: ROOT,
        env: { ...compileCache(), DATA_DIR: folder, TRUST_PROXY: network.address, ...listening, ...settings },
      })
      await isLogged(log, 'service.started', child)
      return running(child, machine)
    },
    run: async (command) => {
      await machineOf('client').run(command)
    },
    remove: network.remove,
  }
}

const compileCache = (): Record<string, string> =>
  process.env.NODE_COMPILE_CACHE ? { NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE } : {}

/** A pipe would cost this process the time to read it. The shell becomes the program. */
const loggingTo = (file: string, command: string[]): string[] => [
  'sh',
  '-c',
  'log=$1; shift; exec "$@" >>"$log" 2>&1',
  'sh',
  file,
  ...command,
]

async function isLogged(log: string, text: string, child: ChildProcess): Promise<void> {
  await eventually(() => readFileSync(log, 'utf8').includes(text) || child.exitCode !== null, START)
  if (child.exitCode !== null) throw new Error(readFileSync(log, 'utf8').slice(-LOG_TAIL))
}

function running(child: ChildProcess, { address }: Machine, signal: NodeJS.Signals = 'SIGTERM'): Running {
  const exit = once(child, 'exit')
  const stop = async () => {
    child.kill(signal)
    await exit
  }
  return { pid: child.pid!, address, stop }
}

async function startDatabase(machine: Machine, client: string, postgres: EmbeddedPostgres): Promise<string> {
  const { folder } = postgres
  const program = readFileSync(join(folder, 'postmaster.opts'), 'utf8').split(' ')[0]!
  await postgres.stop()
  // Every machine of the network may connect.
  appendFileSync(join(folder, 'pg_hba.conf'), `host all all ${client}/24 trust\n`)
  const { uid, gid } = statSync(folder)
  const settings = [`listen_addresses=${machine.address}`, 'unix_socket_directories=']
  const options = [...settings, 'log_timezone=UTC', `max_connections=${MAX_CONNECTIONS}`].flatMap((one) => [
    '-c',
    one,
  ])
  const child = machine.start([program, '-D', folder, '-p', String(DATABASE_PORT), ...options], {
    as: { uid, gid },
    env: { LC_ALL: 'C', TZ: 'UTC' },
  })
  child.stderr!.resume()
  child.stdout!.resume()
  await accepts(machine.address, DATABASE_PORT)
  const name = new URL(postgres.url).pathname
  return `postgresql://postgres@${machine.address}:${DATABASE_PORT}${name}`
}

async function startRelay(machine: Machine, delayMs: number): Promise<Relay> {
  const file = join(import.meta.dirname, 'relay.ts')
  const child = machine.start([...NODE, file, machine.address, String(RELAY_PORT), String(delayMs)])
  child.stderr!.pipe(process.stderr)
  let counts: RelayCounts = { emails: 0, bytes: 0, open: 0 }
  createInterface({ input: child.stdout! }).on('line', (line) => {
    counts = JSON.parse(line)
  })
  await accepts(machine.address, RELAY_PORT)
  return { ...running(child, machine), port: RELAY_PORT, counts: () => counts }
}

const accepts = (host: string, port: number): Promise<true> =>
  eventually(async () => {
    const socket = connect(port, host)
    await once(socket, 'connect')
    socket.destroy()
    return true as const
  }, START)
