import { runProgram } from '../../support/processes.ts'
import type { BatteryCase, Profile } from '../battery-case.ts'
import { chanceOfRow } from '../bench/seeded-random.ts'
import { programWith, type WrongPart } from '../bench/wrong-part.ts'
import type { AnswersReport } from './fuzzed-replies-worker.ts'
import { counted } from './messages.ts'
import { wrongCase } from './moved.ts'

const MAX_MB = 256
/** What is not let go ends the process; without a limit, Node lets garbage lie. */
const SETTINGS = { NODE_OPTIONS: '--max-old-space-size=96 --max-semi-space-size=8' }
/** The least share of each outcome, or the mutations say nothing. */
const MIN_SHARE = 0.02

/** Of a real process over real sockets; one that crashes throws. */
async function meet(mails: number, part?: WrongPart): Promise<AnswersReport> {
  const chance = chanceOfRow()
  const program = programWith(part, 'test/battery/smtp/fuzzed-replies-worker.ts')
  const { code, stdout, stderr } = await runProgram(
    [...program, String(mails), String(chance.seed)],
    SETTINGS,
  )
  if (code !== 0) throw new Error(`ended with ${code}: ${stderr}`)
  const report = JSON.parse(stdout) as AnswersReport
  for (const [n, greeting] of report.greetings.entries()) chance.record(`connection ${n}: ${greeting}`)
  const { faults, peakMb, accepted, uncertain, refused, deferred } = report
  if (peakMb > MAX_MB) faults.push(`${peakMb} MB`)
  if (Math.min(accepted, uncertain, refused, deferred) < mails * MIN_SHARE) faults.push('too much alike')
  return report
}

const inWords = ({ accepted, uncertain, refused, deferred, longestMs, peakMb }: AnswersReport): string =>
  `${accepted} accepted, ${uncertain} uncertain, ${refused} refused, ${deferred} deferred, held ${longestMs} ms at most, ${peakMb} MB`

/** As many answers are mutated as the profile says: about every eighth mail has one of its own. */
const MAILS: Record<Profile, number> = { ci: 4800, nightly: 22_000 }

export const answers: BatteryCase = {
  name: 'fuzzed-smtp-replies',
  fault: 'answers that are cut, repeated, of wrong bytes, codes, lines, line ends, 10 kB long',
  invariant: 'no crash; accepted only after a whole 250 to the dot; each settles in time; below 256 MB',
  run: async (profile) => {
    const report = await meet(MAILS[profile])
    return {
      ok: report.faults.length === 0,
      n: `${report.mutated} mutated answers, ${MAILS[profile]} emails`,
      result: `${inWords(report)}, wrong ${report.faults.length}${counted(report.faults)}`,
    }
  },
}

const FEW = 1000

const acceptsAnyYes = {
  row: 'fuzzed-smtp-replies',
  part: 'any-2xx-is-acceptance',
  sees: /^accepted without a 250$/,
} as const

export const answersWrongly = wrongCase(acceptsAnyYes, async (part) => {
  const { faults, mutated } = await meet(FEW, part)
  return { n: `${mutated} mutated answers, ${FEW} emails`, faults }
})
