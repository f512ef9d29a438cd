import { type ChildProcess, fork } from 'node:child_process'
import { resolve } from 'node:path'
import type { Database } from '../../../src/core/database/database.ts'
import { errorText } from '../../../src/core/errors.ts'
import type { BatteryCase } from '../battery-case.ts'
import { type Bench, exitOf } from '../bench/delivery-bench.ts'
import { programWith, type WrongPart } from '../bench/wrong-part.ts'
import type { Order, Report } from './clocked-worker.ts'
import { BEGIN, counted } from './messages.ts'

const root = resolve(import.meta.dirname, '../../..')
/** A machine that is busy for two seconds loses short leases, and sends again: other rows test that. */
const LONG_LEASES = { LEASE_SECONDS: '45', LEASE_RENEW_SECONDS: '10' }
/** A run that hangs is a fault. */
const MIN_RUN_MS = 120_000
const MAX_PER_MAIL_MS = 50
const MAX_EXIT_MS = 5000
const WORKER = 'test/battery/smtp/clocked-worker.ts'

export interface ClockedWorker {
  /** Megabytes of the process before its first run. */
  bareMb: number
  /** Delivers what is ready at that number of minutes from the beginning, until nothing is. */
  deliverAt(minutes: number, smtp?: string): Promise<Report>
}

/** A real process with its own clock, which ends with `work`. */
export async function withClockedWorker<T>(
  { settings, db }: Pick<Bench, 'settings' | 'db'>,
  part: WrongPart | undefined,
  work: (worker: ClockedWorker) => Promise<T>,
): Promise<T> {
  const [file = '', ...args] = programWith(part, WORKER)
  const { PATH, HOME, NODE_COMPILE_CACHE } = process.env
  const child = fork(resolve(root, file), args, {
    cwd: root,
    env: { PATH, HOME, NODE_COMPILE_CACHE, ...settings, ...LONG_LEASES },
    execArgv: ['--disable-warning=ExperimentalWarning'],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  try {
    const { peakMb } = await reportFrom(child)
    const withinMs = MIN_RUN_MS + MAX_PER_MAIL_MS * (await db.message.count())
    const deliverAt: ClockedWorker['deliverAt'] = (minutes, smtp) => {
      const now = new Date(BEGIN.getTime() + minutes * 60_000).toISOString()
      child.send({ now, smtp } satisfies Order)
      return reportFrom(child, withinMs)
    }
    return await work({ bareMb: peakMb, deliverAt })
  } finally {
    if (child.connected) child.disconnect()
    const late = setTimeout(() => child.kill('SIGKILL'), MAX_EXIT_MS)
    await exitOf(child)
    clearTimeout(late)
  }
}

function reportFrom(child: ChildProcess, withinMs = MIN_RUN_MS): Promise<Report> {
  return new Promise((received, failed) => {
    const done = () => {
      clearTimeout(late)
      child.off('exit', ended)
    }
    const fail = (what: string) => {
      done()
      failed(new Error(what))
    }
    const ended = (code: number | null) => fail(`a worker ended with ${code} during a run`)
    const late = setTimeout(() => fail(`a run has not ended after ${withinMs} ms`), withinMs)
    child.once('exit', ended)
    child.once('message', (report) => {
      done()
      received(report as Report)
    })
  })
}

/** Successive runs that did nothing: delivery is paused. */
const MAX_IDLE_RUNS = 3

/** Runs until nothing is due at that minute, or delivery is paused. */
export async function deliverAllAt(
  worker: ClockedWorker,
  db: Database,
  minutes: number,
  smtp?: string,
): Promise<Report[]> {
  const reports: Report[] = []
  let idle = 0
  do {
    const report = await worker.deliverAt(minutes, smtp)
    reports.push(report)
    if (report.stopped === 'unanswered') await endPauses(db)
    const { accepted, deferred, refused, uncertain, gaveUp, skipped } = report
    idle = accepted + deferred + refused + uncertain + gaveUp + skipped > 0 ? 0 : idle + 1
  } while (idle < MAX_IDLE_RUNS && (await isDue(db, minutes)))
  return reports
}

/** As a reply would, but at full speed: relay-no-reply tests the pause itself. */
const endPauses = (db: Database) =>
  db.switch.deleteMany({ where: { name: { startsWith: 'missing replies ' } } })

async function isDue(db: Database, minutes: number): Promise<boolean> {
  const now = new Date(BEGIN.getTime() + minutes * 60_000)
  const due = await db.message.findFirst({
    where: {
      state: { in: ['ready', 'deferred', 'taken', 'uncertain'] },
      nextTry: { lte: now },
      deadline: { gt: now },
    },
  })
  return due !== null
}

const partOf = (real: string, name: string): WrongPart => ({
  real: `src/mail/${real}.ts`,
  wrong: `test/battery/smtp/wrong-parts/${name}.ts`,
})
const classifiedBy = (name: string): WrongPart => partOf('refusals/classify-reply', name)

/** Not wrong: send rates have rows of their own. */
export const NEVER_SLOWER = classifiedBy('never-slower')

/** Wrong parts by name. */
const WRONG = {
  '4xx-is-final': classifiedBy('4xx-is-final'),
  'ignores-missing-replies': partOf('sending/server-watch', 'ignores-missing-replies'),
  'sends-again': classifiedBy('sends-again'),
  'slows-down': classifiedBy('slows-down'),
  'reads-without-limit': partOf('smtp/smtp-wire-client', 'reads-without-limit'),
  'any-2xx-is-acceptance': partOf('smtp/smtp-reply', 'any-2xx-is-acceptance'),
  'defers-after-close': partOf('smtp/smtp-client', 'defers-after-close'),
} satisfies Record<string, WrongPart>

/** A worker that ends during a run is a fault; other errors are the battery's own. */
function crashOf(error: unknown): { n: string; faults: string[] } {
  const text = errorText(error)
  if (!text.startsWith('a worker ended')) throw error
  return { n: 'until it crashed', faults: [text] }
}

interface WrongRow {
  row: string
  part: keyof typeof WRONG
  fault: string
  /** What must be seen: "emails are lost". */
  harm: string
  /** Matches one of the faults: others may be caused by the bench. */
  sees: RegExp
}

/** Passes if one of the faults shows what is wrong with the part. */
export const wrongCase = (
  { row, part, fault, harm, sees }: WrongRow,
  run: (part: WrongPart) => Promise<{ n: string; faults: string[] }>,
): BatteryCase => ({
  name: `${row}-wrong-${part}`,
  fault,
  invariant: `must be caught: ${harm}`,
  run: async () => {
    const { n, faults } = await run(WRONG[part]).catch(crashOf)
    const caught = faults.filter((fault) => sees.test(fault))
    const result = caught.length > 0 ? `caught${counted(caught)}` : `NOT CAUGHT${counted(faults)}`
    return { ok: caught.length > 0, n, result }
  },
})
