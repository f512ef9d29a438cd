import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { FEATURES } from '../src/features/index.ts'
import { type Finished, runProgram } from './support/processes.ts'
import { copyWithout, FEATURE_FOLDERS, removeCopy } from './support/without-features.ts'

const CORE_TESTS = ['test/architecture.test.ts', 'test/unit']
/** What one feature could still need of another; without any, the core's tests run as well. */
const FEATURE_TESTS = ['test/architecture.test.ts', 'test/unit/features']

const TIMEOUT_MS = 900_000

const each = FEATURE_FOLDERS.map((name) => ({ names: [name], what: name, tests: FEATURE_TESTS }))
const all = { names: FEATURE_FOLDERS, what: 'any feature', tests: CORE_TESTS }

test('each folder of src/features/ has its line in index.ts', () => {
  expect(FEATURES.map(({ name }) => name).toSorted()).toEqual(FEATURE_FOLDERS)
})

describe.each([all, ...each])('without $what', ({ names, tests }) => {
  let folder: string
  const run = async (...args: string[]) => outcomeOf(await runProgram(args, {}, folder))
  beforeAll(async () => {
    folder = copyWithout(names)
    expect(await run('node_modules/prisma/build/index.js', 'generate')).toBe('done')
  })
  afterAll(() => removeCopy(folder))

  // Each is a process of its own.
  test.concurrent(
    'the types are right',
    async () => {
      expect(await run('node_modules/typescript/bin/tsc')).toBe('done')
    },
    TIMEOUT_MS,
  )

  test.concurrent(
    'the tests pass',
    async () => {
      expect(await run('node_modules/vitest/vitest.mjs', 'run', '--passWithNoTests', ...tests)).toBe('done')
    },
    TIMEOUT_MS,
  )
})

const MAX_OUTPUT = 4000

/** The end of the output, and each failed test, if the program failed. */
const outcomeOf = ({ code, stdout, stderr }: Finished): string => {
  if (code === 0) return 'done'
  const output = `${stdout}${stderr}`
  return [output.slice(-MAX_OUTPUT), ...(output.match(/^failed: .*$/gm) ?? [])].join('\n')
}
