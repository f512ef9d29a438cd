import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { mutate } from './mutation.ts'
import type { Mutant } from './places.ts'
import { isUnit } from './record.ts'
import { runTests, type TestFile, type TestOptions } from './run-tests.ts'

/** A run may take three times as long as the recording, and this to start. */
const STARTED_WITHIN_MS = 60_000

export interface Trial {
  outcome: 'caught' | 'survived' | 'not executed'
  seconds: number
  /** "FILE › TITLE" of each test that failed, or how vitest ended without a result. */
  red: string[]
}

/** Runs these tests on a mutant, in a copy of the repository: the unit tests first, the others if all of these pass. */
export async function tryMutant(
  tree: string,
  mutant: Mutant,
  tests: readonly TestFile[],
  options: TestOptions,
): Promise<Trial> {
  if (tests.length === 0) return { outcome: 'not executed', seconds: 0, red: [] }
  const path = join(tree, mutant.file)
  const original = readFileSync(path, 'utf8')
  writeFileSync(path, mutate(original, mutant))
  const began = performance.now()
  const red: string[] = []
  for (const some of [tests.filter(isUnit), tests.filter((test) => !isUnit(test))])
    if (some.length > 0 && !(options.bail && red.length > 0))
      red.push(...(await redTests(tree, some, options)))
  writeFileSync(path, original)
  return {
    outcome: red.length > 0 ? 'caught' : 'survived',
    seconds: (performance.now() - began) / 1000,
    red,
  }
}

async function redTests(tree: string, tests: readonly TestFile[], options: TestOptions): Promise<string[]> {
  const expectedMs = tests.reduce((sum, { seconds }) => sum + seconds * 1000, 0)
  const timeLimit = AbortSignal.timeout(Math.ceil(STARTED_WITHIN_MS + 3 * expectedMs))
  const signal = AbortSignal.any([options.signal, timeLimit])
  const names = tests.map(({ path }) => path)
  const files = await runTests(tree, names, { ...options, signal })
  if (timeLimit.aborted) return ['the time was up']
  options.signal.throwIfAborted()
  // The mutant may have ended vitest itself, as with process.exit.
  if (!files) return ['vitest ended without a report']
  const red = files.flatMap(({ path, failed }) => failed.map((title) => `${path} › ${title}`))
  if (red.length === 0 && files.length !== names.length) throw new Error(`not all ran: ${names.join(', ')}`)
  return red
}
