// Brings faults about and says what held: npm run battery -- [--profile ci|nightly] [NAME]
// NAME: only the cases whose name holds it.
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { textOf } from '../src/platform/errors.ts'
import type { BatteryCase, Profile, Verdict } from '../test/battery/battery-case.ts'
import { daylightSavingCases } from '../test/battery/clock/daylight-saving.ts'
import { contentCases } from '../test/battery/content/cases.ts'
import { crashCases } from '../test/battery/crash/cases.ts'
import { doorsCases } from '../test/battery/doors/cases.ts'
import { julyCases } from '../test/battery/july/cases.ts'
import { mannersCases } from '../test/battery/manners/cases.ts'
import { peopleCases } from '../test/battery/people/cases.ts'
import { smtpCases } from '../test/battery/smtp/cases.ts'

const CASES: BatteryCase[] = [
  ...crashCases,
  ...peopleCases,
  ...contentCases,
  ...smtpCases,
  ...daylightSavingCases,
  ...mannersCases,
  ...julyCases,
  ...doorsCases,
]
// Processes that are begun a hundred times are compiled once.
process.env.NODE_COMPILE_CACHE ??= join(tmpdir(), 'daily-papers-compiled')
const PROFILES: string[] = ['ci', 'nightly'] satisfies Profile[]

function wrongUse(sentence: string): never {
  console.error(`${sentence}\nnpm run battery -- [--profile ${PROFILES.join('|')}] [NAME]`)
  process.exit(2)
}

function readArguments(): { profile: Profile; cases: BatteryCase[] } {
  try {
    const { values, positionals } = parseArgs({
      options: { profile: { type: 'string', default: 'ci' } },
      allowPositionals: true,
    })
    const [name = ''] = positionals
    const cases = CASES.filter((one) => one.name.includes(name))
    if (!PROFILES.includes(values.profile)) wrongUse(`There is no profile "${values.profile}".`)
    if (cases.length === 0)
      wrongUse(`There is no case "${name}": ${CASES.map((one) => one.name).join(', ')}.`)
    return { profile: values.profile as Profile, cases }
  } catch (error) {
    wrongUse(textOf(error))
  }
}

const runCase = (one: BatteryCase, profile: Profile): Promise<Verdict | string> =>
  one.run(profile).catch((error) => ({ ok: false, n: '-', result: textOf(error) }))

const { profile, cases } = readArguments()
const widths = {
  name: Math.max(...cases.map(({ name }) => name.length)),
  fault: Math.max(...cases.map(({ fault }) => fault.length)),
  invariant: Math.max(...cases.map(({ invariant }) => invariant.length)),
}
const row = (name: string, fault: string, invariant: string, rest: string) =>
  `${name.padEnd(widths.name)}  ${fault.padEnd(widths.fault)}  ${invariant.padEnd(widths.invariant)}  ${rest}`

console.log(row('case', 'fault', 'invariant', 'N → result'))
const count = { passed: 0, failed: 0, skipped: 0 }
for (const one of cases) {
  const begun = performance.now()
  const verdict = await runCase(one, profile)
  const seconds = ((performance.now() - begun) / 1000).toFixed(1)
  console.log(row(one.name, one.fault, one.invariant, `${describe(verdict)} [${seconds} s]`))
  count[typeof verdict === 'string' ? 'skipped' : verdict.ok ? 'passed' : 'failed']++
}
const skipped = count.skipped ? `, ${count.skipped} skipped` : ''
console.log(`${count.passed} passed, ${count.failed} failed${skipped}`)
process.exitCode = count.failed > 0 ? 1 : 0

function describe(verdict: Verdict | string): string {
  if (typeof verdict === 'string') return `skipped: ${verdict}`
  return `${verdict.ok ? 'ok  ' : 'FAIL'} ${verdict.n} → ${verdict.result}`
}
