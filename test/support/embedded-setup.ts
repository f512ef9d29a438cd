import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { constants } from 'node:os'
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
  const forget = whenInterrupted(() => {
    killServer(server.folder)
    rmSync(folder, { recursive: true, force: true })
  })
  await prepareTemplate(project, 'embedded binaries', server.url)
  return async () => {
    forget()
    await server.destroy()
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Ends the server of a data folder at once. */
export const killServer = (data: string): boolean =>
  process.kill(Number(readFileSync(join(data, 'postmaster.pid'), 'utf8').split('\n', 1)[0]), 'SIGKILL')

/** Runs `clean` if the tests are ended, by ctrl-C for example: vitest then takes nothing down. Returns what undoes it. */
export function whenInterrupted(clean: () => void): () => void {
  const onSignal = (signal: NodeJS.Signals) => process.exit(128 + constants.signals[signal])
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
  process.once('exit', clean)
  for (const signal of signals) process.once(signal, onSignal)
  return () => {
    process.off('exit', clean)
    for (const signal of signals) process.off(signal, onSignal)
  }
}
