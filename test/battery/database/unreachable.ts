import type { ChildProcess } from 'node:child_process'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { MAX_SILENCE_MS } from '../../../src/core/database/connection.ts'
import type { Database } from '../../../src/core/database/database.ts'
import { type DatabaseProxy, startDatabaseProxy } from '../../support/database-proxy.ts'
import { readArrivals } from '../../support/smtp-sink.ts'
import type { BatteryCase, Profile } from '../battery-case.ts'
import { COMPOSING } from '../bench/bulk-emails.ts'
import { type Bench, firstLine, withBench } from '../bench/delivery-bench.ts'
import { startServices } from '../services/start-services.ts'
import { addDigests } from './digests.ts'
import { isSound, judge, judgementInWords, observe, type Sent } from './observer.ts'
import { doMoreArrive, getsDone, isAlive, whileNudged } from './running.ts'
import { type Server, serverOf } from './server.ts'

const CONNECTIONS = 4
const PER_BATCH = 20
const EMAILS_EACH = 250
/** A service closes a black-holed connection after a minute. */
const GOES_ON_WITHIN_MS = MAX_SILENCE_MS + 20_000
const STEP_DELAY_MS = 4
const SETTINGS = { ...COMPOSING, LOG_LEVEL: 'fatal' }
const LEASE_MS = 2000

interface Plan {
  times: number
  /** Milliseconds without a database: longer than a lease. */
  awayMs: number
  /** Milliseconds for an email: slow enough that the other service has emails left at the end. */
  delayMs: number
}

const PLANS: Record<Profile, Plan> = {
  ci: { times: 2, awayMs: LEASE_MS + 700, delayMs: 300 },
  nightly: { times: 5, awayMs: 30_000, delayMs: 1000 },
}

const sinkOf = ({ delayMs }: Plan) => ({ delayMs, stepDelayMs: STEP_DELAY_MS })

/** A service behind a proxy, and one that reaches the same database directly. */
interface Scene {
  bench: Bench
  server: Server
  proxy: DatabaseProxy
  awayMs: number
}

/** Each fault starts and ends during the run. */
const FAULTS: ((scene: Scene) => Promise<void>)[] = [
  async function frozen({ server, awayMs }) {
    const thaw = server.freeze()
    try {
      await sleep(awayMs)
    } finally {
      thaw()
    }
  },
  // Open connections stay black-holed, new ones only for a while.
  async function blackHole({ proxy, awayMs }) {
    proxy.treatNew('black-hole')
    proxy.swallow()
    await sleep(awayMs)
    proxy.treatNew('pass')
    proxy.swallow()
  },
  async function terminated({ bench }) {
    await bench.db.$queryRaw`
      select count(pg_terminate_backend(pid)) from pg_stat_activity
      where datname = current_database() and pid <> pg_backend_pid()`
  },
  async function hungUp({ proxy }) {
    proxy.cut('end')
  },
]

/** Starts a second service with its own mail server. */
async function startBehind(
  bench: Bench,
  proxy: DatabaseProxy,
  plan: Plan,
): Promise<{ service: ChildProcess; file: string }> {
  const file = join(bench.folder, 'arrived-behind-proxy')
  const sink = bench.begin(['test/support/smtp-sink-process.ts', JSON.stringify({ ...sinkOf(plan), file })])
  const url = `smtp://127.0.0.1:${await firstLine(sink)}?connections=${CONNECTIONS}`
  const [service] = await startServices(bench, 1, { settings: { SMTP_URL: url, DATABASE_URL: proxy.url } })
  return { service: service!, file }
}

/** How often a batch went from the service behind the proxy to the other one. */
async function countTakeovers(db: Database, from: number, to: number): Promise<number> {
  const [row] = await db.$queryRaw<{ count: number }[]>`
    select count(distinct (a.batch, b.owner))::int from lease_seen a join lease_seen b on b.batch = a.batch and b.at > a.until
    where a.owner ~ ${`\\m${from}\\M`} and b.owner ~ ${`\\m${to}\\M`}`
  return row!.count
}

async function runAway(bench: Bench, profile: Profile) {
  const { times, awayMs } = PLANS[profile]
  const [direct] = await startServices(bench, 1)
  await observe(bench.db)
  const emails = times * FAULTS.length * EMAILS_EACH
  await addDigests(bench.db, emails, PER_BATCH)
  const server = await serverOf(bench.db)
  const proxy = await startDatabaseProxy(bench.databaseUrl)
  try {
    const { service, file } = await startBehind(bench, proxy, PLANS[profile])
    const arrived = [bench.arrived, () => readArrivals(file)]
    const goOn = async () =>
      (await Promise.all(arrived.map((one) => doMoreArrive(one, 10, GOES_ON_WITHIN_MS)))).every(Boolean)
    const wentOn = await whileNudged(bench, async () => {
      let alive = await goOn()
      for (let time = 0; time < times; time++) {
        for (const bring of FAULTS) {
          if (alive) await bring({ bench, server, proxy, awayMs })
          alive &&= await goOn()
        }
      }
      return alive && getsDone(bench.db, () => arrived.flatMap((one) => one()))
    })
    const alive = wentOn && isAlive(direct!) && isAlive(service)
    const sent: Sent[] = [direct!, service].map(({ pid }, i) => ({ pid: pid!, arrived: arrived[i]!() }))
    const takeovers = await countTakeovers(bench.db, service.pid!, direct!.pid!)
    return { found: await judge(bench.db, sent), alive, emails, takeovers }
  } finally {
    await proxy.close()
  }
}

export const unreachable: BatteryCase = {
  name: 'postgres-unreachable',
  long: true,
  fault:
    'Postgres frozen; connections black-holed, ended by pg_terminate_backend, or closed without an error',
  invariant:
    'no email starts without a valid lease, others take over, each 250 is recorded; lost 0; duplicates ≤ connections × faults; both processes continue',
  run: (profile) => {
    const options = {
      emails: 0,
      connections: CONNECTIONS,
      sink: sinkOf(PLANS[profile]),
      settings: SETTINGS,
      ownServer: true,
    } as const
    return withBench(options, async (bench) => {
      const { found, alive, emails, takeovers } = await runAway(bench, profile)
      const { times, awayMs } = PLANS[profile]
      const most = CONNECTIONS * 2 * times * FAULTS.length
      return {
        ok: alive && isSound(found) && found.doubles <= most && takeovers >= times,
        n: `${emails} emails, 2 services, ${times} of each fault, ${awayMs / 1000} s each`,
        result: `${alive ? 'both continue' : 'ONE DID NOT CONTINUE'}, ${takeovers} batches taken over, ${judgementInWords(found, most)}`,
      }
    })
  },
}
