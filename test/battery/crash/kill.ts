import { setTimeout as sleep } from 'node:timers/promises'
import type { BatteryCase, Profile } from '../battery-case.ts'
import {
  type Arrivals,
  type Bench,
  type BenchOptions,
  exitOf,
  inWords,
  withBench,
} from '../bench/delivery-bench.ts'
import { type Chance, chanceOfRow } from '../bench/seeded-random.ts'
import { FAULTS_OF_VARIANTS, WRONG_VARIANTS, type WrongVariant } from './wrong-variants.ts'

/** Slow enough that a kill can fall between any two steps. */
const SERVER = { delayMs: 15, stepDelayMs: 4 }

interface SignalPlan extends BenchOptions {
  /** The workers of one run. */
  workers: number
  signal: 'SIGKILL' | 'SIGTERM'
  /** The signal waits until emails arrive, however long a worker takes to start. */
  whileSending?: true
  /** The number of signals, over all workers. */
  times: number
  /** The number of databases, side by side, that share emails and signals. */
  runs: number
}

/** As even as possible in whole numbers: 20 over 3 is 7, 7, 6. */
const shares = (all: number, parts: number): number[] =>
  Array.from({ length: parts }, (_, i) => Math.floor((all + parts - 1 - i) / parts))

interface End {
  /** Its exit code, or the signal that ended it. */
  how: number | NodeJS.Signals | null
  /** Since the signal. */
  ms: number
  /** Emails were waiting or being sent when the signal came. */
  hadWork: boolean
}

/** Sends a worker the signal 150 to 700 ms after it started, and starts another; the last one runs to the end. */
async function signalInTurn(
  bench: Bench,
  { signal, times, whileSending }: Pick<SignalPlan, 'signal' | 'times' | 'whileSending'>,
  { chance, part }: { chance: Chance; part: number },
): Promise<End[]> {
  const random = chance.random(part)
  const ends: End[] = []
  for (let time = 0; time < times; time++) {
    const worker = await bench.startWorker()
    if (whileSending) await untilSending(bench)
    const ms = whileSending ? 150 + random() * 250 : 150 + random() * 550
    chance.record(`${signal} ${time} of ${part}, after ${ms} ms`)
    await sleep(ms)
    const open = await bench.db.message.count({ where: { state: { not: 'accepted' } } })
    const asked = performance.now()
    const hadWork = worker.kill(signal) && open > 0
    const how = (await exitOf(worker)) ?? worker.signalCode
    ends.push({ how, ms: performance.now() - asked, hadWork })
  }
  await exitOf(await bench.startWorker())
  return ends
}

const MAX_SILENCE_MS = 5000

/** Resolves when an email arrives, or if none has arrived for five seconds. */
async function untilSending(bench: Bench): Promise<void> {
  const before = bench.arrived().length
  const end = performance.now() + MAX_SILENCE_MS
  while (bench.arrived().length === before && performance.now() < end) await sleep(10)
}

interface Signalled extends Arrivals {
  /** The ends of the workers that got the signal. */
  ends: End[]
}

function signalRun(plan: SignalPlan): Promise<Signalled> {
  const chance = chanceOfRow()
  const { workers, runs, signal, whileSending } = plan
  const times = shares(plan.times, workers * runs)
  const runOn = async (bench: Bench, run: number): Promise<Signalled> => {
    const mine = [...times.entries()].filter(([part]) => part % runs === run)
    const ends = await Promise.all(
      mine.map(([part, many]) =>
        signalInTurn(bench, { signal, times: many, whileSending }, { chance, part }),
      ),
    )
    return { ...(await bench.finish()), ends: ends.flat() }
  }
  return withBench({ ...plan, emails: 0 }, async (first) => {
    const benches = await Promise.all(shares(plan.emails, runs).map((emails) => first.beside({ emails })))
    return inAll(await Promise.all(benches.map(runOn)))
  })
}

function inAll(outcomes: Signalled[]): Signalled {
  const total = (of: keyof Arrivals) => outcomes.reduce((all, one) => all + one[of], 0)
  return {
    lost: total('lost'),
    doubles: total('doubles'),
    differing: total('differing'),
    misrecorded: total('misrecorded'),
    ends: outcomes.flatMap(({ ends }) => ends),
  }
}

/** How many workers SIGKILL ended, and up to how many duplicates those kills explain. */
function killedIn({ ends }: Signalled, connections: number): { killed: number; most: number } {
  const killed = ends.filter(({ how }) => how === 'SIGKILL').length
  return { killed, most: killed * connections }
}

type Kills = Record<Profile, { emails: number; times: number }>
const NIGHTLY = { emails: 50_000, times: 200 }
const KILLS_OF_ONE: Kills = { ci: { emails: 3000, times: 20 }, nightly: NIGHTLY }
const KILLS_OF_THREE: Kills = { ci: { emails: 1500, times: 12 }, nightly: NIGHTLY }

function killCase(
  name: string,
  kills: Kills,
  what: Omit<SignalPlan, 'emails' | 'times' | 'signal'>,
): BatteryCase {
  return {
    name,
    long: true,
    fault: `kill -9 at random times, with ${what.workers === 1 ? 'one worker' : `${what.workers} workers`}`,
    invariant: 'lost 0; duplicates ≤ connections × kills, with the same bytes',
    run: async (profile) => {
      const { emails, times } = kills[profile]
      const outcome = await signalRun({ ...what, emails, times, signal: 'SIGKILL' })
      const { lost, doubles, differing, misrecorded } = outcome
      const { killed, most } = killedIn(outcome, what.connections)
      return {
        ok: lost === 0 && doubles <= most && differing === 0 && misrecorded === 0 && killed >= times * 0.9,
        n: `${emails} emails, ${killed} kills, ${what.connections} connections`,
        result: `${inWords(outcome)} (≤ ${most})`,
      }
    },
  }
}

/** Passes if the counts show the damage. */
function wrongCase(variant: WrongVariant): BatteryCase {
  return {
    name: `kill-one-process-wrong-${variant}`,
    fault: `kill -9 at random times, with a worker that ${FAULTS_OF_VARIANTS[variant]}`,
    invariant: 'must be caught: emails are lost, or sent twice more often than the kills explain',
    run: async () => {
      const plan = { emails: 800, workers: 1, runs: 1, connections: 8, sink: SERVER, workerArgs: [variant] }
      const outcome = await signalRun({ ...plan, times: 6, signal: 'SIGKILL', whileSending: true })
      const { killed, most } = killedIn(outcome, plan.connections)
      const caught = outcome.lost > 0 || outcome.doubles > most
      return {
        ok: caught,
        n: `${plan.emails} emails, ${killed} kills, ${plan.connections} connections`,
        result: `${caught ? 'caught' : 'NOT CAUGHT'}: ${inWords(outcome)} (≤ ${most})`,
      }
    },
  }
}

const MAX_END_MS = 35_000

const terminate: BatteryCase = {
  name: 'terminate-under-load',
  fault: 'SIGTERM under load',
  invariant:
    'exit 0 within 35 s; lost 0; duplicates 0; nine of ten signals came while emails were waiting or being sent',
  run: async (profile) => {
    const times = profile === 'ci' ? 10 : 50
    const plan = { emails: times * 150, workers: 1, runs: 2, connections: 8, sink: SERVER }
    const outcome = await signalRun({ ...plan, times, signal: 'SIGTERM', whileSending: true })
    const { lost, doubles, misrecorded, ends } = outcome
    const isGraceful = ends.every(({ how, ms }) => how === 0 && ms < MAX_END_MS)
    const atWork = ends.filter(({ hadWork }) => hadWork).length
    const slowest = Math.max(...ends.map(({ ms }) => ms)) / 1000
    const exits = [...new Set(ends.map(({ how }) => how))].join('/')
    return {
      ok: isGraceful && lost + doubles + misrecorded === 0 && atWork >= times * 0.9,
      n: `${plan.emails} emails, ${ends.length} signals, ${atWork} of them while emails were waiting or being sent`,
      result: `exits ${exits}, the slowest after ${slowest.toFixed(1)} s, ${inWords(outcome)}`,
    }
  },
}

export const killCases: BatteryCase[] = [
  killCase('kill-one-process', KILLS_OF_ONE, { workers: 1, runs: 2, connections: 8, sink: SERVER }),
  killCase('kill-three-processes', KILLS_OF_THREE, { workers: 3, runs: 1, connections: 4, sink: SERVER }),
  terminate,
  ...(Object.keys(WRONG_VARIANTS) as WrongVariant[]).map(wrongCase),
]
