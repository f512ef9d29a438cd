// Brings faults about and says what held: npm run battery -- [--profile ci|nightly] [--at-once N] [--record] [NAME …]
// NAME: only the cases whose name contains it, or one of them. --record: writes their lines into docs/battery.md.

import { readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { errorText } from '../src/core/errors.ts'
import type { BatteryCase, Profile } from '../test/battery/battery-case.ts'
import { endWithSignals, runCleanups } from '../test/battery/bench/cleanups.ts'
import { CASES } from './battery/cases.ts'
import { batteryPage } from './battery/page.ts'
import { type Outcome, runCases } from './battery/run-cases.ts'
import { linesOf } from './battery/words.ts'

// Processes that are begun a hundred times are compiled once.
process.env.NODE_COMPILE_CACHE ??= join(tmpdir(), 'daily-papers-compiled')
const PROFILES: string[] = ['ci', 'nightly'] satisfies Profile[]
const USAGE = `npm run battery -- [--profile ${PROFILES.join('|')}] [--at-once N] [--record] [NAME …]`
const PAGE = join(import.meta.dirname, '../docs/battery.md')
/** What another case shows as well in less time: these run when they are named, and with --profile nightly. */
const LONG_AND_SHOWN_ELSEWHERE = [
  'july-1',
  'K3-wrong',
  'many-lanes-rate',
  'D1-wrong-unknown-errors',
  'T1-wrong',
  'U1-wrong-forgets-suppression',
  'S3-wrong-greylist-slows-down',
  'D2-wrong-record-per-batch',
  'manners-wrong-mixed-chunks',
  'T3-wrong',
  'C1-wrong',
  'P1-wrong-unmakeable-ends-the-run',
  'returns-wrong-suppresses-any-5xx',
  'sources-august',
  'sources-mutated',
  'sources-wrong-closes-at-once',
  'sources-wrong-keeps-sources-apart',
]
const SKIPPED = 'it takes long, and other cases show the same: run it by name, or with --profile nightly'
/** For one case. In profile ci the longest takes about three minutes. */
const LIMIT_MS: Record<Profile, number> = { ci: 10 * 60_000, nightly: 6 * 3_600_000 }
/** Most of the time a case waits, for a server, a lease or a process that starts. */
const AT_ONCE = 4

function wrongUse(sentence: string): never {
  console.error(`${sentence}\n${USAGE}`)
  process.exit(2)
}

function readArguments() {
  try {
    const { values, positionals } = parseArgs({
      options: {
        profile: { type: 'string', default: 'ci' },
        'at-once': { type: 'string', default: String(AT_ONCE) },
        record: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
      allowPositionals: true,
    })
    if (values.help) {
      console.log(`${USAGE}\n${CASES.map((one) => `  ${one.name}`).join('\n')}`)
      process.exit(0)
    }
    const names = positionals.length > 0 ? positionals : ['']
    const cases = CASES.filter((one) => names.some((name) => one.name.includes(name)))
    const atOnce = Number(values['at-once'])
    if (!PROFILES.includes(values.profile)) wrongUse(`There is no profile "${values.profile}".`)
    if (!(atOnce >= 1 && atOnce <= 16)) wrongUse('--at-once takes a number from 1 to 16.')
    if (cases.length === 0)
      wrongUse(`There is no case "${names.join(' ')}": ${CASES.map((one) => one.name).join(', ')}.`)
    const isWhole = positionals.length === 0 && values.profile === 'ci'
    return { profile: values.profile as Profile, cases, isWhole, atOnce, record: values.record }
  } catch (error) {
    wrongUse(errorText(error))
  }
}

const { profile, cases, isWhole, atOnce, record } = readArguments()
let told = 0
endWithSignals(() => console.log(`interrupted: ${told} of ${cases.length} cases were told`))
const begun = performance.now()
const tell = (outcome: Outcome) => {
  told++
  console.log(linesOf(outcome))
}
const whyNot = ({ name }: BatteryCase) =>
  isWhole && LONG_AND_SHOWN_ELSEWHERE.includes(name) ? SKIPPED : undefined
const outcomes = await runCases(cases, { profile, atOnce, limitMs: LIMIT_MS[profile], tell, whyNot })
if (record) writeFileSync(PAGE, batteryPage(CASES, outcomes, readFileSync(PAGE, 'utf8')))
const skipped = outcomes.filter(({ verdict }) => typeof verdict === 'string').length
const failed = outcomes.filter(({ verdict }) => typeof verdict !== 'string' && !verdict.ok)
for (const { one } of failed) console.log(`failed: ${one.name}`)
console.log(
  `${cases.length} cases in ${((performance.now() - begun) / 60_000).toFixed(1)} min, profile ${profile}`,
)
console.log(
  `${outcomes.length - failed.length - skipped} passed, ${failed.length} failed${skipped ? `, ${skipped} skipped` : ''}`,
)
// A case that failed may have left a server or a timer behind: a run ends all the same.
await runCleanups()
process.exit(failed.length > 0 ? 1 : 0)
