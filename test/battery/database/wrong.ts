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
/** Reads what is in a digest from the database, as the service does. */
const COMPOSER = 'test/battery/bench/composing-worker.ts'

interface Fault {
  fault: string
  bring(scene: { server: Server; proxy: DatabaseProxy }): Promise<void>
}

const restart: Fault = { fault: 'pg_ctl restart -m immediate', bring: ({ server }) => server.restart() }

const freeze: Fault = {
  fault: `Postgres frozen for ${FROZEN_MS / 1000} s`,
  bring: async ({ server }) => {
    const thaw = server.freeze()
    await sleep(FROZEN_MS).finally(thaw)
  },
}

const blackHole: Fault = {
  fault: 'connections black-holed, for good',
  bring: async ({ proxy }) => proxy.swallow(),
}

const hangUps: Fault = {
  fault: `connections that hang up without a word, ${CUTS} times`,
  bring: async ({ proxy }) => {
    proxy.delay(DELAY_MS) // so that each of them meets questions under way
    for (let cut = 0; cut < CUTS; cut++) {
      await sleep(CUT_EVERY_MS)
      proxy.cut('end')
    }
    proxy.delay(0)
  },
}

interface Wrong extends Fault {
  name: string
  /** The program that has it, and what it is started with. */
  program: string[]
  /** Of the mail server: how long an email takes. */
  delayMs?: number
  /** How long no email arrives at the end. */
  quietMs?: number
  /** What must be seen of it. */
  sees: keyof typeof MUST_SEE
}

const part = (real: WrongPart['real'], name: string): WrongPart => ({ real, wrong: `${PARTS}/${name}.ts` })

const WRONGS: Wrong[] = [
  {
    name: 'postgres-restarts-wrong-tries-once',
    program: programWith(part('src/mail/outbox/acceptance.repo.ts', 'tries-once'), PLAIN),
    ...restart,
    sees: 'unrecorded',
  },
  {
    name: 'postgres-restarts-wrong-unknown-errors',
    program: programWith(part('src/core/database/driver-adapter.ts', 'unknown-errors'), COMPOSER),
    ...hangUps,
    sees: 'lost',
  },
  {
    name: 'postgres-unreachable-wrong-records-only-while-leased',
    program: programWith(part('src/mail/outbox/acceptance.repo.ts', 'records-only-while-leased'), PLAIN),
    ...freeze,
    sees: 'unrecorded',
  },
  {
    name: 'postgres-unreachable-wrong-waits-forever',
    program: programWith(part('src/core/database/connection.ts', 'waits-forever'), PLAIN),
    ...blackHole,
    quietMs: MAX_SILENCE_MS + 15_000, // with the limit, emails arrive again
    sees: 'lost',
  },
  {
    name: 'postgres-unreachable-wrong-records-per-batch',
    program: [PLAIN, 'records-per-batch'],
    ...freeze,
    delayMs: 150,
    sees: 'unleased',
  },
]

async function noMoreArrive(arrived: Bench['arrived'], quietMs: number): Promise<void> {
  while (await doMoreArrive(arrived, 1, quietMs)) await sleep(QUIET_MS / 10)
}

async function runWrong(bench: Bench, { program, bring, quietMs = QUIET_MS }: Wrong): Promise<Judgement> {
  await observe(bench.db)
  await addDigests(bench.db, EMAILS)
  const server = await serverOf(bench.db)
  const proxy = await startDatabaseProxy(bench.databaseUrl)
  try {
    const worker = bench.begin(program, { ...bench.settings, DATABASE_URL: proxy.url })
    worker.stderr?.unpipe().resume() // of what it says at its end
    await firstLine(worker)
    await doMoreArrive(bench.arrived, 20)
    await bring({ server, proxy })
    await Promise.race([exitOf(worker), noMoreArrive(bench.arrived, quietMs)])
    return await judge(bench.db, [{ pid: worker.pid!, arrived: bench.arrived() }], { tell: false })
  } finally {
    await proxy.close()
  }
}

const MUST_SEE = {
  lost: 'must be caught: emails never go',
  unrecorded: 'must be caught: a 250 is not recorded',
  unleased: 'must be caught: an email begins without a lease',
}

/** Green where the battery sees that the variant is wrong. */
const wrongCase = (wrong: Wrong): BatteryCase => ({
  name: wrong.name,
  fault: `${wrong.fault}; a wrong variant`,
  invariant: MUST_SEE[wrong.sees],
  run: async () => {
    const sink = { delayMs: wrong.delayMs ?? 30, stepDelayMs: 4 }
    const bench = { mails: 0, connections: CONNECTIONS, sink, settings: SETTINGS, ownServer: true } as const
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
