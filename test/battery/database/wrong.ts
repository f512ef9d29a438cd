import { setTimeout as sleep } from 'node:timers/promises'
import { MAX_SILENCE_MS } from '../../../src/core/database/connection.ts'
import { type DatabaseProxy, startDatabaseProxy } from '../../support/database-proxy.ts'
import type { BatteryCase } from '../battery-case.ts'
import { COMPOSING } from '../bench/bulk-emails.ts'
import { type Bench, exitOf, firstLine, withBench } from '../bench/delivery-bench.ts'
import { programWith, type WrongPart } from '../bench/wrong-part.ts'
import { addDigests } from './digests.ts'
import { type Judgement, judge, judgementInWords, observe } from './observer.ts'
import { doMoreArrive } from './running.ts'
import { type Server, serverOf } from './server.ts'

const CONNECTIONS = 4
const EMAILS = 240
const FROZEN_MS = 3000
const CUTS = 12
const CUT_EVERY_MS = 400
const DELAY_MS = 30
const QUIET_MS = 4000
const SETTINGS = { ...COMPOSING, LOG_LEVEL: 'fatal' }

const PARTS = 'test/battery/database/wrong-parts'
const PLAIN = 'test/battery/bench/worker.ts'
/** Reads the content of a digest from the database, as the service does. */
const COMPOSER = 'test/battery/bench/composing-worker.ts'

interface Fault {
  fault: string
  cause(scene: { server: Server; proxy: DatabaseProxy }): Promise<void>
}

const restart: Fault = {
  fault: 'pg_ctl restart -m immediate while emails are sent',
  cause: ({ server }) => server.restart(),
}

const freeze: Fault = {
  fault: `Postgres frozen for ${FROZEN_MS / 1000} s`,
  cause: async ({ server }) => {
    const thaw = server.freeze()
    await sleep(FROZEN_MS).finally(thaw)
  },
}

const blackHole: Fault = {
  fault: 'connections are black-holed',
  cause: async ({ proxy }) => proxy.swallow(),
}

const closeConnections: Fault = {
  fault: `connections are closed without an error, ${CUTS} times`,
  cause: async ({ proxy }) => {
    proxy.delay(DELAY_MS) // so that each cut meets queries in progress
    for (let cut = 0; cut < CUTS; cut++) {
      await sleep(CUT_EVERY_MS)
      proxy.cut('end')
    }
    proxy.delay(0)
  },
}

interface Wrong extends Fault {
  name: string
  /** What is wrong, after "a worker that". */
  what: string
  /** The program with the wrong part, and its arguments. */
  program: string[]
  /** Milliseconds that the mail server takes for an email. */
  delayMs?: number
  /** The run ends if no email arrives for this time. */
  quietMs?: number
  /** The count that must show it. */
  sees: keyof typeof MUST_SEE
}

const part = (real: WrongPart['real'], name: string): WrongPart => ({ real, wrong: `${PARTS}/${name}.ts` })

const WRONGS: Wrong[] = [
  {
    name: 'postgres-restarts-wrong-tries-once',
    what: 'tries to record an acceptance once',
    program: programWith(part('src/mail/outbox/acceptance.repo.ts', 'tries-once'), PLAIN),
    ...restart,
    sees: 'unrecorded',
  },
  {
    name: 'postgres-restarts-wrong-unknown-errors',
    what: 'does not recognise a lost connection',
    program: programWith(part('src/core/database/driver-adapter.ts', 'unknown-errors'), COMPOSER),
    ...closeConnections,
    sees: 'lost',
  },
  {
    name: 'postgres-unreachable-wrong-records-only-while-leased',
    what: 'drops acceptances after its lease has ended',
    program: programWith(part('src/mail/outbox/acceptance.repo.ts', 'records-only-while-leased'), PLAIN),
    ...freeze,
    sees: 'unrecorded',
  },
  {
    name: 'postgres-unreachable-wrong-waits-forever',
    what: 'waits for a query without a limit',
    program: programWith(part('src/core/database/connection.ts', 'waits-forever'), PLAIN),
    ...blackHole,
    quietMs: MAX_SILENCE_MS + 15_000, // with the limit, emails arrive again
    sees: 'lost',
  },
  {
    name: 'postgres-unreachable-wrong-records-per-batch',
    what: 'sends a whole batch, then records it',
    program: [PLAIN, 'records-per-batch'],
    ...freeze,
    delayMs: 150,
    sees: 'unleased',
  },
]

async function noMoreArrive(arrived: Bench['arrived'], quietMs: number): Promise<void> {
  while (await doMoreArrive(arrived, 1, quietMs)) await sleep(QUIET_MS / 10)
}

async function runWrong(bench: Bench, { program, cause, quietMs = QUIET_MS }: Wrong): Promise<Judgement> {
  await observe(bench.db)
  await addDigests(bench.db, EMAILS)
  const server = await serverOf(bench.db)
  const proxy = await startDatabaseProxy(bench.databaseUrl)
  try {
    const worker = bench.begin(program, { ...bench.settings, DATABASE_URL: proxy.url })
    worker.stderr?.unpipe().resume() // without its last error
    await firstLine(worker)
    await doMoreArrive(bench.arrived, 20)
    await cause({ server, proxy })
    await Promise.race([exitOf(worker), noMoreArrive(bench.arrived, quietMs)])
    return await judge(bench.db, [{ pid: worker.pid!, arrived: bench.arrived() }], { report: false })
  } finally {
    await proxy.close()
  }
}

const MUST_SEE = {
  lost: 'must be caught: emails are never sent',
  unrecorded: 'must be caught: a 250 is not recorded',
  unleased: 'must be caught: an email starts without a lease',
}

/** Passes if the counts show that the variant is wrong. */
const wrongCase = (wrong: Wrong): BatteryCase => ({
  name: wrong.name,
  fault: `${wrong.fault}, with a worker that ${wrong.what}`,
  invariant: MUST_SEE[wrong.sees],
  run: async () => {
    const sink = { delayMs: wrong.delayMs ?? 30, stepDelayMs: 4 }
    const bench = { emails: 0, connections: CONNECTIONS, sink, settings: SETTINGS, ownServer: true } as const
    const found = await withBench(bench, (opened) => runWrong(opened, wrong))
    const isCaught = found[wrong.sees] > 0
    return {
      ok: isCaught,
      n: `${EMAILS} emails, ${CONNECTIONS} connections`,
      result: `${isCaught ? 'caught' : 'NOT CAUGHT'}: ${judgementInWords(found, CONNECTIONS)}`,
    }
  },
})

export const wrongDatabaseCases: BatteryCase[] = WRONGS.map(wrongCase)
