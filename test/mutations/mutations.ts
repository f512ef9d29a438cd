// Changes the code a little, one place at a time, and runs the tests that execute it: npm run mutations -- --help

import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { optionsOrExit } from '../../scripts/options-or-exit.ts'
import { startEmbeddedPostgres } from '../../src/core/database/embedded-postgres.ts'
import { dataFolder } from '../support/data-folder.ts'
import { chooseMutants } from './choose-mutants.ts'
import { equivalentReason } from './equivalent.ts'
import type { Mutant } from './places.ts'
import { type Recording, record } from './record.ts'
import { copyRepository } from './run-tests.ts'
import { type Trial, tryMutant } from './try-mutant.ts'

/** Two mutants at a time, each with one test file at a time. */
const AT_ONCE = 2

const USAGE = `npm run mutations -- [--seed N] [--count 100] [--part K/N] [--all] [FOLDER ...]
  changes places of the code, one at a time, and runs the tests that execute each: one of them should fail
  --all    tries those that survive npm test with the slow tests, too
npm run mutations -- --only ID [TEST_FILE ...]
  a mutant or a planted fault, with the tests that execute it, or with these
npm run mutations -- --planted
  the planted faults of test/mutations/planted.ts
`

function optionsFrom(args: string[]) {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      seed: { type: 'string', default: '1' },
      count: { type: 'string', default: '100' },
      part: { type: 'string', default: '1/1' },
      all: { type: 'boolean', default: false },
      only: { type: 'string', multiple: true },
      planted: { type: 'boolean', default: false },
    },
  })
  const isTest = (path: string) => path.endsWith('.test.ts')
  const folders = positionals.filter((path) => !isTest(path))
  return {
    ...values,
    testFiles: positionals.filter(isTest),
    mutants: chooseMutants({ ...values, folders }),
  }
}

const { mutants, testFiles, all, planted } = optionsOrExit(optionsFrom, USAGE)
const stopped = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => stopped.abort())
const folder = mkdtempSync(join(dataFolder(), 'mutations-'))
// If this is root, Postgres runs as another user and must be able to enter.
chmodSync(folder, 0o755)
const trees = Array.from({ length: AT_ONCE }, (_, nth) => copyRepository(join(folder, `tree-${nth}`)))
const postgres = await startEmbeddedPostgres(join(folder, 'postgres'), { durable: false })
try {
  const trials = await tryAll(mutants, false)
  const survivors = [...trials.keys()].filter((mutant) => trials.get(mutant)!.outcome !== 'caught')
  if (all && survivors.length > 0)
    for (const [mutant, trial] of await tryAll(survivors, true)) trials.set(mutant, trial)
  printSummary(trials)
} catch (error) {
  if (!stopped.signal.aborted) throw error
  process.exitCode = 130
} finally {
  await postgres.destroy()
  rmSync(folder, { recursive: true, force: true })
}

/** `slow`: with the slow tests, instead of the quick ones. */
async function tryAll(mutants: readonly Mutant[], slow: boolean): Promise<Map<Mutant, Trial>> {
  const options = { postgres: postgres.url, slow, signal: stopped.signal }
  const named = testFiles.map((path) => ({ path, seconds: 60, failed: [] }))
  const recording: Recording =
    named.length > 0
      ? new Map(mutants.map(({ id }) => [id, named]))
      : await record(trees[0]!, mutants, { ...options, workers: AT_ONCE })
  const trials = new Map<Mutant, Trial>()
  const queue = mutants.values()
  const work = async (tree: string) => {
    for (const mutant of queue) {
      const tests = recording.get(mutant.id)!
      const trial = await tryMutant(tree, mutant, tests, { ...options, workers: 1, bail: !planted })
      trials.set(mutant, trial)
      console.log(lineOf(mutant, trial))
    }
  }
  await Promise.all(trees.map(work))
  return trials
}

/** Planted faults have all tests that failed, mutants the first one. */
function lineOf({ id, before, text }: Mutant, { outcome, seconds, red }: Trial): string {
  const time = `in ${seconds.toFixed(1)} s`
  if (planted) return [`${id}: ${outcome} ${time}`, ...red.map((test) => `  ${test}`)].join('\n')
  if (red[0]) return `${id}: caught by ${red[0]} ${time}`
  return `${id}: ${outcome} ${time}: ${before.replace(/\s+/g, ' ')} → ${text}`
}

function printSummary(trials: Map<Mutant, Trial>): void {
  const survivors = [...trials.keys()].filter((mutant) => trials.get(mutant)!.outcome !== 'caught')
  const equivalent = survivors.filter((mutant) => equivalentReason(mutant))
  for (const mutant of equivalent) console.log(`Equivalent: ${mutant.id}: ${equivalentReason(mutant)}`)
  const left = survivors.filter((mutant) => !equivalent.includes(mutant))
  for (const { id } of left) console.log(`Survived: ${id}`)
  const total = trials.size - equivalent.length
  const caught = trials.size - survivors.length
  console.log(`Caught ${caught} of ${total}: ${(caught / total).toFixed(2)}`)
  if (planted && left.length > 0) process.exitCode = 1
}
