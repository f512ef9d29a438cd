import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { readConfig } from '../../../src/config/config.ts'
import { stoppedClock } from '../../../src/core/clock.ts'
import { buildDeps, type Deps } from '../../../src/core/deps.ts'
import { silentLog } from '../../../src/core/log.ts'
import { type DayTotals, dayTotals, isReconciled } from '../../../src/digests/reconciliation.repo.ts'
import { importPapers } from '../../../src/papers/import-papers.ts'
import { importPeople } from '../../support/import-people.ts'
import { type Bench, exitOf, firstLine, withBench } from '../bench/delivery-bench.ts'
import { chanceOfRow } from '../bench/seeded-random.ts'

/** A Tuesday. */
const DATE = '2026-11-24'
const JOINED = new Date('2026-11-23T12:00:00Z')
const FIRST_TICK = '2026-11-24T08:05:00Z'
const LAST_TICK = '2026-11-24T09:05:00Z'
const WEEK = 'mon,tue,wed,thu,fri,sat,sun'

export interface PlanningRun {
  subscribers: number
  /** Planners that are killed with kill -9, one after the other, before one may finish. */
  kills: number
  /** All but the last use a wrong planner. */
  wrong?: string
}

/** What must be on that date, according to the imported file only. */
interface Wanted {
  address: string
  /** none: they are not due on the date, or they left. */
  outcome: 'planned' | 'nothing_matched' | 'paused' | 'none'
}

export interface Planned {
  due: number
  killed: number
  /** Subscribers whose outcome is not the expected one. */
  wrongOutcomes: string[]
  /** Subscribers with more than one digest or message of that date. */
  twice: number
  totals: DayTotals
  balanced: boolean
}

/** Planners of one date that are killed while they work, and one that finishes it. */
export function runPlanning(run: PlanningRun): Promise<Planned> {
  return withBench({ emails: 0, connections: 1 }, async (bench) => {
    const clock = stoppedClock(JOINED)
    const { deps, close } = await buildDeps(readConfig(bench.settings), {
      clock,
      log: silentLog,
      connections: 2,
    })
    try {
      const wanted = await bringIn(deps, bench.folder, run.subscribers)
      clock.moveTo(new Date(FIRST_TICK))
      await importPapers(deps, { text: JSON.stringify(PAPERS), day: DATE })
      if (run.kills > 0) await slowDown(deps)
      const killed = await planAndKill(bench, run)
      await exitOf(await startPlanner(bench, LAST_TICK))
      return { killed, ...(await judge(deps, wanted)) }
    } finally {
      await close()
    }
  })
}

const PAPERS = ['On robots', 'On graphs'].map((title) => ({ title, summary: `${title}, from all sides.` }))

/** Of a thousand: some paused, some unsubscribed, some with another day, some whose topic matches nothing. */
async function bringIn(deps: Deps, folder: string, count: number): Promise<Wanted[]> {
  const random = chanceOfRow().random()
  const rows = Array.from({ length: count }, (_, n) => {
    const [state, days, topic] = [random(), random(), random()]
    return {
      address: `s${n}@y.example`,
      state: state < 0.05 ? 'unsubscribed' : state < 0.12 ? 'paused' : 'active',
      days: days < 0.1 ? 'wed' : WEEK,
      topic: topic < 0.2 ? 'unobtainium' : topic < 0.6 ? 'robots' : 'graphs',
    }
  })
  const lines = rows.map(({ address, state, days, topic }) => `${address},${state},${topic},8,UTC,"${days}"`)
  const file = join(folder, 'subscribers.csv')
  writeFileSync(file, ['email,state,topics,hour,zone,days', ...lines].join('\n'))
  await importPeople(deps, file)
  return rows.map(({ address, state, days, topic }) => {
    if (state === 'unsubscribed' || days !== WEEK) return { address, outcome: 'none' }
    if (state === 'paused') return { address, outcome: 'paused' }
    return { address, outcome: topic === 'unobtainium' ? 'nothing_matched' : 'planned' }
  })
}

/** Each statement that fills digests takes this long, so that a fast planner does not finish before it is killed. */
async function slowDown({ db }: Deps): Promise<void> {
  await db.$executeRawUnsafe(`create function slow_down() returns trigger language plpgsql as
    $$ begin perform pg_sleep(0.06); return null; end $$`)
  await db.$executeRawUnsafe(
    'create trigger slow_down after update on digest for each statement execute function slow_down()',
  )
}

async function startPlanner({ begin, settings }: Bench, now: string, ...args: string[]) {
  const planner = begin(['test/battery/bench/planning-worker.ts', now, ...args], settings)
  await firstLine(planner)
  return planner
}

const LOOK_EVERY_MS = 3

/** Kills each once it has filled some digests; without kills, it plans to the end. Returns how many were killed. */
async function planAndKill(bench: Bench, { kills, wrong }: PlanningRun): Promise<number> {
  const chance = chanceOfRow()
  const random = chance.random()
  const args = wrong ? ['--wrong', wrong] : []
  if (kills === 0) await exitOf(await startPlanner(bench, FIRST_TICK, ...args))
  let killed = 0
  for (let kill = 0; kill < kills; kill++) {
    const before = await filled(bench)
    const planner = await startPlanner(bench, FIRST_TICK, ...args)
    const ended = exitOf(planner)
    while (planner.exitCode === null && (await filled(bench)) === before) await sleep(LOOK_EVERY_MS)
    const ms = random() * 20
    chance.record(`kill ${kill}, ${ms} ms after the first digests`)
    await sleep(ms)
    if (planner.exitCode === null && planner.kill('SIGKILL')) killed++
    await ended
  }
  return killed
}

const filled = ({ db }: Bench): Promise<number> => db.digest.count({ where: { outcome: { not: 'due' } } })

async function judge({ db }: Deps, wanted: readonly Wanted[]): Promise<Omit<Planned, 'killed'>> {
  const digests = await db.digest.findMany({ include: { message: true, subscriber: true } })
  const byAddress = Map.groupBy(digests, ({ subscriber }) => subscriber.address ?? '')
  const messages = Map.groupBy(await db.message.findMany(), ({ toAddress }) => toAddress ?? '')
  const due = wanted.filter(({ outcome }) => outcome !== 'none').length
  const kept = await dayTotals(db, DATE)
  return {
    due,
    wrongOutcomes: wanted.flatMap(({ address, outcome }) => {
      const [digest] = byAddress.get(address) ?? []
      const came = digest?.outcome ?? 'none'
      const isMailed = came !== 'planned' || digest?.message != null
      return came === outcome && isMailed
        ? []
        : [`${came}, not ${outcome}${isMailed ? '' : ', without a message'}`]
    }),
    twice: wanted.filter(
      ({ address }) => (byAddress.get(address)?.length ?? 0) > 1 || (messages.get(address)?.length ?? 0) > 1,
    ).length,
    totals: kept,
    balanced: isReconciled(kept) && kept.due === due,
  }
}
