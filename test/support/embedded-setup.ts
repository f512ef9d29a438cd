import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { startEmbeddedPostgres } from '../../src/core/database/embedded-postgres.ts'
import { dataFolder } from './data-folder.ts'
import { prepareTemplate } from './template.ts'

/** One Postgres for the run, from embedded binaries. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = mkdtempSync(join(dataFolder(), 'daily-papers-test-'))
  // If this is root, Postgres runs as another user and must be able to enter.
  chmodSync(folder, 0o755)
  const server = await startEmbeddedPostgres(join(folder, 'postgres'), { durable: false })
  await prepareTemplate(project, 'embedded binaries', server.url)
  return async () => {
    await server.destroy()
    rmSync(folder, { recursive: true, force: true })
  }
}
