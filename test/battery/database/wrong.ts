import { setTimeout as sleep } from 'node:timers/promises'
import type { BatteryCase } from '../battery-case.ts'
import { type Bench, exitOf, firstLine, withBench } from '../bench/delivery-bench.ts'
import { judge, judgementInWords, observe } from './observer.ts'
import { doMoreArrive } from './running.ts'
import { type Server, serverOf } from './server.ts'

const CONNECTIONS = 4
const MAILS = 240
const FROZEN_MS = 3000
const SETTINGS = { LOG_LEVEL: 'fatal' }

interface Wrong {
  row: string
  variant: string
  /** The program that has it, and what it is started with. */
  args: string[]
  fault: string
  bring(server: Server): Promise<void>
  /** Of the mail server: how long a mail takes. */
  delayMs: number
  sees: 'unrecorded' | 'unleased'
}

const restart = { fault: 'pg_ctl restart -m immediate', bring: (server: Server) => server.restart() }

const freeze = {
  fault: `Postgres frozen for ${FROZEN_MS / 1000} s`,
  bring: async (server: Server) => {
    const thaw = server.freeze()
    await sleep(FROZEN_MS).finally(thaw)
  },
}

const WRONG_WORKER = 'test/battery/database/wrong-worker.ts'

const WRONGS: Wrong[] = [
  {
    row: 'D1',
    variant: 'gives-up-after-one-try',
    args: [WRONG_WORKER, 'gives-up-after-one-try'],
    ...restart,
    delayMs: 30,
    sees: 'unrecorded',
  },
  {
    row: 'D2',
    variant: 'fenced-results',
    args: [WRONG_WORKER, 'fenced-results'],
    ...freeze,
    delayMs: 30,
    sees: 'unrecorded',
  },
  {
    row: 'D2',
    variant: 'record-per-batch',
    args: ['test/battery/bench/worker.ts', 'record-per-batch'],
    ...freeze,
    delayMs: 150,
    sees: 'unleased',
  },
]

async function runWrong(bench: Bench, { args, bring }: Wrong) {
  await observe(bench.db)
  const server = await serverOf(bench.db)
  const worker = bench.begin(args, bench.settings)
  await firstLine(worker)
  await doMoreArrive(bench.arrived, 30)
  await bring(server)
  await Promise.race([exitOf(worker), sleep(8000)])
  return judge(bench.db, [{ pid: worker.pid!, arrived: bench.arrived() }])
}

/** Green where the battery sees that the variant is wrong. */
const wrongCase = (wrong: Wrong): BatteryCase => ({
  name: `${wrong.row}-wrong-${wrong.variant}`,
  fault: `${wrong.fault}, wrong on purpose: ${wrong.variant}`,
  invariant: 'the battery must see that what was accepted is not recorded, or begun without a lease',
  run: async () => {
    const sink = { delayMs: wrong.delayMs, stepDelayMs: 4 }
    const options = {
      mails: MAILS,
      connections: CONNECTIONS,
      sink,
      settings: SETTINGS,
      ownServer: true,
    } as const
    const found = await withBench(options, (bench) => runWrong(bench, wrong))
    const isCaught = found[wrong.sees] > 0
    return {
      ok: isCaught,
      n: `${MAILS} mails, ${CONNECTIONS} connections`,
      result: `${isCaught ? 'caught' : 'NOT CAUGHT'}: ${judgementInWords(found, CONNECTIONS)}`,
    }
  },
})

export const wrongDatabaseCases: BatteryCase[] = WRONGS.map(wrongCase)
