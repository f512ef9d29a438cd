import { runProgram } from '../../support/processes.ts'
import type { BatteryCase, Profile } from '../battery-case.ts'
import { programWith, type WrongPart } from '../bench/wrong-part.ts'
import { counted } from '../smtp/mails.ts'
import type { InboundReport } from './fuzzed-reports-worker.ts'

const SEED = 20261124
const MAX_GROWN_MB = 256
/** What is not let go ends the process; without a limit, Node lets garbage lie. */
const SETTINGS = { NODE_OPTIONS: '--max-old-space-size=192 --max-semi-space-size=8' }
/** The least share of mails that name somebody as dead, and of those that say something else, or they show nothing. */
const MIN_SHARE = 0.05

/** In a process of its own, whose memory nobody else takes; one that crashes throws. */
async function readMutated(mails: number, part?: WrongPart): Promise<InboundReport> {
  const program = programWith(part, 'test/battery/content/fuzzed-reports-worker.ts')
  const { code, stdout, stderr } = await runProgram([...program, String(mails), String(SEED)], SETTINGS)
  if (code !== 0) throw new Error(`ended with ${code}: ${stderr}`)
  const report = JSON.parse(stdout) as InboundReport
  const { faults, grownMb, dead, otherwise } = report
  if (grownMb > MAX_GROWN_MB) faults.push(`${grownMb} MB more`)
  if (Math.min(dead, otherwise) < mails * MIN_SHARE) faults.push('too much alike')
  return report
}

const inWords = ({ dead, otherwise, slowestMs, grownMb }: InboundReport): string =>
  `${dead} name somebody as dead, ${otherwise} say something else than before; ${slowestMs} ms at most, ${grownMb} MB more`

const MAILS: Record<Profile, number> = { ci: 2000, nightly: 10_000 }

const right: BatteryCase = {
  name: 'fuzzed-reports',
  fault:
    'reports and answers that come back: lines cut, lost, repeated, exchanged, mixed, of wrong bytes and codes',
  invariant:
    'never throws; nobody is dead whom the mail does not name, or for sure without a 5xx; each < 1 s; < 256 MB more',
  run: async (profile) => {
    const report = await readMutated(MAILS[profile])
    return {
      ok: report.faults.length === 0,
      n: `${MAILS[profile]} mails made of ${report.reports}`,
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

/** Green where the battery sees that somebody else is dead. */
const wrong: BatteryCase = {
  name: `fuzzed-reports-wrong-${NAME}`,
  fault: `the same, wrong on purpose: ${NAME}`,
  invariant: 'the battery must see who is dead',
  run: async () => {
    const { faults } = await readMutated(FEW, REMEMBERS)
    const caught = faults.filter((fault) => fault === 'somebody is dead whom the mail does not name')
    const isCaught = caught.length > 0
    return {
      ok: isCaught,
      n: `${FEW} mails`,
      result: isCaught ? `caught${counted(caught)}` : `NOT CAUGHT${counted(faults)}`,
    }
  },
}

/** Any text at all, through the reader of what comes back. */
export const inboundCases: BatteryCase[] = [right, wrong]
