// Causes faults in the real program and prints what held: npm run battery -- --help

import { writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { optionsOrExit } from '../../scripts/options-or-exit.ts'
import { readArguments, USAGE } from './arguments.ts'
import type { BatteryCase, Profile } from './battery-case.ts'
import { endWithSignals, runCleanups } from './bench/cleanups.ts'
import { CASES } from './cases.ts'
import { commitOf } from './commit.ts'
import { NIGHTLY_ONLY } from './nightly-only.ts'
import { batteryPage } from './page.ts'
import { recordResult } from './results.ts'
import { type Outcome, runCases } from './run-cases.ts'
import { linesOf, recordedLine, summaryOf } from './words.ts'

// Processes that are started a hundred times are compiled once.
process.env.NODE_COMPILE_CACHE ??= join(tmpdir(), 'daily-papers-compiled')
const PAGE = join(import.meta.dirname, '../../docs/battery.md')
/** For one row. In profile ci the longest takes a few minutes; at night it must end before its job, in nightly.yml. */
const LIMIT_MS: Record<Profile, number> = { ci: 10 * 60_000, nightly: 2 * 3_600_000 }

const { profile, seed, cases, isWhole, atOnce, record, variants } = optionsOrExit(
  (args) => readArguments(args, CASES),
  USAGE,
  `\nRows:\n${CASES.map((one) => `  ${one.name}\n`).join('')}`,
)
if (variants) {
  const { listVariants } = await import('./variants.ts')
  console.log(listVariants().join('\n'))
  process.exit(0)
}
const run = { profile, seed, commit: commitOf() }
const recording = { ...run, date: new Date().toISOString().slice(0, 10) }
const known = new Set(CASES.map(({ name }) => name))
let done = 0
endWithSignals(() => console.log(`interrupted: ${done} of ${cases.length} rows were done`))
const begun = performance.now()
const onDone = (outcome: Outcome) => {
  done++
  console.log(linesOf(outcome, run))
  if (!record) return
  const results = recordResult(outcome, recording, known)
  writeFileSync(PAGE, batteryPage(CASES, results))
  console.log(recordedLine(outcome, results))
}
const whyNot = ({ name }: BatteryCase) =>
  isWhole && NIGHTLY_ONLY[name] ? `only with --profile nightly, or by name: ${NIGHTLY_ONLY[name]}` : undefined
const outcomes = await runCases(cases, {
  ...run,
  atOnce,
  limitMs: LIMIT_MS[profile],
  onDone,
  whyNot,
})
console.log(summaryOf(outcomes, run, (performance.now() - begun) / 60_000))
const hasFailed = outcomes.some(({ verdict }) => typeof verdict !== 'string' && !verdict.ok)
// A row that failed may have left a server or a timer behind, and the run must end nevertheless.
await runCleanups()
process.exit(hasFailed ? 1 : 0)
