import { spawnSync } from 'node:child_process'
import { PostgreSqlContainer } from '@testcontainers/postgresql'
import { Wait } from 'testcontainers'
import type { TestProject } from 'vitest/node'
import { POSTGRES_IMAGE } from './engine.ts'
import { prepareTemplate } from './template.ts'

const HOUR_MS = 3_600_000
const DATA = '/tmpfs/data'
const SETTINGS = ['max_connections=200', 'fsync=off', 'synchronous_commit=off', 'full_page_writes=off']

/** One Postgres in a container, for the tests that are run on it too. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  // The library's own clean-up is an image too; if it is missing, we stop what we start.
  if (!hasImageOf('testcontainers/ryuk')) process.env.TESTCONTAINERS_RYUK_DISABLED ??= 'true'
  const container = await new PostgreSqlContainer(POSTGRES_IMAGE)
    .withCommand(['postgres', ...SETTINGS.flatMap((setting) => ['-c', setting])])
    .withTmpFs({ [DATA]: 'rw' })
    .withEnvironment({ PGDATA: DATA })
    // The library's own check runs four times a second for as long as the tests do: a quarter of a processor.
    .withHealthCheck({ test: ['CMD', 'true'], interval: HOUR_MS })
    .withWaitStrategy(Wait.forSuccessfulCommand('pg_isready --host localhost --username test --dbname test'))
    .start()
  await prepareTemplate(project, `container ${POSTGRES_IMAGE}`, container.getConnectionUri())
  return async () => void (await container.stop())
}

function hasImageOf(name: string): boolean {
  const { stdout } = spawnSync('docker', ['images', '-q', name], { encoding: 'utf8' })
  return Boolean(stdout?.trim())
}
