// Brings faults about and says what held: npm run battery -- [--profile ci|nightly] [--at-once N] [--markdown] [NAME …]
// NAME: only the cases whose name holds it, or one of them. --markdown: a table for a document at the end.
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { textOf } from '../src/platform/errors.ts'
import type { BatteryCase, Profile } from '../test/battery/battery-case.ts'
import { endWithSignals } from '../test/battery/bench/interrupted.ts'
import { stopSharedPostgres } from '../test/battery/bench/shared-postgres.ts'
import { clockCases } from '../test/battery/clock/cases.ts'
import { contentCases } from '../test/battery/content/cases.ts'
import { crashCases } from '../test/battery/crash/cases.ts'
import { databaseCases } from '../test/battery/database/cases.ts'
import { digestsCases } from '../test/battery/digests/cases.ts'
import { doorsCases } from '../test/battery/doors/cases.ts'
import { julyCases } from '../test/battery/july/cases.ts'
import { mannersCases } from '../test/battery/manners/cases.ts'
import { manyCases } from '../test/battery/many/cases.ts'
import { peopleCases } from '../test/battery/people/cases.ts'
import { returnsCases } from '../test/battery/returns/cases.ts'
import { smtpCases } from '../test/battery/smtp/cases.ts'
import { sourcesCases } from '../test/battery/sources/cases.ts'
import { type Outcome, runCases } from './battery/run-cases.ts'
import { linesOf, markdownOf } from './battery/words.ts'

const CASES: BatteryCase[] = [
  ...crashCases,
  ...peopleCases,
  ...contentCases,
  ...digestsCases,
  ...smtpCases,
  ...clockCases,
  ...mannersCases,
  ...manyCases,
  ...databaseCases,
  ...julyCases,
  ...doorsCases,
  ...returnsCases,
  ...sourcesCases,
]
// Processes that are begun a hundred times are compiled once.
process.env.NODE_COMPILE_CACHE ??= join(tmpdir(), 'daily-papers-compiled')
const PROFILES: string[] = ['ci', 'nightly'] satisfies Profile[]
const USAGE = `npm run battery -- [--profile ${PROFILES.join('|')}] [--at-once N] [--markdown] [NAME …]`
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
        markdown: { type: 'boolean', default: false },
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
    return { profile: values.profile as Profile, cases, isWhole, atOnce, markdown: values.markdown }
  } catch (error) {
    wrongUse(textOf(error))
  }
}

const { profile, cases, isWhole, atOnce, markdown } = readArguments()
let told = 0
endWithSignals(() => console.log(`interrupted: ${told} of ${cases.length} cases were told`))
const begun = performance.now()
const tell = (outcome: Outcome) => {
  told++
  console.log(linesOf(outcome))
}
const whyNot = ({ name }: BatteryCase) =>
  isWhole && LONG_AND_SHOWN_ELSEWHERE.includes(name) ? SKIPPED : undefined
const outcomes = await runCases(cases, { profile, atOnce, tell, whyNot })
await stopSharedPostgres()
if (markdown) console.log(`\n${markdownOf(outcomes)}\n`)
const skipped = outcomes.filter(({ verdict }) => typeof verdict === 'string').length
const failed = outcomes.filter(({ verdict }) => typeof verdict !== 'string' && !verdict.ok)
for (const { one } of failed) console.log(`failed: ${one.name}`)
console.log(
  `${cases.length} cases in ${((performance.now() - begun) / 60_000).toFixed(1)} min, profile ${profile}`,
)
console.log(
  `${outcomes.length - failed.length - skipped} passed, ${failed.length} failed${skipped ? `, ${skipped} skipped` : ''}`,
)
process.exitCode = failed.length > 0 ? 1 : 0
