import { runProgram } from '../../support/processes.ts'
import type { BatteryCase, Profile } from '../battery-case.ts'
import { chanceOfRow } from '../bench/seeded-random.ts'
import { programWith, type WrongPart } from '../bench/wrong-part.ts'
import { wrongCase } from './clocked.ts'
import type { FuzzedRepliesReport } from './fuzzed-replies-worker.ts'
import { counted } from './messages.ts'

const MAX_MB = 256
/** A leak ends the process; without a limit, Node postpones garbage collection. */
const SETTINGS = { NODE_OPTIONS: '--max-old-space-size=96 --max-semi-space-size=8' }
/** The minimum number of emails with each outcome; fewer would be no test. */
const MIN_EACH = 20

/** A real process over real sockets; throws if it crashes. */
async function meet(emails: number, part?: WrongPart): Promise<FuzzedRepliesReport> {
  const chance = chanceOfRow()
  const program = programWith(part, 'test/battery/smtp/fuzzed-replies-worker.ts')
  const { code, stdout, stderr } = await runProgram(
    [...program, String(emails), String(chance.seed)],
    SETTINGS,
  )
  if (code !== 0) throw new Error(`ended with ${code}: ${stderr}`)
  const report = JSON.parse(stdout) as FuzzedRepliesReport
  for (const [n, greeting] of report.greetings.entries()) chance.record(`connection ${n}: ${greeting}`)
  const { faults, peakMb, accepted, uncertain, refused, deferred } = report
  if (peakMb > MAX_MB) faults.push(`${peakMb} MB`)
  for (const [outcome, count] of Object.entries({ accepted, uncertain, refused, deferred }))
    if (count < MIN_EACH) faults.push(`only ${count} emails ${outcome}`)
  return report
}

const inWords = ({ accepted, uncertain, refused, deferred, maxMs, peakMb }: FuzzedRepliesReport): string =>
  `${accepted} accepted, ${uncertain} uncertain, ${refused} refused, ${deferred} deferred, held ${maxMs} ms at most, ${peakMb} MB`

/** The number of emails, by profile: about every eighth has a mutated reply. */
const EMAILS: Record<Profile, number> = { ci: 4800, nightly: 22_000 }

export const fuzzedReplies: BatteryCase = {
  name: 'fuzzed-smtp-replies',
  fault: 'SMTP replies that are cut, repeated, of wrong bytes, codes, lines, line ends, or 10 kB long',
  invariant: 'no crash; accepted only after a whole 250 to the dot; every email ends in time; below 256 MB',
  run: async (profile) => {
    const report = await meet(EMAILS[profile])
    return {
      ok: report.faults.length === 0,
      n: `${report.mutated} mutated replies, ${EMAILS[profile]} emails`,
      result: `${inWords(report)}, wrong ${report.faults.length}${counted(report.faults)}`,
    }
  },
}

const FEW = 1000

const ACCEPTS_ANY_2XX = {
  row: 'fuzzed-smtp-replies',
  part: 'any-2xx-is-acceptance',
  fault: 'mutated SMTP replies, with any 2xx or 3xx read as the expected code',
  harm: 'emails are recorded as accepted without a 250',
  sees: /^accepted without a 250$/,
} as const

export const fuzzedRepliesWrong = wrongCase(ACCEPTS_ANY_2XX, async (part) => {
  const { faults, mutated } = await meet(FEW, part)
  return { n: `${mutated} mutated replies, ${FEW} emails`, faults }
})
