import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { toolPath } from './tools.ts'

/** For networks of tests only: https://www.rfc-editor.org/rfc/rfc2544#appendix-C.2.2 */
const NETS = '198.18'
const LENGTH = 24

/** The programs of a network namespace. */
export interface Programs {
  /** Starts a program in it; the process that is returned is the program. `as` is who runs it, root by default. */
  start(command: readonly string[], options?: StartOptions): ChildProcess
  /** Runs a program in it to its end; returns what it printed. Throws that if it fails. */
  run(command: readonly string[], options?: StartOptions): Promise<string>
}

/** A machine with an address of its own on the network: a network namespace with its processes. */
export interface Machine extends Programs {
  address: string
  /** kill -9 of every process in it, as if its container ended. Resolves once they are gone. */
  kill(): Promise<void>
}

export interface StartOptions {
  env?: Record<string, string>
  as?: { uid: number; gid: number }
  cwd?: string
}

export interface Network {
  /** Of this process, which reaches every machine. */
  address: string
  machine(): Machine
  /** Ends every process on its machines, and removes them. */
  remove(): Promise<void>
}

/** Runs the `ip` of iproute2. */
export const ip = (...args: string[]): string =>
  execFileSync(toolPath('ip')!, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })

/** Why no namespaces can be made here; undefined if they can. */
export function noNamespaces(): string | undefined {
  if (process.platform !== 'linux') return 'network namespaces exist only on Linux'
  if (process.getuid?.() !== 0) return 'network namespaces can be made only by root'
  const missing = ['ip', 'nsenter', 'setpriv'].find((name) => !toolPath(name))
  if (missing) return `no ${missing} on this machine`
  const name = `dp${process.pid}-try`
  try {
    ip('netns', 'add', name)
    ip('-n', name, 'link', 'add', 'switch', 'type', 'bridge')
    return undefined
  } catch (error) {
    return `network namespaces are not allowed here: ${(error as Error).message.trim().split('\n').at(-1)}`
  } finally {
    try {
      ip('netns', 'delete', name)
    } catch {} // it was not made
  }
}

let networks = 0

/**
 * A network of machines on this machine, with no way out. Its switch is a namespace too, so that rules for packets of
 * this machine, such as those of a Docker engine, do not count.
 */
export function openNetwork(): Network {
  const name = `dp${process.pid}-${++networks}`
  const net = (process.pid * 8 + networks) % 250
  const switchName = `${name}-switch`
  const names: string[] = []
  ip('netns', 'add', switchName)
  ip('-n', switchName, 'link', 'add', 'switch', 'type', 'bridge')
  ip('-n', switchName, 'link', 'set', 'switch', 'up')
  /** A cable from the switch to here. */
  const plug = (port: string, address: string, namespace?: string): string => {
    const end = `dp${process.pid}x${networks}`
    ip('-n', switchName, 'link', 'add', port, 'type', 'veth', 'peer', 'name', end)
    ip('-n', switchName, 'link', 'set', port, 'master', 'switch', 'up')
    ip('-n', switchName, 'link', 'set', end, 'netns', namespace ?? String(process.pid))
    const within = namespace ? ['-n', namespace] : []
    ip(...within, 'address', 'add', `${address}/${LENGTH}`, 'dev', end)
    ip(...within, 'link', 'set', end, 'up')
    return end
  }
  const address = `${NETS}.${net}.1`
  const cable = plug('here', address)
  return {
    address,
    machine: () => {
      const n = names.length + 2
      const own = `${name}-${n}`
      names.push(own)
      ip('netns', 'add', own)
      ip('-n', own, 'link', 'set', 'lo', 'up')
      plug(`port${n}`, `${NETS}.${net}.${n}`, own)
      return { address: `${NETS}.${net}.${n}`, ...programsIn(own), kill: () => killAllIn(own) }
    },
    remove: async () => {
      await Promise.all(names.map(killAllIn))
      await persistently(() => ip('link', 'delete', cable))
      for (const one of [...names, switchName]) await persistently(() => ip('netns', 'delete', one))
    },
  }
}

export function programsIn(namespace: string): Programs {
  const start: Programs['start'] = ([program = '', ...args], { env = {}, as, cwd = '/' } = {}) => {
    const user = as ? ['setpriv', `--reuid=${as.uid}`, `--regid=${as.gid}`, '--clear-groups'] : []
    const inside = [`--net=/run/netns/${namespace}`, '--', ...user, program, ...args]
    return spawn(toolPath('nsenter')!, inside, {
      cwd,
      env: { PATH: process.env.PATH, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
  }
  return {
    start,
    run: async (command, options) => {
      const child = start(command, options)
      let output = ''
      for (const stream of [child.stdout!, child.stderr!])
        stream.on('data', (text) => {
          output += text
        })
      const [code] = await once(child, 'close')
      if (code !== 0) throw new Error(`${command.join(' ')}: ${output.trim()}`)
      return output
    },
  }
}

const TRIES = 5

/** Tries a few times: a signal that ends this process may reach the program, too. */
export async function persistently<T>(work: () => T): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return work()
    } catch (error) {
      if (tries === TRIES) throw error
      await sleep(100)
    }
  }
}

const pidsIn = (namespace: string): Promise<number[]> =>
  persistently(() => ip('netns', 'pids', namespace).split('\n').filter(Boolean).map(Number))

/** kill -9 of every process in a namespace. Resolves once they are gone. */
export async function killAllIn(namespace: string): Promise<void> {
  for (let pids = await pidsIn(namespace); pids.length > 0; pids = await pidsIn(namespace)) {
    for (const pid of pids) {
      try {
        process.kill(pid, 'SIGKILL')
      } catch {} // it has just ended
    }
    await sleep(10)
  }
}
