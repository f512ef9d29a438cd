import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { defineConfig } from 'vitest/config'
import { noContainers } from './test/support/engine.ts'

const WITHOUT_FEATURES = 'test/without-features.test.ts'

const main = {
  name: 'main',
  include: ['test/**/*.test.ts'],
  exclude: [WITHOUT_FEATURES],
  globalSetup: ['test/support/global-setup.ts'],
}

/** It runs the type checker and all unit tests, so it waits until the others are done. */
const withoutFeatures = {
  name: 'without features',
  include: [WITHOUT_FEATURES],
  sequence: { groupOrder: 1 },
}

/**
 * What leans most on the database is tried a second time on the Postgres of docker-compose.yml. Its template is made by
 * the migrations, so these are tried there as well.
 */
const container = {
  name: 'container',
  include: [
    'test/integration/constraints.test.ts',
    'test/integration/mail/outbox/message.repo.test.ts',
    'test/integration/{papers,digests}/*.repo.test.ts',
    'test/integration/digests/plan-at-once.test.ts',
    'test/integration/digests/open-due.test.ts',
  ],
  globalSetup: ['test/support/container-setup.ts'],
}

if (noContainers) console.log(`Tests on a Postgres in a container: skipped (${noContainers})`)

export default defineConfig({
  test: {
    setupFiles: ['test/support/fixed-seed.ts'],
    reporters: ['./test/support/reporter.ts'],
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
    // A page that is polled while the browser opens the next one may take longer than the second that is usual.
    expect: { poll: { timeout: 15_000 } },
    hookTimeout: 120_000,
    projects: [main, withoutFeatures, ...(noContainers ? [] : [container])].map((test) => ({
      extends: true,
      test,
    })),
  },
})
