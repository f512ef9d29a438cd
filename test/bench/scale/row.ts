import { setTimeout as sleep } from 'node:timers/promises'
import { monotonicMs } from '../../../src/core/clock.ts'
import { MINUTE_MS } from '../../../src/core/dates.ts'
import { silentLog } from '../../../src/core/log.ts'
import { openQueue } from '../../../src/core/queue.ts'
import { type MachineSeconds, machineSeconds, processSeconds, serverSeconds } from '../processor-time.ts'
import { queryServer } from '../send/run-measured.ts'
import type { Machines, Relay, Running } from './machines.ts'
import type { Visitors, Visits } from './visitors.ts'

/** What each row of a table runs on. */
export interface Scene {
  machines: Machines
  url: string
  /** The folder of the server's data. */
  database: string
  relay: Relay
  sites: readonly Running[]
  visitors: Visitors
  /** When everyone is due. */
  now: string
  windowMs: number
}

export interface Row {
  workers: number
  /** SMTP connections of each worker. */
  connections: number
  emails: number
  seconds: number
  perSecond: number
  /** Microseconds of processor time for an email. */
  workerCpu: number
  serverCpu: number
  relayCpu: number
  /** Processor time of the web processes, in percent of one core. */
  webShare: number
  wal: number
  commits: number
  /** Connections to the relay, and to Postgres. */
  smtp: number
  sessions: number
  /** How much of the machine's processors was in use by anything, 0 to 1. */
  busy: number
  /** How much of them other programs of this machine used. */
  others: number
  visits: Visits
}

/** Until all connections are open and the programs are warm. */
const WARM_MS = 3000
const MAX_WARM_MS = 30_000
const NUDGE_EVERY_MS = 250
const LOOK_EVERY_MS = 100

/**
 * Worker processes, each on a machine of its own, send what is ready, until the window ends or nothing is left. All
 * figures are differences between its begin and its end.
 */
export async function measureRow(
  scene: Scene,
  { workers, connections }: Pick<Row, 'workers' | 'connections'>,
): Promise<Row> {
  const { machines, url, relay, now } = scene
  const settings = {
    DATABASE_URL: url,
    SMTP_URL: `smtp://${relay.address}:${relay.port}?connections=${connections}&tls=off`,
    // The clock of a worker must not be behind that of the planner.
    CLOCK_NOW: new Date(Date.parse(now) + MINUTE_MS).toISOString(),
  }
  const names = Array.from({ length: workers }, (_, i) => `worker-${i + 1}`)
  const running = await Promise.all(names.map((name) => machines.startService(name, 'worker', settings)))
  const queue = await openQueue(url, silentLog)
  const nudging = setInterval(() => queue.nudge('drain-bulk').catch(() => {}), NUDGE_EVERY_MS)
  try {
    await warm(relay, workers * connections)
    scene.visitors.take()
    const before = await counters(scene, running)
    await untilWindowEnds(scene)
    const after = await counters(scene, running)
    return { workers, connections, ...rowOf(before, after), visits: scene.visitors.take() }
  } finally {
    clearInterval(nudging)
    await queue.stop()
    await Promise.all(running.map(({ stop }) => stop()))
  }
}

async function warm(relay: Relay, connections: number): Promise<void> {
  const began = monotonicMs()
  const isFull = () => relay.counts().open >= connections
  while (!isFull() && monotonicMs() - began < MAX_WARM_MS) await sleep(LOOK_EVERY_MS)
  await sleep(WARM_MS)
}

async function untilWindowEnds({ url, windowMs }: Scene): Promise<void> {
  const until = monotonicMs() + windowMs
  while (monotonicMs() < until && (await isMoreReady(url))) await sleep(Math.min(1000, windowMs / 4))
}

/** False once workers have leased every batch: then connections would wait for each other. */
async function isMoreReady(url: string): Promise<boolean> {
  const rows = await queryServer(
    url,
    `select from batch where done_at is null and lease_until is null limit 1`,
  )
  return rows.length > 0
}

interface Counters {
  at: number
  emails: number
  commits: number
  wal: number
  sessions: number
  smtp: number
  worker: number
  server: number
  relay: number
  web: number
  machine: MachineSeconds
}

async function counters(scene: Scene, workers: readonly Running[]): Promise<Counters> {
  const [row] = await queryServer<Record<'emails' | 'commits' | 'wal' | 'sessions', string>>(
    scene.url,
    COUNTERS,
  )
  const sum = (all: readonly Running[]) => all.reduce((seconds, { pid }) => seconds + processSeconds(pid), 0)
  return {
    at: monotonicMs(),
    emails: Number(row!.emails),
    commits: Number(row!.commits),
    wal: Number(row!.wal),
    sessions: Number(row!.sessions),
    smtp: scene.relay.counts().open,
    worker: sum(workers),
    server: serverSeconds(scene.database),
    relay: sum([scene.relay]),
    web: sum(scene.sites),
    machine: machineSeconds(),
  }
}

const COUNTERS = `
  select (select count(*) from acceptance) as emails, pg_current_wal_lsn() - '0/0' as wal,
    (select xact_commit from pg_stat_database where datname = current_database()) as commits,
    (select count(*) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()) as sessions`

function rowOf(before: Counters, after: Counters): Omit<Row, 'workers' | 'connections' | 'visits'> {
  const seconds = (after.at - before.at) / 1000
  const used = (part: 'worker' | 'server' | 'relay' | 'web') => after[part] - before[part]
  const emails = after.emails - before.emails
  const each = (total: number) => total / Math.max(1, emails)
  const micros = (part: 'worker' | 'server' | 'relay') => each(used(part) * 1e6)
  const ours = used('worker') + used('server') + used('relay') + used('web')
  const [busy, all] = (['busy', 'all'] as const).map(
    (part) => after.machine[part] - before.machine[part],
  ) as [number, number]
  return {
    emails,
    seconds,
    perSecond: emails / seconds,
    workerCpu: micros('worker'),
    serverCpu: micros('server'),
    relayCpu: micros('relay'),
    webShare: (100 * used('web')) / seconds,
    wal: each(after.wal - before.wal),
    commits: each(after.commits - before.commits),
    smtp: after.smtp,
    sessions: after.sessions,
    busy: busy / all,
    others: Math.max(0, busy - ours) / all,
  }
}
