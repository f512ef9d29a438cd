import { execFile, execFileSync } from 'node:child_process'
import { readFileSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import type { Database } from '../../../src/core/database/database.ts'

const run = promisify(execFile)

/** The Postgres server of a bench, with what its operator or a crash can do to it. */
export interface Server {
  /** Kills its processes, as a crash would, and starts it again with the same options. */
  restart(): Promise<void>
  /** False once its first process has ended. */
  runs(): boolean
  /** Stops all its processes with SIGSTOP; the returned function continues them. */
  freeze(): () => void
}

export async function serverOf(db: Database): Promise<Server> {
  const [row] = await db.$queryRaw<{ folder: string }[]>`select current_setting('data_directory') as folder`
  const { folder } = row!
  const [postgres = ''] = readFileSync(join(folder, 'postmaster.opts'), 'utf8').split(' "')
  const { uid, gid } = statSync(folder)
  const as = process.getuid?.() === 0 ? { uid, gid, cwd: '/' } : {}
  const args = ['-D', folder, '-w', '-m', 'immediate', '-l', join(folder, 'server.log'), 'restart']
  return {
    restart: async () => {
      await run(join(dirname(postgres), 'pg_ctl'), args, { ...as, env: { LC_ALL: 'C', TZ: 'UTC' } })
    },
    runs: () => isAlive(pidIn(folder)),
    freeze: () => {
      const first = pidIn(folder)
      // A stopped server starts no more processes.
      process.kill(first, 'SIGSTOP')
      const others = childrenOf(first)
      for (const pid of others) signal(pid, 'SIGSTOP')
      return () => {
        for (const pid of [...others, first]) signal(pid, 'SIGCONT')
      }
    },
  }
}

function pidIn(folder: string): number {
  try {
    return Number(readFileSync(join(folder, 'postmaster.pid'), 'utf8').split('\n')[0])
  } catch {
    return 0 // it deleted the file when it ended
  }
}

const childrenOf = (parent: number): number[] =>
  execFileSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' })
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number))
    .filter(([, ppid]) => ppid === parent)
    .map(([pid]) => pid!)

function signal(pid: number, name: 'SIGSTOP' | 'SIGCONT' | 0): boolean {
  try {
    return process.kill(pid, name)
  } catch {
    return false // it has ended
  }
}

const isAlive = (pid: number): boolean => pid > 0 && signal(pid, 0)
