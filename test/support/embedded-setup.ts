import { chmodSync, existsSync, mkdtempSync, rmSync, statfsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { startEmbeddedPostgres } from '../../src/core/database/embedded-postgres.ts'
import { prepareTemplate } from './template.ts'

const MEMORY = '/dev/shm'
const MIN_FREE_BYTES = 2 * 1024 ** 3

/** One Postgres for the run, from embedded binaries. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = mkdtempSync(join(isRoomy(MEMORY) ? MEMORY : tmpdir(), 'daily-papers-test-'))
  // If this is root, Postgres runs as another user and must be able to enter.
  chmodSync(folder, 0o755)
  const server = await startEmbeddedPostgres(join(folder, 'postgres'), { durable: false })
  await prepareTemplate(project, 'embedded binaries', server.url)
  return async () => {
    await server.destroy()
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Each test file copies a database of 300 files: on a disk that takes twenty times the processor time. */
const isRoomy = (folder: string): boolean => {
  if (!existsSync(folder)) return false
  const { bavail, bsize } = statfsSync(folder)
  return bavail * bsize >= MIN_FREE_BYTES
}
