import { type ChildProcess, execFile, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { listening } from './nginx.ts'
import { toolPath } from './tools.ts'

const run = promisify(execFile)
const MAX_DURATION_MS = 90_000
const PATIENCE = ['-qq', '-o', 'Acquire::Retries=1', '-o', 'Acquire::http::Timeout=15']
/** Gives processes mounts and numbers of their own. */
const UNSHARE = toolPath('unshare') ?? 'unshare'

/** A program of a Debian package that cannot be installed beside another one of its kind. */
export interface ApartProgram {
  package: string
  /** "sbin/smtpd", below usr. */
  program: string
  /** Users that it wants to find. */
  users: readonly string[]
}

const unpacked = new Map<string, Promise<string>>()

/** The folder that the package's files lie in; downloaded once for all processes. Throws with the reason. */
function folderOf({ package: name }: ApartProgram): Promise<string> {
  const known = unpacked.get(name) ?? unpack(name)
  unpacked.set(name, known)
  return known
}

async function unpack(name: string): Promise<string> {
  const folder = join(tmpdir(), 'daily-papers-debian', name)
  if (existsSync(folder)) return folder
  mkdirSync(dirname(folder), { recursive: true })
  const half = mkdtempSync(`${folder}-`)
  try {
    const download = () =>
      run('apt-get', [...PATIENCE, 'download', name], { cwd: half, timeout: MAX_DURATION_MS })
    await download().catch(async () => {
      await run('apt-get', [...PATIENCE, 'update'], { timeout: MAX_DURATION_MS })
      await download()
    })
    const file = readdirSync(half).find((one) => one.endsWith('.deb'))!
    await run('dpkg', ['-x', file, 'files'], { cwd: half })
    renameSync(join(half, 'files'), folder)
  } catch (error) {
    if (!existsSync(folder)) throw error // another process may have been quicker
  } finally {
    rmSync(half, { recursive: true, force: true })
  }
  return folder
}

/** Why it cannot be run here; undefined where it can. */
export async function whyNotApart(one: ApartProgram): Promise<string | undefined> {
  if (process.getuid?.() !== 0) return `${one.package} starts only as root`
  try {
    const folder = await folderOf(one)
    const { stdout } = await run('ldd', [join(folder, 'usr', one.program)])
    const missing = stdout.split('\n').filter((line) => line.includes('not found'))
    if (missing.length > 0) return `${one.package} lacks ${missing[0]!.trim()}`
    await run(UNSHARE, ['-mpf', 'sh', '-c', mounting(folder, '/etc')])
    return undefined
  } catch (error) {
    return `no ${one.package} on this machine: ${(error as Error).message.split('\n')[0]}`
  }
}

export interface Apart {
  /** What it said and logged to its output. */
  said(): string
  /** Ends it and every process that it began. */
  stop(): Promise<void>
}

export interface ApartOptions {
  /** Of its own, which everybody may enter. */
  folder: string
  /** Files below /etc. */
  etc?: Record<string, string>
  /** Shell commands before it begins. */
  before?: string
  args: readonly string[]
  port: number
}

/**
 * Starts it with its package seemingly installed and its users present, only for its own processes. Queues
 * lie in memory, and are gone with it.
 */
export async function startApart(one: ApartProgram, options: ApartOptions): Promise<Apart> {
  const { folder, etc = {}, before = 'true', args, port } = options
  const files = { ...etc, passwd: withUsers('passwd', one.users), group: withUsers('group', one.users) }
  for (const [name, text] of Object.entries(files)) write(join(folder, 'etc', name), text)
  const command = [`/usr/${one.program}`, ...args].map((arg) => `'${arg}'`).join(' ')
  const script = `${mounting(await folderOf(one), join(folder, 'etc'))} && ${before} && exec ${command}`
  const log = openSync(join(folder, 'said'), 'a')
  const child = spawn(UNSHARE, ['-mpf', '--kill-child', 'sh', '-c', script], {
    stdio: ['ignore', log, log],
  })
  closeSync(log)
  const said = () => readFileSync(join(folder, 'said'), 'utf8')
  await Promise.race([listening(port), endOf(child)]).catch(() => {
    child.kill('SIGKILL')
    throw new Error(`${one.package} did not start: ${said()}`)
  })
  return {
    said,
    stop: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return
      const ended = once(child, 'exit')
      for (const pid of childrenOf(child.pid!)) process.kill(pid, 'SIGKILL')
      await ended
    },
  }
}

/** Of `unshare`: the first process of its own system, with which all others end. */
const childrenOf = (pid: number): number[] =>
  readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').map(Number)

async function endOf(child: ChildProcess): Promise<never> {
  await once(child, 'exit')
  throw new Error('ended')
}

const overlay = (above: string, below: string): string =>
  `mount -t overlay overlay -o lowerdir=${above}:${below} ${below}`

const mounting = (files: string, etc: string): string =>
  [
    'mount --make-rprivate /',
    overlay(join(files, 'usr'), '/usr'),
    ...(etc === '/etc' ? [] : [overlay(etc, '/etc')]),
    ...['/run', '/var/spool', '/var/lib'].map((folder) => `mount -t tmpfs none ${folder}`),
  ].join(' && ')

const FIRST_ID = 64_001

function withUsers(file: 'passwd' | 'group', users: readonly string[]): string {
  const lines = users.map((name, n) => {
    const id = FIRST_ID + n
    return file === 'passwd' ? `${name}:x:${id}:${id}::/nonexistent:/usr/sbin/nologin` : `${name}:x:${id}:`
  })
  return `${readFileSync(`/etc/${file}`, 'utf8')}${lines.join('\n')}\n`
}

function write(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, text)
}

/** A folder of its own, in which a user without rights can keep mail. */
export function mailFolder(name: string, user = 'nobody'): { folder: string; mail: string } {
  const folder = mkdtempSync(join(tmpdir(), `${name}-`))
  const mail = join(folder, 'mail')
  mkdirSync(mail)
  execFileSync('chmod', ['755', folder])
  execFileSync('chown', [user, mail])
  return { folder, mail }
}
