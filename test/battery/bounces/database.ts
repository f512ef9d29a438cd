import { setTimeout as sleep } from 'node:timers/promises'
import type { BatteryCase, Profile } from '../battery-case.ts'
import { chanceOfRow } from '../bench/seeded-random.ts'
import { type Server, serverOf } from '../database/server.ts'
import { untilRead, withReturns } from './bench.ts'
import { bring } from './client.ts'
import { isSound, judge, judgedInWords, reportsFor } from './killed.ts'

const PLANS: Record<Profile, { times: number; perFault: number; awayMs: number }> = {
  ci: { times: 1, perFault: 120, awayMs: 2000 },
  nightly: { times: 10, perFault: 500, awayMs: 15_000 },
}

/** Each begins in the middle of what comes in, and is over when it returns. */
const FAULTS: ((server: Server, awayMs: number) => Promise<void>)[] = [
  async function frozen(server, awayMs) {
    const thaw = server.freeze()
    try {
      await sleep(awayMs)
    } finally {
      thaw()
    }
  },
  async function restarted(server) {
    await server.restart()
  },
]

const runAway = ({ times, perFault, awayMs }: (typeof PLANS)['ci']) =>
  withReturns(
    async ({ db, ports, startWorker }) => {
      const chance = chanceOfRow()
      const random = chance.random()
      const server = await serverOf(db)
      const reports = await reportsFor(db, times * FAULTS.length * perFault)
      // It gives up soon: after the lease of the settings, which the bench sets to two seconds.
      const worker = await startWorker()
      const taken: typeof reports = []
      let again = 0
      for (let n = 0; n < times * FAULTS.length; n++) {
        const wave = reports.slice(n * perFault, (n + 1) * perFault)
        let answered = 0
        const coming = bring(wave, {
          ...{ port: ports.lmtp, channel: 'lmtp', connections: 4 },
          onTaken: () => answered++,
        })
        const after = Math.floor(random() * perFault * 0.5)
        chance.record(`outage ${n}, after ${after} replies`)
        while (answered < after) await sleep(1)
        await FAULTS[n % FAULTS.length]!(server, awayMs)
        const brought = await coming
        taken.push(...brought.taken)
        again += brought.again
      }
      // Any process may take the reports of the outage after a minute.
      await db.$executeRaw`update report set taken_until = null where state = 'waiting'`
      await untilRead(db)
      await worker.end()
      return { ...(await judge(db, taken)), taken: taken.length, reports: reports.length, again }
    },
    { ownServer: true },
  )

export const database: BatteryCase = {
  name: 'bounces-database-down',
  long: true,
  fault: 'Postgres frozen, and killed and started again, while reports come in',
  invariant: 'a sender waits or must try again later; a report that got a 250 is processed once',
  run: async (profile) => {
    const plan = PLANS[profile]
    const seen = await runAway(plan)
    return {
      ok: isSound(seen) && seen.taken === seen.reports && seen.again > 0,
      n: `${seen.reports} reports, ${plan.times * FAULTS.length} times without a database`,
      result: `${judgedInWords(seen)}; taken ${seen.taken}, brought again ${seen.again}`,
    }
  },
}
