import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { BatteryCase } from '../battery-case.ts'
import { addBulkMails, COMPOSING, mixedAddresses } from '../bench/bulk-emails.ts'
import { type Arrivals, type Bench, compare, inWords, withBench } from '../bench/delivery-bench.ts'
import { beginService, endService } from '../bench/services.ts'
import type { WrongPart } from '../bench/wrong-part.ts'
import { nudgeEach, until } from '../services/start-services.ts'

const CONNECTIONS = 4
const EMAILS = 300
/** Longer than a busy machine keeps a worker from renewing its lease. */
const LEASE_SECONDS = 8
const MIN_BLOCKED_MS = 2 * LEASE_SECONDS * 1000
/** Only ends a run that hangs. */
const FINISH_WITHIN_MS = 180_000
const BLOCKER = new URL('./block-main-thread.ts', import.meta.url).href

const isDone = async ({ db }: Bench): Promise<boolean> =>
  (await db.batch.count({ where: { doneAt: null } })) === 0

interface Blocked {
  arrivals: Arrivals
  /** Leases that the blocked process lost. */
  leasesLost: number
  /** Emails that arrived while its main thread was blocked. */
  meanwhile: number
  exits: (number | null)[]
}

/** One process with every role, whose main thread is blocked during a delivery, and a worker that could take over. */
const blockMainThread = (part?: WrongPart): Promise<Blocked> =>
  withBench(
    {
      emails: 0,
      connections: CONNECTIONS,
      sink: { delayMs: 200 },
      settings: { ...COMPOSING, LEASE_SECONDS: String(LEASE_SECONDS), PORT: '0' },
    },
    async (bench) => {
      const file = join(bench.folder, 'unblock')
      const settings = { NODE_OPTIONS: `--import=${BLOCKER}`, BLOCKED_UNTIL: file }
      const now = new Date()
      const whole = beginService(bench, { roles: ['web', 'schedule', 'worker'], now, settings, part })
      const other = beginService(bench, { roles: ['worker'], now })
      await Promise.all([whole.started, other.started])
      await addBulkMails(bench.db, mixedAddresses(EMAILS, 5))
      const nudges = await nudgeEach(bench, 1000)
      const sent = () => whole.logged.filter(({ event }) => event === 'message.accepted').length
      if (!(await until(() => sent() >= 2 * CONNECTIONS, FINISH_WITHIN_MS)))
        throw new Error('the process sends nothing')
      whole.child.kill('SIGCONT')
      const before = bench.arrived().length
      await Promise.all([until(() => isDone(bench), FINISH_WITHIN_MS), sleep(MIN_BLOCKED_MS)])
      const meanwhile = bench.arrived().length - before
      writeFileSync(file, '')
      const isOver = () => whole.logged.some(({ event }) => event === 'main.blocked')
      if (!(await until(isOver, FINISH_WITHIN_MS))) throw new Error('the main thread was not blocked')
      await nudges.stop()
      const exits = await Promise.all([whole, other].map(endService))
      const leasesLost = whole.logged.filter(({ event }) => event === 'batch.lost').length
      return { arrivals: await compare(bench.db, bench.arrived()), leasesLost, meanwhile, exits }
    },
  )

const blockedInWords = ({ arrivals, leasesLost, meanwhile, exits }: Blocked): string =>
  `leases lost ${leasesLost}, ${inWords(arrivals)}; ${meanwhile} arrived while blocked; exits ${exits}`

/** The worker of the blocked process kept its leases, and each email arrived once. */
const isKept = ({ leasesLost, arrivals: { lost, doubles, misrecorded } }: Blocked): boolean =>
  leasesLost + lost + doubles + misrecorded === 0

const N_BLOCKED = `${EMAILS} emails, lease ${LEASE_SECONDS} s, blocked for at least two leases`

const blocked: BatteryCase = {
  name: 'main-thread-blocked',
  fault: 'the main thread of a process with every role is blocked during a delivery, for at least two leases',
  invariant: 'the worker keeps its leases: no email is lost or sent twice',
  run: async () => {
    const outcome = await blockMainThread()
    return {
      ok: isKept(outcome) && outcome.meanwhile > 0 && outcome.exits.every((code) => code === 0),
      n: N_BLOCKED,
      result: blockedInWords(outcome),
    }
  },
}

const blockedWrongly: BatteryCase = {
  name: 'main-thread-blocked-wrong-worker-in-main-thread',
  fault: 'the main thread is blocked, and the worker runs in it instead of in its own thread',
  invariant: 'must be caught: leases are lost, after which emails may be sent twice',
  run: async () => {
    const outcome = await blockMainThread({
      real: 'src/service/service.ts',
      wrong: 'test/battery/crash/wrong-parts/worker-in-the-main-thread.ts',
    })
    // Whether an email is sent twice depends on whether one was in progress when the thread was blocked.
    const caught = outcome.leasesLost > 0
    return {
      ok: caught,
      n: N_BLOCKED,
      result: `${caught ? 'caught' : 'NOT CAUGHT'}: ${blockedInWords(outcome)}`,
    }
  },
}

const HUNG_EMAILS = 200
const HANGS_AFTER = 30

/** One worker composes some emails and then hangs on each connection; another one waits for the leases to end. */
const hang = (stalledAfterMs: number, withinMs: number): Promise<Arrivals> =>
  withBench({ emails: HUNG_EMAILS, perBatch: 50, connections: CONNECTIONS }, async (bench) => {
    await bench.startWorker('--hang-after', String(HANGS_AFTER), '--stalled-after', String(stalledAfterMs))
    await until(() => bench.arrived().length >= HANGS_AFTER, FINISH_WITHIN_MS)
    await bench.startWorker()
    await until(() => isDone(bench), withinMs)
    return compare(bench.db, bench.arrived())
  })

const N_HUNG = `${HUNG_EMAILS} emails, ${CONNECTIONS} connections that hang`

const hung: BatteryCase = {
  name: 'connections-hang',
  fault: 'every connection of a worker hangs while it composes an email',
  invariant: 'another worker gets its messages: no email is lost or sent twice',
  run: async () => {
    const arrivals = await hang(1000, FINISH_WITHIN_MS)
    const { lost, doubles, misrecorded } = arrivals
    return { ok: lost + doubles + misrecorded === 0, n: N_HUNG, result: inWords(arrivals) }
  },
}

const hungWrongly: BatteryCase = {
  name: 'connections-hang-wrong-renews-without-progress',
  fault: 'every connection of a worker hangs, and its lease is renewed without progress',
  invariant: 'must be caught: emails are lost',
  run: async () => {
    const arrivals = await hang(24 * 3600 * 1000, 8000)
    const caught = arrivals.lost > 0
    return { ok: caught, n: N_HUNG, result: `${caught ? 'caught' : 'NOT CAUGHT'}: ${inWords(arrivals)}` }
  },
}

/** Workers that are alive and make no progress. */
export const hangingCases: BatteryCase[] = [blocked, blockedWrongly, hung, hungWrongly]
