import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

const V1 = '/sys/fs/cgroup/memory'
const V2 = '/sys/fs/cgroup'

/** What the processes of a group have in memory now, in bytes. */
export interface CgroupMemory {
  /** With the page cache. */
  all: number
  /** Their own and what they share, without the page cache. */
  used: number
}

/** A control group whose processes get no more memory than its limit. */
export interface MemoryCgroup {
  version: 1 | 2
  /** Runs a command in it: the shell enters the group and becomes the program. */
  command(command: readonly string[]): string[]
  /** Of its processes. */
  pids(): number[]
  memory(): CgroupMemory
  /** The highest `all` so far, and how many processes the kernel ended because of the limit. */
  peak(): { bytes: number; kills: number }
  /** Ends what still runs in it, and removes it. */
  remove(): Promise<void>
}

/** Why no control group with a limit can be made here; undefined if it can. */
export function noMemoryCgroup(): string | undefined {
  if (process.getuid?.() !== 0) return 'control groups can be made only by root'
  try {
    rmdirSync(makeGroup('try', 64 * 1024 * 1024).folder)
    return undefined
  } catch (error) {
    return `no control groups for memory here: ${(error as Error).message}`
  }
}

interface Group {
  version: 1 | 2
  folder: string
}

function makeGroup(name: string, bytes: number): Group {
  const version = existsSync(join(V1, 'memory.limit_in_bytes')) ? 1 : 2
  const root = version === 1 ? V1 : V2
  if (version === 2) writeFileSync(join(root, 'cgroup.subtree_control'), '+memory')
  const folder = join(root, `daily-papers-${process.pid}-${name}`)
  mkdirSync(folder)
  try {
    writeFileSync(join(folder, version === 1 ? 'memory.limit_in_bytes' : 'memory.max'), String(bytes))
  } catch (error) {
    rmdirSync(folder)
    throw error
  }
  return { version, folder }
}

export function openMemoryCgroup(name: string, bytes: number): MemoryCgroup {
  const { version, folder } = makeGroup(name, bytes)
  const read = (file: string) => readFileSync(join(folder, file), 'utf8')
  const field = (file: string, key: string) =>
    Number(new RegExp(`^${key} (\\d+)`, 'm').exec(read(file))?.[1] ?? 0)
  const pids = () => read('cgroup.procs').split('\n').filter(Boolean).map(Number)
  return {
    version,
    command: (command) => [
      'sh',
      '-c',
      'echo $$ >"$1" && shift && exec "$@"',
      'sh',
      join(folder, 'cgroup.procs'),
      ...command,
    ],
    pids,
    memory: () => {
      // Shared memory, such as shared_buffers, counts as cache too.
      const [own, shared] = version === 1 ? ['total_rss', 'total_shmem'] : ['anon', 'shmem']
      return {
        all: Number(read(version === 1 ? 'memory.usage_in_bytes' : 'memory.current')),
        used: field('memory.stat', own!) + field('memory.stat', shared!),
      }
    },
    peak: () => ({
      bytes: Number(read(version === 1 ? 'memory.max_usage_in_bytes' : 'memory.peak')),
      kills: field(version === 1 ? 'memory.oom_control' : 'memory.events', 'oom_kill'),
    }),
    remove: async () => {
      for (let left = pids(); left.length > 0; left = pids()) {
        for (const pid of left) {
          try {
            process.kill(pid, 'SIGKILL')
          } catch {} // it has just ended
        }
        await sleep(20)
      }
      rmdirSync(folder)
    },
  }
}
