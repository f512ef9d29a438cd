import { execFile, execFileSync } from 'node:child_process'
import { chownSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import pg from 'pg'
import { freePort } from '../../src/core/database/embedded-postgres.ts'
import { dataFolder } from './data-folder.ts'

const run = promisify(execFile)
const ROOM = '/usr/lib/postgresql'

/** A server with the tools of its own version, which the embedded one comes without. */
export interface DebianPostgres {
  version: string
  /** Its data folder. */
  data: string
  /** An empty database of that name. */
  create(name: string): Promise<string>
  /** The same database through the server's Unix socket. */
  bySocket(name: string): string
  drop(name: string): Promise<void>
  /** pg_dump, pg_restore and the like, to their end; returns what they print. */
  tool(name: string, ...args: string[]): Promise<string>
  /** An asynchronous standby of it, which is stopped and removed with it. */
  standby(): Promise<Standby>
  /** Ends the server as a crash would; its standby goes on. */
  crash(): Promise<void>
  stop(): Promise<void>
}

export interface Standby {
  url(name: string): string
  /** It receives nothing from now on, as if the network between both were broken. */
  cutOff(): Promise<void>
  /** Makes it a primary; resolves once it takes writes. */
  promote(): Promise<void>
}

/** The folder of Debian's newest Postgres that has these programs, if there is one. */
export const debianPrograms = (...names: string[]): string | undefined =>
  existsSync(ROOM)
    ? readdirSync(ROOM)
        .sort((a, b) => Number(b) - Number(a))
        .map((version) => join(ROOM, version, 'bin'))
        .find((bin) => names.every((name) => existsSync(join(bin, name))))
    : undefined

const binaries = () => debianPrograms('initdb', 'pg_dump', 'pg_restore', 'pg_basebackup')

/** Why tests that need it are left out here; undefined where it is there. */
export const noDebianPostgres = (): string | undefined =>
  binaries() ? undefined : 'no Postgres with pg_dump here (Debian: apt-get install postgresql)'

/** Starts Debian's own Postgres, or that of the folder `bin`, on an empty folder, for as long as it is needed. */
export async function startDebianPostgres(bin = binaries()!): Promise<DebianPostgres> {
  const folder = mkdtempSync(join(dataFolder(), 'daily-papers-debian-'))
  const data = join(folder, 'data')
  mkdirSync(data)
  const user = process.getuid?.() === 0 ? postgresUser() : undefined
  if (user) for (const path of [folder, data]) chownSync(path, user.uid, user.gid)
  const as = { ...user, cwd: '/', env: { LC_ALL: 'C', TZ: 'UTC' }, maxBuffer: 256 * 1024 * 1024 }
  await run(join(bin, 'initdb'), ['-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--no-sync'], as)
  const serve = async (folderOf: string) => {
    const port = await freePort()
    const options = `-p ${port} -c listen_addresses=127.0.0.1 -c unix_socket_directories=${folder} -c max_connections=200 -c log_timezone=UTC -c fsync=off`
    const control = (...args: string[]) => run(join(bin, 'pg_ctl'), ['-D', folderOf, '-w', ...args], as)
    await control('-l', `${folderOf}.log`, '-o', options, 'start')
    const url = (name: string) => `postgresql://postgres@127.0.0.1:${port}/${name}`
    const onServer = async (sql: string) => {
      const client = new pg.Client({ connectionString: url('postgres') })
      await client.connect()
      return (await client.query(sql).finally(() => client.end())).rows
    }
    return { port, control, url, onServer, crash: () => control('-m', 'immediate', 'stop') }
  }
  const { port, url, onServer, crash } = await serve(data)
  const running = new Set([crash])
  const end = async (stop: typeof crash) => void (running.delete(stop) && (await stop()))
  const standby = async (): Promise<Standby> => {
    const copy = join(folder, 'standby')
    const copied = ['-D', copy, '-R', '--checkpoint=fast', '--no-sync', '-h', '127.0.0.1', '-U', 'postgres']
    await run(join(bin, 'pg_basebackup'), [...copied, '-p', String(port)], as)
    const server = await serve(copy)
    running.add(server.crash)
    return {
      url: server.url,
      cutOff: async () => {
        await server.onServer(`alter system set primary_conninfo = ''`)
        await server.onServer('select pg_reload_conf()')
        // It ends the connection in its own time.
        while ((await server.onServer('select from pg_stat_wal_receiver')).length > 0) await sleep(20)
      },
      promote: async () => void (await server.control('promote')),
    }
  }
  return {
    data,
    version: execFileSync(join(bin, 'postgres'), ['--version'], { encoding: 'utf8' }).trim(),
    create: async (name) => {
      await onServer(`create database ${name}`)
      return url(name)
    },
    bySocket: (name) => `postgresql://postgres@/${name}?host=${folder}&port=${port}`,
    drop: async (name) => void (await onServer(`drop database ${name} with (force)`)),
    tool: async (name, ...args) => (await run(join(bin, name), args, { maxBuffer: as.maxBuffer })).stdout,
    standby,
    crash: () => end(crash),
    stop: async () => {
      for (const one of running) await end(one)
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** The user postgres, or nobody if there is none: Postgres does not run as root. */
export function postgresUser(): { uid: number; gid: number } {
  const found = readFileSync('/etc/passwd', 'utf8').match(/^postgres:[^:]*:(\d+):(\d+)/m)
  return { uid: Number(found?.[1] ?? 65534), gid: Number(found?.[2] ?? 65534) }
}
