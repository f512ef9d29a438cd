// Brings faults about and says what held: npm run battery -- [--profile ci|nightly] [--at-once N] [--record] [NAME …]
// NAME: only the cases whose name contains it, or one of them. --record: writes their lines into docs/battery.md.

import { readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { errorText } from '../../src/core/errors.ts'
import type { BatteryCase, Profile } from './battery-case.ts'
import { endWithSignals, runCleanups } from './bench/cleanups.ts'
import { CASES } from './cases.ts'
import { NIGHTLY_ONLY } from './nightly-only.ts'
import { batteryPage } from './page.ts'
import { type Outcome, runCases } from './run-cases.ts'
import { linesOf } from './words.ts'

// Processes that are begun a hundred times are compiled once.
process.env.NODE_COMPILE_CACHE ??= join(tmpdir(), 'daily-papers-compiled')
const PROFILES: string[] = ['ci', 'nightly'] satisfies Profile[]
const USAGE = `npm run battery -- [--profile ${PROFILES.join('|')}] [--at-once N] [--record] [NAME …]`
const PAGE = join(import.meta.dirname, '../../docs/battery.md')
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
  isWhole && NIGHTLY_ONLY[name] ? `only with --profile nightly, or by name: ${NIGHTLY_ONLY[name]}` : undefined
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
