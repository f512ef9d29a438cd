import { statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { readConfig } from '../../../src/config/config.ts'
import { freePort } from '../../../src/core/database/embedded-postgres.ts'
import { buildDeps, type Deps } from '../../../src/core/deps.ts'
import { silentLog } from '../../../src/core/log.ts'
import { addressHash } from '../../../src/subscribers/address.ts'
import { suppress } from '../../../src/subscribers/suppress-subscriber.ts'
import { runCliProcess } from '../../support/processes.ts'
import { eventually } from '../../support/until.ts'
import { type Bench, exitOf, firstLine, withBench } from '../bench/delivery-bench.ts'
import { chanceOfRow } from '../bench/seeded-random.ts'
import { programWith, type WrongPart } from '../bench/wrong-part.ts'
import { type CrowdSize, csvOf, gather } from './crowd.ts'
import { type Judged, judge } from './judge.ts'
import { isSuppression, leave, planLeaving } from './leaving.ts'

/** The connections of each worker. */
const CONNECTIONS = 8
const STRANGERS = 20
/** When the import starts, as a share of the run. */
const IMPORT_AT = 0.3

export interface LeavingRun extends CrowdSize {
  events: number
  workers: number
  /** Whether a file is imported during the run. */
  imports: boolean
  /** Milliseconds from the final dot of an email to its reply. */
  delayMs: number
  /** The time-out in SMTP_URL. */
  timeoutSeconds: number
}

/** For each connection, one message that is taken and one that is being sent. */
export const maxInProgress = ({ workers }: Pick<LeavingRun, 'workers'>): number => 2 * CONNECTIONS * workers

export interface Outcome extends Judged {
  left: number
  /** Addresses that were suppressed, before and during the run. */
  suppressions: number
  /** Suppressed addresses that the import reactivated. */
  reactivated: number
}

/** Sends emails to a slow server while people unsubscribe, are erased and suppressed, and a file is imported. */
export function runLeaving(run: LeavingRun, part?: WrongPart): Promise<Outcome> {
  const sink = { delayMs: run.delayMs }
  const query = `timeout=${run.timeoutSeconds}`
  return withBench({ emails: 0, connections: CONNECTIONS, sink, query }, async (bench) => {
    const { deps, close } = await buildDeps(readConfig(bench.settings), { log: silentLog, connections: 10 })
    try {
      return await leaveOn(bench, deps, run, part)
    } finally {
      await close()
    }
  })
}

async function leaveOn(
  bench: Bench,
  deps: Deps,
  run: LeavingRun,
  part: WrongPart | undefined,
): Promise<Outcome> {
  const [people, site] = await Promise.all([gather(deps, bench.folder, run), startSite(bench)])
  const strangers = Array.from({ length: STRANGERS }, (_, n) => `stranger-${n}@one.example`)
  for (const email of strangers) await suppress(deps, { email, reason: 'operator' })
  const plans = planLeaving(
    people.filter(({ group }) => group === 'digest' || group === 'goodbye'),
    { events: run.events, chance: chanceOfRow() },
  )
  const workers = await startWorkers(bench, run.workers, part)
  let over = false
  const ended = Promise.all(workers.map(exitOf)).finally(() => {
    over = true
  })
  // About half of those who leave get their email before.
  const expected = run.digests + run.goodbyes - run.events / 2
  const reached = reachedIn(bench, { expected, isOver: () => over })
  const suppressed = [
    ...strangers,
    ...people.filter(({ group }) => group === 'suppressed').map(({ address }) => address),
    ...plans.filter(isSuppression).map(({ person }) => person.address),
  ]
  const imported = run.imports ? reached(IMPORT_AT).then(() => importAgain(bench, suppressed)) : undefined
  const left = await leave({ deps, site }, plans, reached).finally(() =>
    Promise.allSettled([ended, imported]),
  )
  await imported
  const judged = await judge(deps.db, { people, left, arrived: bench.arrived() })
  return {
    ...judged,
    left: left.length,
    suppressions: suppressed.length,
    reactivated: await countReactivated(deps, suppressed),
  }
}

async function startSite({ begin, settings }: Bench): Promise<string> {
  const port = await freePort()
  const site = `http://127.0.0.1:${port}`
  begin(['src/main.ts', '--roles', 'web'], { ...settings, PORT: String(port) })
  await eventually(async () => (await fetch(`${site}/ready`)).ok, { seconds: 120 })
  return site
}

async function startWorkers({ begin, settings }: Bench, count: number, part: WrongPart | undefined) {
  const workers = Array.from({ length: count }, () =>
    begin(programWith(part, 'test/battery/bench/composing-worker.ts'), settings),
  )
  await Promise.all(workers.map(firstLine))
  return workers
}

const LOOK_EVERY_MS = 5
const BYTES_TO_REST_ON = 5000

/** Waits until that share of the run is done, by the size of the mail server's file; returns at once if it is over. */
function reachedIn(
  { arrived, folder }: Bench,
  { expected, isOver }: { expected: number; isOver: () => boolean },
): (share: number) => Promise<void> {
  let bytesEach = 0
  const share = () => {
    const { size } = statSync(join(folder, 'arrived'))
    if (bytesEach === 0 && size > BYTES_TO_REST_ON) bytesEach = size / arrived().length
    return bytesEach === 0 ? 0 : size / bytesEach / expected
  }
  return async (wanted) => {
    while (!isOver() && share() < wanted) await sleep(LOOK_EVERY_MS)
  }
}

/** Imports suppressed addresses as active; none of them may become active. */
async function importAgain({ folder, settings }: Bench, addresses: string[]): Promise<void> {
  const file = join(folder, 'again.csv')
  writeFileSync(file, csvOf(addresses))
  const { stdout, stderr } = await runCliProcess(
    ['subscribers', 'import', file, '--consent', 'test', '--json'],
    settings,
  )
  if (JSON.parse(stdout || '{}').rows !== addresses.length)
    throw new Error(`the import failed: ${stdout}${stderr}`)
}

/** Addresses without a valid suppression, or whose subscriber has another state. */
async function countReactivated({ db, config }: Deps, addresses: string[]): Promise<number> {
  const hashes = addresses.map((address) => addressHash(address, config.SUPPRESSION_KEY))
  const holding = await db.suppression.count({ where: { addressHash: { in: hashes }, liftedAt: null } })
  const awake = await db.subscriber.count({
    where: { address: { in: addresses }, state: { not: 'suppressed' } },
  })
  return Math.max(addresses.length - holding, awake)
}
