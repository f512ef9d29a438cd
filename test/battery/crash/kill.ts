import type { ChildProcess } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import type { BatteryCase, Profile, Verdict } from '../battery-case.ts'
import {
  type Arrivals,
  type Bench,
  type BenchOptions,
  exitOf,
  inWords,
  withBench,
} from '../bench/delivery-bench.ts'
import { randomFrom } from '../bench/seeded-random.ts'
import { WRONG_VARIANTS } from './wrong-variants.ts'

const SEED = 20261124
/** Long enough for a kill to fall between any two steps. */
const SERVER = { delayMs: 15, stepDelayMs: 4 }

interface KillPlan extends BenchOptions {
  workers: number
  kills: number
}

const whole: Record<Profile, { mails: number; kills: number }> = {
  ci: { mails: 3000, kills: 20 },
  nightly: { mails: 50_000, kills: 200 },
}

/** Kills one of `workers` at a time, 150 to 700 ms after the last, and starts another. Returns how many were killed. */
async function killAtRandom(bench: Bench, { workers, kills }: KillPlan): Promise<number> {
  const random = randomFrom(SEED)
  const running: Promise<ChildProcess>[] = Array.from({ length: workers }, () => bench.startWorker())
  await Promise.all(running)
  let killed = 0
  for (let kill = 0; kill < kills; kill++) {
    const which = Math.floor(random() * workers)
    const worker = await running[which]!
    await sleep(150 + random() * 550)
    if (worker.kill('SIGKILL')) killed++
    await exitOf(worker)
    if (kill < kills - 1) running[which] = bench.startWorker()
  }
  // The others go on, and end when nothing is left.
  await Promise.all(running.map(async (worker) => exitOf(await worker)))
  return killed
}

async function killRun(plan: KillPlan): Promise<Arrivals & { killed: number; most: number }> {
  return withBench(plan, async (bench) => {
    const killed = await killAtRandom(bench, plan)
    return { ...(await bench.finish()), killed, most: plan.connections * killed }
  })
}

function killCase(name: string, workers: number, connections: number, sink = SERVER): BatteryCase {
  return {
    name,
    fault: `kill -9 at random, ${workers} worker(s)`,
    invariant: 'lost 0; doubled ≤ connections × kills, with the same bytes',
    run: async (profile) => {
      const { mails, kills } = whole[profile]
      const { killed, most, ...arrivals } = await killRun({ mails, kills, workers, connections, sink })
      const { lost, doubles, differing, misrecorded } = arrivals
      return {
        ok: lost === 0 && doubles <= most && differing === 0 && misrecorded === 0 && killed >= kills * 0.9,
        n: `${mails} mails, ${killed} kills, ${connections} connections`,
        result: `${inWords(arrivals)} (≤ ${most})`,
      }
    },
  }
}

/** Green where the battery sees that the variant is wrong. */
function wrongCase(variant: string): BatteryCase {
  return {
    name: `wrong-${variant}`,
    fault: `kill -9 at random, wrong on purpose: ${variant}`,
    invariant: 'the battery must see it lose or double',
    run: async () => {
      const plan = { mails: 2000, kills: 12, workers: 1, connections: 8, sink: SERVER, workerArgs: [variant] }
      const { killed, most, ...arrivals } = await killRun(plan)
      const caught = arrivals.lost > 0 || arrivals.doubles > most
      return {
        ok: caught,
        n: `${plan.mails} mails, ${killed} kills, ${plan.connections} connections`,
        result: `${caught ? 'caught' : 'NOT CAUGHT'}: ${inWords(arrivals)} (≤ ${most})`,
      }
    },
  }
}

const terminate: BatteryCase = {
  name: 'B1-terminate',
  fault: 'SIGTERM under load',
  invariant: 'exit 0; lost 0; doubled 0',
  run: (profile) => {
    const times = profile === 'ci' ? 10 : 50
    const mails = times * 150
    return withBench({ mails, connections: 8, sink: SERVER }, async (bench): Promise<Verdict> => {
      const random = randomFrom(SEED)
      const exits: (number | null)[] = []
      for (let time = 0; time < times; time++) {
        const worker = await bench.startWorker()
        await sleep(150 + random() * 550)
        worker.kill('SIGTERM')
        exits.push(await exitOf(worker))
      }
      const arrivals = await bench.finish()
      const { lost, doubles, misrecorded } = arrivals
      return {
        ok: exits.every((code) => code === 0) && lost === 0 && doubles === 0 && misrecorded === 0,
        n: `${mails} mails, ${times} signals`,
        result: `exits ${[...new Set(exits)].join('/')}, ${inWords(arrivals)}`,
      }
    })
  },
}

export const killCases: BatteryCase[] = [
  killCase('K1-kill-one', 1, 8),
  killCase('K1-kill-three', 3, 4, { ...SERVER, delayMs: 30 }),
  terminate,
  ...Object.keys(WRONG_VARIANTS).map(wrongCase),
]
