import { writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { readConfig } from '../../src/config/config.ts'
import { buildDeps, type Deps } from '../../src/core/deps.ts'
import { silentLog } from '../../src/core/log.ts'
import { FEATURES } from '../../src/features/index.ts'
import { migrateDatabase } from '../../src/operator/operations/database.ts'
import { gather, type Person } from '../battery/account/crowd.ts'
import { type Arrival, readArrivals } from '../support/smtp-sink.ts'
import { type Cluster, type Node, startCluster } from './cluster.ts'
import type { DrillNetwork, Machine } from './network.ts'
import { APP_SECRET, settingsOf, startPooler, startProcess } from './service.ts'
import type { Variant } from './variants.ts'

const ROOT = resolve(import.meta.dirname, '../..')
/** How long the relay takes for each email. */
const EMAIL_MS = 50
const RELAY_PORT = 2525
const SITE_PORT = 3000

/** All that a drill runs on. */
export interface Scene {
  cluster: Cluster
  people: Person[]
  site: string
  /** The machines of the service. */
  machines: { site: Machine; home: Machine; away: Machine }
  settings: Record<string, string>
  /** Starts the processes of the service: with them, delivery. */
  startService(): Promise<void>
  /** What the relay received, in order. */
  arrived(): Arrival[]
  /** Works on the database of a node while `work` runs. */
  withDeps<T>(node: Node, work: (deps: Deps) => Promise<T>): Promise<T>
}

interface SceneOptions {
  variant: Variant
  folder: string
  /** Where the logs stay. */
  logs: string
  emails: number
}

/** Starts the databases, the poolers and the relay, and plans a digest for each person. */
export async function setScene(
  network: DrillNetwork,
  { variant, folder, logs, emails }: SceneOptions,
): Promise<Scene> {
  const cluster = await startCluster(network, { folder, logs, isSynchronous: variant.isSynchronous })
  const addresses = cluster.nodes.map(({ machine }) => machine.address.inside)
  const relay = network.machine('relay', ['outside'])
  const file = await startRelay(relay, folder)
  const [site, home, away] = ['site', 'home', 'away'].map((name) =>
    network.machine(name, ['inside', 'outside']),
  )
  const machines = { site: site!, home: home!, away: away! }
  for (const machine of Object.values(machines)) await startPooler(machine, { folder, logs, addresses })
  const url = `http://${machines.site.address.outside}:${SITE_PORT}`
  const { afterPromotion } = variant
  const settings = {
    ...settingsOf({ relay: `${relay.address.outside}:${RELAY_PORT}`, afterPromotion }),
    BASE_URL: url,
  }
  const withDeps: Scene['withDeps'] = (node, work) => withDepsOf(cluster.url(node), work)
  const people = await withDeps(await cluster.primary(), async (deps) => {
    await migrateDatabase(deps)
    return gather(deps, folder, { digests: emails, goodbyes: 0, pending: 0, suppressed: 0 })
  })
  return {
    cluster,
    people,
    site: url,
    machines,
    settings,
    startService: async () => {
      const web = { ...settings, HOST: '0.0.0.0', PORT: String(SITE_PORT) }
      await startProcess(machines.site, 'web', { settings: web, logs })
      const workers = [
        [machines.home, 'schedule'],
        [machines.home, 'worker'],
        [machines.away, 'worker'],
      ] as const
      await Promise.all(workers.map(([machine, role]) => startProcess(machine, role, { settings, logs })))
    },
    arrived: () => readArrivals(file),
    withDeps,
  }
}

async function withDepsOf<T>(databaseUrl: string, work: (deps: Deps) => Promise<T>): Promise<T> {
  const config = readConfig({ DATABASE_URL: databaseUrl, APP_SECRET }, FEATURES)
  const { deps, close } = await buildDeps(config, { features: FEATURES, log: silentLog, connections: 3 })
  return work(deps).finally(close)
}

/** Returns the file in which it writes what arrived. */
async function startRelay(machine: Machine, folder: string): Promise<string> {
  const file = join(folder, 'arrived')
  writeFileSync(file, '')
  const options = { host: machine.address.outside, port: RELAY_PORT, file, delayMs: EMAIL_MS }
  const sink = ['test/support/smtp-sink-process.ts', JSON.stringify(options)]
  const child = machine.start([process.execPath, ...sink], { cwd: ROOT })
  child.stderr!.resume()
  for await (const _port of createInterface({ input: child.stdout! })) return file
  throw new Error('the relay did not start')
}
