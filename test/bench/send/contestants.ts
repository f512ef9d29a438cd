import { generateKeyPairSync } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { MINUTE_MS } from '../../../src/core/dates.ts'
import { otherPrograms } from './other-programs.ts'
import type { PlannedWorld } from './planned-world.ts'
import { type Measured, type Program, runMeasured } from './run-measured.ts'
import { startOurSink } from './sink-process.ts'

const MAX_SECONDS = 1200
const MAX_PLAIN_EMAILS = 3000
const MAX_READY_EMAILS = 20_000
const DKIM_BITS = 2048
const RELAY_MS = 100
const RELAY_SECONDS = 10
// Nothing listens here, so the source is unreachable.
const NOWHERE = 'http://127.0.0.1:9'

/** What one run of one contestant is given. */
export interface Round {
  world: PlannedWorld
  /** In the mean, of our emails. */
  bytes: number
  profile?: string
}

export interface Contestant {
  name: string
  /** Why it cannot run here. */
  missing?: string
  /** Takes long, so it only runs if it is named. */
  isExtra?: true
  run(round: Round): Promise<Measured>
}

/** In the order in which each round runs them. */
export function contestants(): Contestant[] {
  return [
    ...[10, 50, 1, 25, 100].map((connections) => ours(`ours-${connections}`, { connections })),
    ...[10, 50].map((connections) => ours(`dkim-${connections}`, { connections, dkim: true })),
    ...[25, 50].map((connections) => ({ name: `pair-${connections}`, run: pair(connections) })),
    { name: 'service-50', isExtra: true, run: service(50) },
    ...[1, 10, 50, 100].map((connections) => ({
      ...{ name: `relay-${connections}`, isExtra: true as const, run: slowRelay(connections) },
    })),
    { name: 'plain-10', run: plain },
    ...[10, 50].map((connections) => ({ name: `ready-${connections}`, run: ready(connections) })),
    ...otherPrograms(),
  ]
}

interface Delivery {
  connections: number
  dkim?: boolean
  maxSeconds?: number
}

function ours(name: string, delivery: Delivery): Contestant {
  const run = (round: Round) =>
    onCopy({ name, world: round.world }, (database, url) =>
      runMeasured(round.world, { ...deliveryOf(round, url, delivery), database }),
    )
  return { name, run }
}

function deliveryOf({ world, profile }: Round, url: string, delivery: Delivery): Program {
  const { connections, dkim, maxSeconds = MAX_SECONDS } = delivery
  const settings = {
    DATABASE_URL: url,
    SMTP_URL: `smtp://127.0.0.1:${world.sink.port}?connections=${connections}`,
    ...(dkim && dkimSettings(world.folder)),
  }
  // The clock of this process begins to run too: it must not be behind that of the planner.
  const now = new Date(Date.parse(world.now) + MINUTE_MS).toISOString()
  return { file: 'deliver.ts', input: { settings, now, maxSeconds }, profile }
}

/** To an SMTP server that waits before it accepts an email. */
const slowRelay =
  (connections: number) =>
  async (round: Round): Promise<Measured> => {
    const sink = await startOurSink(RELAY_MS)
    const world = { ...round.world, sink }
    const { run } = ours('relay', { connections, maxSeconds: RELAY_SECONDS })
    return run({ ...round, world }).finally(sink.stop)
  }

async function onCopy<T>(
  { name, world, isPlanned }: { name: string; world: PlannedWorld; isPlanned?: boolean },
  work: (database: string, url: string) => Promise<T>,
): Promise<T> {
  const database = `sent_${name.replace('-', '_')}`
  const url = await world.copy(database, isPlanned)
  return work(database, url).finally(() => world.drop(database))
}

/** From the hour to the last acceptance, with everything that a service does. */
const service =
  (connections: number) =>
  ({ world, profile }: Round): Promise<Measured> =>
    onCopy({ name: 'service', world, isPlanned: false }, (database, url) => {
      const smtp = `smtp://127.0.0.1:${world.sink.port}?connections=${connections}`
      const settings = { DATABASE_URL: url, DATA_DIR: world.folder, SMTP_URL: smtp, HF_URL: NOWHERE }
      const input = { settings, due: world.now, emails: world.plan.emails, maxSeconds: MAX_SECONDS }
      return runMeasured(world, { file: 'service.ts', input, database, profile })
    })

/** Two processes that share the work, each with half of the connections. */
const pair =
  (connections: number) =>
  (round: Round): Promise<Measured> =>
    onCopy({ name: 'pair', world: round.world }, async (_, url) => {
      const program = deliveryOf({ ...round, profile: undefined }, url, { connections })
      return together(await Promise.all([1, 2].map(() => runMeasured(round.world, program))))
    })

/** Of processes that worked at the same time: each has counted what Postgres and the sink used for all. */
function together(parts: readonly Measured[]): Measured {
  const sum = (pick: (one: Measured) => number) => parts.reduce((all, one) => all + pick(one), 0)
  const emails = sum((one) => one.emails)
  const cpuSeconds = sum((one) => one.cpuSeconds)
  const seconds = Math.max(...parts.map((one) => one.seconds))
  const most = (pick: (one: Measured) => number) =>
    Math.max(...parts.map((one) => pick(one) * one.emails)) / emails
  return {
    ...{
      emails,
      seconds,
      cpuSeconds,
      perSecond: emails / seconds,
      bytes: Math.max(...parts.map(({ bytes = 0 }) => bytes)),
    },
    ...{ cpu: (cpuSeconds * 1e6) / emails, serverCpu: most((one) => one.serverCpu) },
    ...{ sinkCpu: most((one) => one.sinkCpu), wal: most((one) => one.wal), commits: 0 },
    peakMegabytes: sum((one) => one.peakMegabytes),
  }
}

function dkimSettings(folder: string): Record<string, string> {
  const file = join(folder, 'dkim.pem')
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: DKIM_BITS })
  writeFileSync(file, privateKey.export({ type: 'pkcs8', format: 'pem' }))
  return { DKIM_DOMAIN: 'bench.example', DKIM_SELECTOR: 'bench', DKIM_KEY_FILE: file }
}

const plain = ({ world }: Round): Promise<Measured> =>
  onCopy({ name: 'plain', world }, (database, url) => {
    const input = { url, port: world.sink.port, connections: 10, emails: MAX_PLAIN_EMAILS }
    return runMeasured(world, { file: 'plain-design.ts', input, database })
  })

const readyEmails = ({ plan }: PlannedWorld): number => Math.min(plan.emails, MAX_READY_EMAILS)

const ready =
  (connections: number) =>
  ({ world, bytes }: Round): Promise<Measured> => {
    const input = { port: world.sink.port, connections, emails: readyEmails(world), bytes }
    return runMeasured(world, { file: 'ready-bytes.ts', input })
  }
