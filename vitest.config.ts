import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { defineConfig } from 'vitest/config'
import JourneysFirst from './test/support/journeys-first.ts'

/** They need no database, so `npm run check` and a single one of them start none. */
const UNIT = ['test/*.test.ts', 'test/unit/**/*.test.ts']
const SLOW = 'test/**/*.slow.test.ts'
const WITHOUT_FEATURES = 'test/without-features.slow.test.ts'

export default defineConfig(({ mode }) => {
  const runs = which(mode)
  const files = (...patterns: string[]) =>
    runs === 'slow' ? patterns.map((one) => one.replace('*.test.ts', '*.slow.test.ts')) : patterns
  const left = runs === 'quick' ? [SLOW] : []
  const unit = { name: 'unit', include: files(...UNIT), exclude: [WITHOUT_FEATURES, ...left] }
  const main = {
    name: 'main',
    include: files('test/**/*.test.ts'),
    exclude: [...UNIT, ...left],
    globalSetup: ['test/support/postgres-setup.ts'],
  }
  /** It runs the type checker and all unit tests, so it waits until the others are done. */
  const withoutFeatures = {
    name: 'without features',
    include: [WITHOUT_FEATURES],
    sequence: { groupOrder: 1 },
  }
  return {
    test: {
      setupFiles: ['test/support/fixed-seed.ts'],
      reporters: ['./test/support/reporter.ts'],
      sequence: { sequencer: JourneysFirst },
      pool: 'forks',
      // A worker keeps its modules from file to file: reading them again took half of all processor time.
      isolate: false,
      restoreMocks: true,
      unstubEnvs: true,
      unstubGlobals: true,
      // Most of the time a test waits for a process, a browser or the database.
      maxWorkers: availableParallelism() + 1,
      // Programs that tests start are compiled once, not each time.
      env: { NODE_COMPILE_CACHE: join(tmpdir(), 'daily-papers-compiled') },
      testTimeout: 60_000,
      expect: {
        // A test without an assertion fails.
        requireAssertions: true,
        // A page that is polled while the browser opens the next one may take longer than the usual second.
        poll: { timeout: 15_000 },
      },
      hookTimeout: 120_000,
      projects: [unit, main, ...(runs === 'quick' ? [] : [withoutFeatures])].map((test) => ({
        extends: true,
        test,
      })),
    },
  }
})

/** `npm test` runs the quick files and those slow ones that are named; `npm run test:all` runs all. */
function which(mode: string): 'quick' | 'slow' | 'all' {
  if (mode === 'slow' || mode === 'all') return mode
  return process.argv.some((arg) => arg.includes('.slow')) ? 'all' : 'quick'
}
