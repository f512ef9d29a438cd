import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { toolPath } from '../support/tools.ts'

/** For networks of tests only: https://www.rfc-editor.org/rfc/rfc2544#appendix-C.2.2 */
const NETS = { inside: '198.18', outside: '198.19' }
type Net = keyof typeof NETS

interface StartOptions {
  env?: Record<string, string>
  /** Who runs it; root by default. */
  as?: { uid: number; gid: number }
  cwd?: string
}

/** A network namespace with its processes. */
export interface Machine {
  name: string
  /** Its address on each of its networks. */
  address: Record<Net, string>
  /** Starts a program in it. The process that is returned is the program. */
  start(command: readonly string[], options?: StartOptions): ChildProcess
  /** Runs a program in it to its end; returns what it printed. Throws that if it fails. */
  run(command: readonly string[], options?: StartOptions): Promise<string>
}

export interface DrillNetwork {
  /** `inside` leads to the databases, `outside` to visitors and the mail server. This process is on both. */
  machine(name: string, nets: readonly Net[]): Machine
  /**
   * Separates these machines from all others on the network inside. They still reach each other, and no machine gets a
   * message about it: packets are only not delivered.
   */
  cutOff(machines: readonly Machine[]): void
  /** Ends the separation. */
  heal(): void
  /** Ends every process in the machines, and removes them. */
  remove(): Promise<void>
}

const ip = (...args: string[]): string =>
  execFileSync(toolPath('ip')!, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })

/** Why no namespaces can be made here; undefined if they can. */
export function noNamespaces(): string | undefined {
  if (process.platform !== 'linux') return 'network namespaces exist only on Linux'
  if (process.getuid?.() !== 0) return 'network namespaces can be made only by root'
  const missing = ['ip', 'nsenter', 'setpriv'].find((name) => !toolPath(name))
  if (missing) return `no ${missing} on this machine`
  const name = `drill${process.pid}-try`
  try {
    ip('netns', 'add', name)
    ip('-n', name, 'link', 'add', 'bridge', 'type', 'bridge')
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

/** The bridge to which machines are moved that are cut off. */
const ISLAND = 'island'

/**
 * Two networks on this machine, with no way out. Their bridges are in a namespace too, so that this machine's rules for
 * packets, such as those of a Docker engine, do not apply.
 */
export function openNetwork(): DrillNetwork {
  const prefix = `drill${process.pid}-${++networks}`
  const third = (process.pid + networks) % 250
  const hub = `${prefix}-hub`
  const names: string[] = []
  const cables: string[] = []
  const separated: Machine[] = []
  ip('netns', 'add', hub)
  for (const bridge of [...Object.keys(NETS), ISLAND]) {
    ip('-n', hub, 'link', 'add', bridge, 'type', 'bridge')
    ip('-n', hub, 'link', 'set', bridge, 'up')
  }
  const addressOn = (net: Net, n: number) => `${NETS[net]}.${third}.${n}`
  /** A cable from a bridge to a namespace, or to this process. */
  const plug = (net: Net, n: number, namespace?: string): void => {
    const port = `${net}${n}`
    const end = namespace ? net : `${net[0]}${networks}-${process.pid}`
    ip('-n', hub, 'link', 'add', port, 'type', 'veth', 'peer', 'name', `${end}-new`.slice(0, 15))
    ip('-n', hub, 'link', 'set', port, 'master', net, 'up')
    const place = namespace ?? String(process.pid)
    ip('-n', hub, 'link', 'set', `${end}-new`.slice(0, 15), 'netns', place, 'name', end)
    const within = namespace ? ['-n', namespace] : []
    ip(...within, 'address', 'add', `${addressOn(net, n)}/24`, 'dev', end)
    ip(...within, 'link', 'set', end, 'up')
    if (!namespace) cables.push(end)
  }
  const portOf = (machine: Machine) => `inside${machine.address.inside.split('.').at(-1)}`
  const moveTo = (bridge: string, machines: readonly Machine[]) => {
    for (const machine of machines) ip('-n', hub, 'link', 'set', portOf(machine), 'master', bridge)
  }
  for (const net of Object.keys(NETS) as Net[]) plug(net, 1)
  return {
    machine: (name, nets) => {
      const n = names.length + 11
      const own = `${prefix}-${name}`
      names.push(own)
      ip('netns', 'add', own)
      ip('-n', own, 'link', 'set', 'lo', 'up')
      for (const net of nets) plug(net, n, own)
      const address = { inside: addressOn('inside', n), outside: addressOn('outside', n) }
      return { name, address, ...programsIn(own) }
    },
    cutOff: (machines) => {
      separated.push(...machines)
      moveTo(ISLAND, machines)
    },
    heal: () => moveTo('inside', separated.splice(0)),
    remove: async () => {
      await Promise.all(names.map(killAllIn))
      for (const cable of cables) await persistently(() => ip('link', 'delete', cable))
      for (const one of [...names, hub]) await persistently(() => ip('netns', 'delete', one))
    },
  }
}

function programsIn(namespace: string): Pick<Machine, 'start' | 'run'> {
  const start: Machine['start'] = ([program = '', ...args], { env = {}, as, cwd = '/' } = {}) => {
    const user = as ? ['setpriv', `--reuid=${as.uid}`, `--regid=${as.gid}`, '--clear-groups'] : []
    const inside = [`--net=/run/netns/${namespace}`, '--', ...user, program, ...args]
    const PATH = `${process.env.PATH}:/usr/sbin:/sbin`
    return spawn(toolPath('nsenter')!, inside, {
      cwd,
      env: { PATH, LC_ALL: 'C.UTF-8', TZ: 'UTC', ...env },
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

/** Tries a few times: a signal that ends the drill may reach the program, too. */
async function persistently<T>(work: () => T): Promise<T> {
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

async function killAllIn(namespace: string): Promise<void> {
  for (let pids = await pidsIn(namespace); pids.length > 0; pids = await pidsIn(namespace)) {
    for (const pid of pids) {
      try {
        process.kill(pid, 'SIGKILL')
      } catch {} // it has just ended
    }
    await sleep(10)
  }
}
