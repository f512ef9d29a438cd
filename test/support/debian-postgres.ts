import { execFile, execFileSync } from 'node:child_process'
import { chownSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import pg from 'pg'
import { freePort } from '../../src/platform/embedded-postgres.ts'

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
  stop(): Promise<void>
}

const binaries = (): string | undefined =>
  existsSync(ROOM)
    ? readdirSync(ROOM)
        .sort((a, b) => Number(b) - Number(a))
        .map((version) => join(ROOM, version, 'bin'))
        .find((bin) => ['initdb', 'pg_dump', 'pg_restore'].every((name) => existsSync(join(bin, name))))
    : undefined

/** Why tests that need it are left out here; undefined where it is there. */
export const noDebianPostgres = (): string | undefined =>
  binaries() ? undefined : 'no Postgres with pg_dump here (Debian: apt-get install postgresql)'

/** Starts Debian's own Postgres on an empty folder, for as long as it is needed. */
export async function startDebianPostgres(): Promise<DebianPostgres> {
  const bin = binaries()!
  const folder = mkdtempSync(join(tmpdir(), 'daily-papers-debian-'))
  const data = join(folder, 'data')
  mkdirSync(data)
  const user = process.getuid?.() === 0 ? userOf('postgres') : {}
  if (user.uid !== undefined) for (const path of [folder, data]) chownSync(path, user.uid, user.gid!)
  const as = { ...user, cwd: '/', env: { LC_ALL: 'C', TZ: 'UTC' }, maxBuffer: 256 * 1024 * 1024 }
  const port = await freePort()
  await run(join(bin, 'initdb'), ['-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--no-sync'], as)
  const options = `-p ${port} -c listen_addresses=127.0.0.1 -c unix_socket_directories=${folder} -c fsync=off`
  const control = (...args: string[]) => run(join(bin, 'pg_ctl'), ['-D', data, '-w', ...args], as)
  await control('-l', join(folder, 'log'), '-o', options, 'start')
  const url = (name: string) => `postgresql://postgres@127.0.0.1:${port}/${name}`
  const onServer = async (sql: string) => {
    const client = new pg.Client({ connectionString: url('postgres') })
    await client.connect()
    await client.query(sql).finally(() => client.end())
  }
  return {
    data,
    version: execFileSync(join(bin, 'postgres'), ['--version'], { encoding: 'utf8' }).trim(),
    create: async (name) => {
      await onServer(`create database ${name}`)
      return url(name)
    },
    bySocket: (name) => `postgresql://postgres@/${name}?host=${folder}&port=${port}`,
    drop: (name) => onServer(`drop database ${name} with (force)`),
    tool: async (name, ...args) => (await run(join(bin, name), args, { maxBuffer: as.maxBuffer })).stdout,
    stop: async () => {
      await control('-m', 'immediate', 'stop')
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

function userOf(name: string): { uid?: number; gid?: number } {
  const found = readFileSync('/etc/passwd', 'utf8').match(new RegExp(`^${name}:[^:]*:(\\d+):(\\d+)`, 'm'))
  return { uid: Number(found?.[1] ?? 65534), gid: Number(found?.[2] ?? 65534) }
}
