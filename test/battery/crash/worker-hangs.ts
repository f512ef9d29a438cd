import type { BatteryCase } from '../battery-case.ts'
import { addBulkMails, COMPOSING, mixedAddresses } from '../bench/bulk-emails.ts'
import { type Arrivals, type Bench, compare, inWords, withBench } from '../bench/delivery-bench.ts'
import { beginService, endService } from '../bench/services.ts'
import type { WrongPart } from '../bench/wrong-part.ts'
import { nudgeEach, until } from '../services/start-services.ts'

const CONNECTIONS = 4
const EMAILS = 200
const LEASE_SECONDS = 4
const FINISH_WITHIN_MS = 60_000
const HANGS = {
  NODE_OPTIONS: `--import=${new URL('../../support/hang-worker-thread.ts', import.meta.url).href}`,
}
const OFTEN_PINGED = { real: 'src/service/service.ts', wrong: 'test/support/service-with-frequent-pings.ts' }
const UNWATCHED = {
  real: 'src/service/worker-watchdog.ts',
  wrong: 'test/battery/crash/wrong-parts/no-watchdog.ts',
}

const isDone = async ({ db }: Bench): Promise<boolean> =>
  (await db.batch.count({ where: { doneAt: null } })) === 0

interface Hung {
  arrivals: Arrivals
  /** The exit code of the process whose worker hung; null if it did not end in time. */
  exit: number | null
}

/** The worker of the only process hangs during a delivery. If the process ends, it is started again. */
const hangWorker = (part: WrongPart, endsWithinMs: number): Promise<Hung> =>
  withBench(
    {
      emails: 0,
      connections: CONNECTIONS,
      sink: { delayMs: 100 },
      settings: { ...COMPOSING, LEASE_SECONDS: String(LEASE_SECONDS), PORT: '0' },
    },
    async (bench) => {
      const start = (settings = {}) =>
        beginService(bench, { roles: ['web', 'schedule', 'worker'], now: new Date(), settings, part })
      const hung = start(HANGS)
      await hung.started
      await addBulkMails(bench.db, mixedAddresses(EMAILS, 5))
      const nudges = await nudgeEach(bench, 1000)
      if (!(await until(() => bench.arrived().length >= 2 * CONNECTIONS, FINISH_WITHIN_MS)))
        throw new Error('the process sends nothing')
      hung.child.kill('SIGCONT')
      if (await until(() => hung.child.exitCode !== null, endsWithinMs)) {
        const next = start()
        await until(() => isDone(bench), FINISH_WITHIN_MS)
        await endService(next)
      } else hung.child.kill('SIGKILL')
      await nudges.stop()
      return { arrivals: await compare(bench.db, bench.arrived()), exit: hung.child.exitCode }
    },
  )

const hungInWords = ({ arrivals, exit }: Hung): string => `exit ${exit}, ${inWords(arrivals)}`

const N = `${EMAILS} emails, ${CONNECTIONS} connections`

const hangs: BatteryCase = {
  name: 'worker-hangs',
  fault: 'the worker thread of the only process hangs during a delivery',
  invariant: `the process ends with exit code 1 and the next one sends the rest: lost 0, duplicates ≤ ${CONNECTIONS}`,
  run: async () => {
    const outcome = await hangWorker(OFTEN_PINGED, FINISH_WITHIN_MS)
    const { lost, doubles, differing, misrecorded } = outcome.arrivals
    const ok = outcome.exit === 1 && lost + differing + misrecorded === 0 && doubles <= CONNECTIONS
    return { ok, n: N, result: hungInWords(outcome) }
  },
}

const hangsUnwatched: BatteryCase = {
  name: 'worker-hangs-wrong-no-watchdog',
  fault: 'the worker thread of the only process hangs, and no watchdog pings it',
  invariant: 'must be caught: emails are lost',
  run: async () => {
    const outcome = await hangWorker(UNWATCHED, 8000)
    const caught = outcome.exit === null && outcome.arrivals.lost > 0
    return { ok: caught, n: N, result: `${caught ? 'caught' : 'NOT CAUGHT'}: ${hungInWords(outcome)}` }
  },
}

export const workerHangsCases: BatteryCase[] = [hangs, hangsUnwatched]
