import { runProgram } from '../../support/processes.ts'
import type { BatteryCase, Profile } from '../battery-case.ts'
import { chanceOfRow } from '../bench/seeded-random.ts'
import { programWith, type WrongPart } from '../bench/wrong-part.ts'
import { counted } from '../smtp/messages.ts'
import type { InboundReport } from './fuzzed-reports-worker.ts'

const MAX_GROWN_MB = 256
/** A leak ends the process; without a limit, Node postpones garbage collection. */
const SETTINGS = { NODE_OPTIONS: '--max-old-space-size=192 --max-semi-space-size=8' }
/** The minimum share of emails with a dead recipient, and of those that are read differently; fewer would be no test. */
const MIN_SHARE = 0.05

/** In its own process, to measure memory; throws if it crashes. */
async function readMutated(emails: number, part?: WrongPart): Promise<InboundReport> {
  const chance = chanceOfRow()
  const program = programWith(part, 'test/battery/content/fuzzed-reports-worker.ts')
  const { code, stdout, stderr } = await runProgram(
    [...program, String(emails), String(chance.seed)],
    SETTINGS,
  )
  if (code !== 0) throw new Error(`ended with ${code}: ${stderr}`)
  const report = JSON.parse(stdout) as InboundReport
  chance.record(report.digest)
  const { faults, grownMb, dead, otherwise } = report
  if (grownMb > MAX_GROWN_MB) faults.push(`${grownMb} MB more`)
  if (Math.min(dead, otherwise) < emails * MIN_SHARE) faults.push('the emails are too much alike')
  return report
}

const inWords = ({ dead, otherwise, slowestMs, grownMb }: InboundReport): string =>
  `${dead} with a dead recipient, ${otherwise} read differently; ${slowestMs} ms at most, ${grownMb} MB more`

const EMAILS: Record<Profile, number> = { ci: 2000, nightly: 10_000 }

const right: BatteryCase = {
  name: 'fuzzed-reports',
  fault:
    'bounces and SMTP replies with lines cut, lost, repeated, exchanged, mixed, of wrong bytes and codes',
  invariant:
    'never throws; a recipient is dead only if the email names them, and certainly only with a 5xx; each < 1 s; < 256 MB more',
  run: async (profile) => {
    const report = await readMutated(EMAILS[profile])
    return {
      ok: report.faults.length === 0,
      n: `${EMAILS[profile]} emails made of ${report.reports}`,
      result: `${inWords(report)}, wrong ${report.faults.length}${counted(report.faults)}`,
    }
  },
}

const FEW = 500
const NAME = 'remembers-last-recipient'
const REMEMBERS: WrongPart = {
  real: 'src/bounces/reading/read-bounce-text.ts',
  wrong: `test/battery/content/wrong-parts/${NAME}.ts`,
}

/** Passes if a recipient is dead whom the report does not name. */
const wrong: BatteryCase = {
  name: `fuzzed-reports-wrong-${NAME}`,
  fault: 'mutated bounces, read with the last recipient remembered between reports',
  invariant: 'must be caught: a recipient is dead whom the report does not name',
  run: async () => {
    const { faults } = await readMutated(FEW, REMEMBERS)
    const caught = faults.filter((fault) => fault === 'a recipient is dead whom the email does not name')
    const isCaught = caught.length > 0
    return {
      ok: isCaught,
      n: `${FEW} emails`,
      result: isCaught ? `caught${counted(caught)}` : `NOT CAUGHT${counted(faults)}`,
    }
  },
}

/** Any bytes, through the code that reads reports. */
export const inboundCases: BatteryCase[] = [right, wrong]
