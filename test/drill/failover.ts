import { setTimeout as sleep } from 'node:timers/promises'
import { isDeliveryHeld } from '../../src/core/restored-database.ts'
import type { Person } from '../battery/account/crowd.ts'
import { randomFrom } from '../battery/bench/seeded-random.ts'
import { eventually } from '../support/until.ts'
import type { Node } from './cluster.ts'
import type { DrillNetwork } from './network.ts'
import { type Scene, setScene } from './scene.ts'
import { CONNECTIONS, runCommand } from './service.ts'
import { type PageVisits, startUnsubscribing, startVisiting } from './unsubscribing.ts'
import type { Variant } from './variants.ts'
import { endsIn, judgeDrill, type Verdict } from './verdict.ts'

const EMAILS = 2000
const WORKERS = 2
/** One email per connection of each worker that loses its leases. */
export const MAX_DOUBLES = CONNECTIONS * WORKERS
/** When the primary is cut off, as a share of the emails. */
const [FIRST_SHARE, LAST_SHARE] = [0.15, 0.55]
const MAX_WAIT_SECONDS = 150
/** While delivery is held; a worker that sends would send several emails. */
const QUIET_MS = 3000

export interface DrillOptions {
  variant: Variant
  seed: number
  /** An empty one, into which the user postgres may look. */
  folder: string
  /** Where the logs stay. */
  logs: string
  say(text: string): void
}

/** Instants in milliseconds of this machine's clock; undefined if that did not happen. */
interface Times {
  cut: number
  tookKey: number
  promoted: number
  ready: number | undefined
  /** The first unsubscribe that was acknowledged after the promotion. */
  unsubscribed: number | undefined
  held: number | undefined
  resumed: number | undefined
  email: number | undefined
  done: number
  /** The old primary accepts nothing more. */
  fenced: number | undefined
  healed: number
  followed: number
}

export interface DrillResult {
  verdict: Verdict
  times: Times
  /** The number of emails when the primary was cut off, and from then to the promotion. */
  before: number
  between: number
  /** While delivery was held. */
  whileHeld: number
  acknowledged: number
  failedRequests: number
  /** Acceptances that only the old primary had while it was cut off, and those it still has that the new primary lacks. */
  onlyOld: number
  stillOnlyOld: number
}

/** Delivers the digests, cuts off the primary meanwhile, and brings it back when all is delivered. */
export async function drillFailover(network: DrillNetwork, options: DrillOptions): Promise<DrillResult> {
  const { variant, folder, logs, say } = options
  say('starting three database nodes')
  const scene = await setScene(network, { variant, folder, logs, emails: EMAILS })
  return failOver(network, scene, options)
}

async function failOver(
  network: DrillNetwork,
  scene: Scene,
  { variant, seed, say }: DrillOptions,
): Promise<DrillResult> {
  const { cluster, machines, arrived } = scene
  const random = randomFrom(seed)
  const cutAt = Math.round(EMAILS * (FIRST_SHARE + random() * (LAST_SHARE - FIRST_SHARE)))
  say('starting the service')
  await scene.startService()
  const leaving = startUnsubscribing(scene.site, shuffled(scene.people, random))
  const visiting = startVisiting(scene.site)
  try {
    await eventually(() => arrived().length >= cutAt, { seconds: MAX_WAIT_SECONDS })
    const old = await cluster.primary()
    network.cutOff([old.machine, ...variant.withOldPrimary.map((name) => machines[name])])
    const cut = Date.now()
    const before = arrived().length
    say(`${old.name}, the primary, is cut off after ${before} emails`)
    const primary = await cluster.primary(cluster.nodes.filter((node) => node !== old))
    const promoted = Date.now()
    say(`${primary.name} is the primary after ${((promoted - cut) / 1000).toFixed(1)} s`)
    const between = arrived().length - before
    const hold = variant.resume && (await holdAndResume(scene, primary, variant.resume))
    say('waiting until all is delivered')
    const done = await untilDelivered(scene, primary)
    const onlyOld = (await acceptancesOnlyIn(scene, old, primary)).length
    network.heal()
    const healed = Date.now()
    await cluster.follows(old)
    const followed = Date.now()
    say(`${old.name} follows`)
    // A worker that was with the old primary records what it sent.
    await untilDelivered(scene, primary)
    await leaving.stop()
    await visiting.stop()
    await untilReplayed(scene, old, primary)
    const stillOnlyOld = (await acceptancesOnlyIn(scene, old, primary)).length
    const all = arrived()
    const ends = await scene.withDeps(primary, ({ db }) => endsIn(db))
    return {
      verdict: judgeDrill({ people: scene.people, left: leaving.left, arrived: all, ends }),
      times: {
        cut,
        tookKey: primary.tookKeyAt ?? promoted,
        promoted,
        ready: firstReady(visiting, promoted),
        unsubscribed: leaving.left.find(({ acknowledgedAt }) => acknowledgedAt > promoted)?.acknowledgedAt,
        held: hold?.held,
        resumed: hold?.resumed,
        email: all.find(({ begun }) => begun > (hold?.resumed ?? promoted))?.at,
        done,
        fenced: old.fencedAt,
        healed,
        followed,
      },
      before,
      between,
      whileHeld: hold?.sent ?? 0,
      acknowledged: leaving.left.length,
      failedRequests: leaving.failed,
      onlyOld,
      stillOnlyOld,
    }
  } finally {
    await Promise.all([leaving.stop(), visiting.stop()])
  }
}

function shuffled(people: readonly Person[], random: () => number): Person[] {
  const keyed = people.map((person) => ({ person, key: random() }))
  return keyed.sort((a, b) => a.key - b.key).map(({ person }) => person)
}

/** Waits until the service holds delivery, then does what the operator does. `sent`: emails while it was held. */
async function holdAndResume(
  { withDeps, arrived, machines, settings }: Scene,
  primary: Node,
  options: readonly string[],
) {
  const held = await withDeps(primary, async ({ db }) => {
    await eventually(() => isDeliveryHeld(db), { seconds: MAX_WAIT_SECONDS })
    return Date.now()
  })
  const before = arrived().length
  await sleep(QUIET_MS)
  const sent = arrived().length - before
  await runCommand(machines.home, ['delivery', 'resume', ...options], settings)
  return { held, sent, resumed: Date.now() }
}

/** Returns when no batch was left. */
const untilDelivered = ({ withDeps }: Scene, primary: Node): Promise<number> =>
  withDeps(primary, async ({ db }) => {
    await eventually(async () => (await db.batch.count({ where: { doneAt: null } })) === 0, {
      seconds: MAX_WAIT_SECONDS,
    })
    return Date.now()
  })

/** An old primary that ends first waits for its standbys, up to wal_sender_timeout; until then it accepts no connection. */
async function acceptancesOnlyIn({ cluster }: Scene, old: Node, primary: Node): Promise<string[]> {
  const list = (node: Node) =>
    cluster.sql(node, `select message_id from acceptance union all select ''`, 'papers')
  const mine = await eventually(() => list(old), { seconds: MAX_WAIT_SECONDS })
  const known = new Set((await list(primary)).split('\n'))
  return mine.split('\n').filter((id) => id && !known.has(id))
}

/** The standby has replayed what the primary has written by now. */
async function untilReplayed({ cluster }: Scene, standby: Node, primary: Node): Promise<void> {
  const position = await cluster.sql(primary, 'select pg_current_wal_lsn()')
  const replayed = `select pg_last_wal_replay_lsn() >= '${position}'`
  await eventually(async () => (await cluster.sql(standby, replayed)) === 't')
}

/** When the site first said that its new database responds. */
const firstReady = ({ visits }: PageVisits, promoted: number): number | undefined =>
  visits.find(({ ok, endedAt }) => ok && endedAt > promoted)?.endedAt
