import { setTimeout as sleep } from 'node:timers/promises'
import { readConfig } from '../../../src/config/config.ts'
import { buildDeps, type Deps } from '../../../src/core/deps.ts'
import { silentLog } from '../../../src/core/log.ts'
import { isDeliveryHeld } from '../../../src/core/restored-database.ts'
import { resumeDelivery } from '../../../src/operator/delivery-switch.ts'
import { migrateDatabase } from '../../../src/operator/operations/database.ts'
import { startDatabaseProxy } from '../../support/database-proxy.ts'
import { type DebianPostgres, noDebianPostgres, startDebianPostgres } from '../../support/debian-postgres.ts'
import { addDigestMessages } from '../../support/messages.ts'
import type { BatteryCase } from '../battery-case.ts'
import { atEndOfRun } from '../bench/cleanups.ts'
import { type Bench, firstLine, withBench } from '../bench/delivery-bench.ts'
import { programWith, type WrongPart } from '../bench/wrong-part.ts'
import { until } from '../services/start-services.ts'
import { doMoreArrive } from './running.ts'

const EMAILS = 300
const CONNECTIONS = 4
/** Slow enough to switch servers during the run. */
const SINK = { delayMs: 60 }
/** The numbers of emails before the standby is cut off, and from then until the primary crashes. */
const [REPLICATED, UNREPLICATED] = [40, 30]
const HOUR_MS = 3_600_000
const MAX_DURATION_MS = 60_000
/** A worker that is sending sends several emails in this time. */
const QUIET_MS = 2000

interface Promoted {
  /** Emails that were sent and that the standby has not recorded. */
  forgotten: number
  /** Emails after the promotion, beyond those that the connections had in progress. */
  sentAfter: number
  doubles: number
  /** Delivery was paused until the operator resumed it. */
  held: boolean
  /** Messages that are neither sent nor recorded as ended afterwards. */
  open: number
}

const idsOf = ({ arrived }: Bench): string[] => arrived().map(({ messageId }) => messageId)
const doublesIn = (ids: string[]): number => ids.length - new Set(ids).size

/** Opens the database as the operator's commands do. */
async function withDeps<T>(bench: Bench, url: string, work: (deps: Deps) => Promise<T>): Promise<T> {
  const config = readConfig({ ...bench.settings, DATABASE_URL: url })
  const { deps, close } = await buildDeps(config, { log: silentLog, connections: 2 })
  return work(deps).finally(close)
}

async function prepare(bench: Bench, server: DebianPostgres): Promise<string> {
  const url = await server.create('papers')
  await withDeps(bench, url, async (deps) => {
    await migrateDatabase(deps)
    const now = new Date()
    const deadline = new Date(now.getTime() + 20 * HOUR_MS)
    await addDigestMessages(deps.db, EMAILS, { datedAt: now, notBefore: now, deadline }, 20)
  })
  return url
}

/** While emails are sent, the primary crashes, its standby is promoted at the same address, and the operator resumes. */
async function promote(bench: Bench, server: DebianPostgres, part?: WrongPart): Promise<Promoted> {
  const url = await prepare(bench, server)
  const standby = await server.standby()
  const proxy = await startDatabaseProxy(url)
  try {
    const program = programWith(part, 'test/battery/database/delivering-worker.ts')
    const settings = { ...bench.settings, DATABASE_URL: proxy.url, LOG_LEVEL: 'silent' }
    await firstLine(bench.begin(program, settings))
    await doMoreArrive(bench.arrived, REPLICATED, MAX_DURATION_MS)
    await standby.cutOff()
    await doMoreArrive(bench.arrived, UNREPLICATED, MAX_DURATION_MS)
    await server.crash()
    await standby.promote()
    const before = bench.arrived().length
    proxy.leadTo(standby.url('papers'))
    return await withDeps(bench, standby.url('papers'), (deps) => observe(bench, deps, before))
  } finally {
    await proxy.close()
  }
}

async function observe(bench: Bench, deps: Deps, before: number): Promise<Promoted> {
  const { db } = deps
  const forgotten = before - (await db.acceptance.count())
  await until(
    async () => (await isDeliveryHeld(db)) || doublesIn(idsOf(bench)) > CONNECTIONS,
    MAX_DURATION_MS,
  )
  const held = await isDeliveryHeld(db)
  if (held) await sleep(QUIET_MS)
  const sentAfter = Math.max(0, bench.arrived().length - before - CONNECTIONS)
  if (held) await resumeDelivery(deps)
  if (held) await sleep(QUIET_MS)
  const open = await db.message.count({ where: { state: { in: ['ready', 'taken', 'deferred'] } } })
  return { forgotten, sentAfter, doubles: doublesIn(idsOf(bench)), held, open }
}

const inWords = ({ forgotten, sentAfter, doubles, held, open }: Promoted): string =>
  `${held ? 'held' : 'not held'}; of ${forgotten} emails that the standby has not recorded, ${doubles} duplicates; ${sentAfter} sent before the operator resumed, ${open} left open`

async function promoteOnce(part?: WrongPart): Promise<Promoted> {
  const server = await startDebianPostgres()
  const forget = atEndOfRun(() => server.stop())
  try {
    const options = { emails: 0, connections: CONNECTIONS, sink: SINK }
    return await withBench(options, (bench) => promote(bench, server, part))
  } finally {
    forget()
    await server.stop()
  }
}

const promoted: BatteryCase = {
  name: 'promoted-standby',
  fault:
    'the primary crashes and an asynchronous standby, which lacks some acceptances, is promoted at its address',
  invariant: 'nothing is sent until the operator resumes; duplicates 0',
  run: async () => {
    const missing = noDebianPostgres()
    if (missing) return missing
    const found = await promoteOnce()
    const { forgotten, sentAfter, doubles, held, open } = found
    return {
      ok: held && forgotten > 0 && sentAfter + doubles + open === 0,
      n: `${EMAILS} emails, ${CONNECTIONS} connections`,
      result: inWords(found),
    }
  },
}

const wrongNoTimeline: BatteryCase = {
  name: 'promoted-standby-wrong-no-timeline',
  fault: 'an asynchronous standby is promoted, and the identity of the database has no timeline',
  invariant: 'must be caught: emails are sent twice',
  run: async () => {
    const missing = noDebianPostgres()
    if (missing) return missing
    const found = await promoteOnce({
      real: 'src/core/database/database-identity.repo.ts',
      wrong: 'test/battery/database/wrong-parts/no-timeline.ts',
    })
    const isCaught = found.doubles > CONNECTIONS
    return {
      ok: isCaught,
      n: `${EMAILS} emails, ${CONNECTIONS} connections`,
      result: `${isCaught ? 'caught' : 'NOT CAUGHT'}: ${inWords(found)}`,
    }
  },
}

export const promotedCases: BatteryCase[] = [promoted, wrongNoTimeline]
