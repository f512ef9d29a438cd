import {
  ip,
  killAllIn,
  type Programs,
  persistently,
  programsIn,
  type StartOptions,
} from '../support/network-namespaces.ts'

/** For networks of tests only: https://www.rfc-editor.org/rfc/rfc2544#appendix-C.2.2 */
const NETS = { inside: '198.18', outside: '198.19' }
type Net = keyof typeof NETS

/** A network namespace with its processes. */
export interface Machine extends Programs {
  name: string
  /** Its address on each of its networks. */
  address: Record<Net, string>
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
      return { name, address, ...drillPrograms(own) }
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

/** Patroni reads the system's folders of programs, and Postgres the locale. */
function drillPrograms(namespace: string): Programs {
  const { start, run } = programsIn(namespace)
  const withDefaults = (options: StartOptions = {}): StartOptions => ({
    ...options,
    env: { PATH: `${process.env.PATH}:/usr/sbin:/sbin`, LC_ALL: 'C.UTF-8', TZ: 'UTC', ...options.env },
  })
  return {
    start: (command, options) => start(command, withDefaults(options)),
    run: (command, options) => run(command, withDefaults(options)),
  }
}
