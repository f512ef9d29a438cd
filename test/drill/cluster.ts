import { chmodSync, chownSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { postgresUser } from '../support/debian-postgres.ts'
import { eventually } from '../support/until.ts'
import { etcdSettings, PASSWORD, type Place, patroniConfig } from './configs.ts'
import { logLines } from './log-lines.ts'
import type { DrillNetwork, Machine } from './network.ts'
import { postgresPrograms } from './requirements.ts'

const NODES = 3
const MAX_START_SECONDS = 120
const REQUEST_MS = 1000
/** Patroni logs it once it has the leader key, and before it promotes. */
const TOOK_KEY = 'promoted self to leader by acquiring session lock'
/** Patroni logs it when it ends a primary that no longer has the leader key. */
const FENCED = /demot(ed|ing) self because/

/** A database node: Postgres, Patroni and a member of etcd. */
export interface Node {
  machine: Machine
  name: string
  folder: string
  /** When it last took the leader key from another node, in milliseconds; undefined if it never did. */
  tookKeyAt?: number
  /** When it stopped being the primary because it was cut off. */
  fencedAt?: number
}

export interface Cluster {
  nodes: Node[]
  /** The node that is the primary by its own statement. */
  primary(among?: readonly Node[]): Promise<Node>
  /** Resolves once the node follows a primary. */
  follows(node: Node): Promise<void>
  /** Runs statements on the node itself, also while it is cut off; returns unaligned lines. */
  sql(node: Node, statement: string, database?: string): Promise<string>
  /** As the user of the service sees it, without a pooler. */
  url(node: Node): string
}

/** Starts the three nodes, and creates the database of the service. */
export async function startCluster(
  network: DrillNetwork,
  { folder, logs, isSynchronous }: { folder: string; logs: string; isSynchronous: boolean },
): Promise<Cluster> {
  const machines = Array.from({ length: NODES }, (_, n) => network.machine(`db${n + 1}`, ['inside']))
  const addresses = machines.map(({ address }) => address.inside)
  const nodes: Node[] = machines.map((machine) => {
    const own = join(folder, machine.name)
    makeFolder(own)
    return { machine, name: machine.name, folder: own }
  })
  const places = nodes.map((node, n) => {
    return { addresses, node: n, folder: node.folder, bin: postgresPrograms()!, isSynchronous }
  })
  for (const [n, node] of nodes.entries()) startEtcd(node, places[n]!, logs)
  await eventually(() => isHealthy(nodes[0]!), { seconds: MAX_START_SECONDS })
  for (const [n, node] of nodes.entries()) startPatroni(node, places[n]!, logs)
  const cluster = clusterOf(nodes)
  const primary = await cluster.primary()
  await cluster.sql(primary, `create role papers login password '${PASSWORD}'`)
  await cluster.sql(primary, 'create database papers owner papers encoding utf8 template template0')
  for (const node of nodes) if (node !== primary) await cluster.follows(node)
  if (isSynchronous) await hasSynchronousStandby(cluster, primary)
  return cluster
}

function makeFolder(path: string): void {
  mkdirSync(path)
  const { uid, gid } = postgresUser()
  chownSync(path, uid, gid)
  chmodSync(path, 0o700)
}

function startEtcd({ machine, name }: Node, place: Place, logs: string): void {
  const command = ['etcd', '--log-level', 'warn']
  const child = machine.start(command, { as: postgresUser(), env: etcdSettings(place) })
  logLines(child, join(logs, `${name}-etcd.log`))
}

const isHealthy = async ({ machine }: Node): Promise<boolean> => {
  const response = await fetchFrom(`http://${machine.address.inside}:2379/health`)
  return response.ok && ((await response.json()) as { health: string }).health === 'true'
}

function startPatroni(node: Node, place: Place, logs: string): void {
  const file = join(node.folder, 'patroni.yml')
  writeFileSync(file, patroniConfig(place))
  const child = node.machine.start(['patroni', file], { as: postgresUser(), cwd: node.folder })
  logLines(child, join(logs, `${node.name}.log`), (line) => {
    if (line.includes(TOOK_KEY)) node.tookKeyAt = loggedAt(line)
    if (FENCED.test(line)) node.fencedAt ??= loggedAt(line)
  })
}

/** Milliseconds; Patroni writes "2026-12-01 17:16:05,123 INFO: …". */
const loggedAt = (line: string): number =>
  Date.parse(`${line.slice(0, 23).replace(' ', 'T').replace(',', '.')}Z`)

const fetchFrom = (url: string): Promise<Response> => fetch(url, { signal: AbortSignal.timeout(REQUEST_MS) })

interface PatroniState {
  role: string
  replication_state?: string
}

const stateOf = async ({ machine }: Node): Promise<PatroniState> =>
  (await (await fetchFrom(`http://${machine.address.inside}:8008/patroni`)).json()) as PatroniState

const isPrimary = async ({ machine }: Node): Promise<boolean> =>
  (await fetchFrom(`http://${machine.address.inside}:8008/primary`)).ok

function clusterOf(nodes: Node[]): Cluster {
  const sql: Cluster['sql'] = async ({ machine, folder }, statement, database = 'postgres') => {
    const psql = [join(postgresPrograms()!, 'psql'), '-XAtq', '-v', 'ON_ERROR_STOP=1', '-h', folder]
    return (
      await machine.run([...psql, '-U', 'postgres', '-c', statement, database], { as: postgresUser() })
    ).trim()
  }
  return {
    nodes,
    sql,
    primary: (among = nodes) =>
      eventually(
        async () => {
          for (const node of among) if (await isPrimary(node).catch(() => false)) return node
          return undefined
        },
        { seconds: MAX_START_SECONDS },
      ),
    follows: async (node) => {
      await eventually(
        async () => {
          const { role, replication_state: replication } = await stateOf(node)
          return role === 'replica' && replication === 'streaming'
        },
        { seconds: MAX_START_SECONDS },
      )
    },
    url: ({ machine }) => `postgresql://papers:${PASSWORD}@${machine.address.inside}:5432/papers`,
  }
}

const hasSynchronousStandby = (cluster: Cluster, primary: Node): Promise<unknown> =>
  eventually(
    async () =>
      (await cluster.sql(primary, `select count(*) from pg_stat_replication where sync_state = 'sync'`)) ===
      '1',
    { seconds: MAX_START_SECONDS },
  )
