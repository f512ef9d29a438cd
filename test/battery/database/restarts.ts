import { setTimeout as sleep } from 'node:timers/promises'
import type { BatteryCase, Profile } from '../battery-case.ts'
import { COMPOSING } from '../bench/bulk-emails.ts'
import { withBench } from '../bench/delivery-bench.ts'
import { chanceOfRow } from '../bench/seeded-random.ts'
import { startServices } from '../services/start-services.ts'
import { addDigests } from './digests.ts'
import { isSound, judge, judgementInWords, observe } from './observer.ts'
import { doMoreArrive, getsDone, isAlive, SERVER, whileNudged } from './running.ts'
import { serverOf } from './server.ts'

const CONNECTIONS = 8
const SETTINGS = { ...COMPOSING, LOG_LEVEL: 'fatal' }
const EMAILS_EACH = 90
const RESTARTS: Record<Profile, number> = { ci: 5, nightly: 50 }

export const restarts: BatteryCase = {
  name: 'postgres-restarts',
  fault: 'pg_ctl restart -m immediate while emails are sent',
  invariant: 'lost 0; duplicates ≤ connections × restarts; the same process continues',
  run: (profile) => {
    const times = RESTARTS[profile]
    const emails = (times + 1) * EMAILS_EACH
    const options = {
      emails: 0,
      connections: CONNECTIONS,
      sink: SERVER,
      settings: SETTINGS,
      ownServer: true,
    } as const
    return withBench(options, async (bench) => {
      const [service] = await startServices(bench, 1)
      await observe(bench.db)
      await addDigests(bench.db, emails)
      const server = await serverOf(bench.db)
      const chance = chanceOfRow()
      const random = chance.random()
      const isDone = await whileNudged(bench, async () => {
        for (let time = 0; time < times; time++) {
          const [more, ms] = [20 + Math.floor(random() * 40), random() * 50]
          await doMoreArrive(bench.arrived, more)
          await sleep(ms)
          chance.record(`restart ${time}, ${ms} ms after ${more} more emails`)
          await server.restart()
        }
        return getsDone(bench.db, bench.arrived)
      })
      const found = await judge(bench.db, [{ pid: service!.pid!, arrived: bench.arrived() }])
      const most = CONNECTIONS * times
      return {
        ok: isDone && isAlive(service!) && isSound(found) && found.doubles <= most,
        n: `${emails} emails, ${times} restarts, ${CONNECTIONS} connections`,
        result: `${isAlive(service!) ? 'one process' : 'THE PROCESS ENDED'}, ${judgementInWords(found, most)}`,
      }
    })
  },
}
