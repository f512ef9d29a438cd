import { join } from 'node:path'
import { z } from 'zod'
import { inspectConfig } from '../../config/config.ts'
import { openDatabase } from '../../core/database/database.ts'
import { findEmbeddedPostgres } from '../../core/database/embedded-postgres.ts'
import { applyMigrations, newerMigration, pendingMigrations } from '../../core/database/migrations.ts'
import { countRunningProcesses } from '../../core/database/process-lock.ts'
import type { Deps } from '../../core/deps.ts'
import { Fault } from '../../core/errors.ts'
import { nudgeNames } from '../../core/feature-nudge.ts'
import { silentLog } from '../../core/log.ts'
import { prepareQueue } from '../../core/queue.ts'
import { recordSuppressionKey } from '../../subscribers/suppression-key.ts'
import { commandWithoutDeps, operation } from './operation.ts'

const migrate = operation({
  name: 'db migrate',
  summary: 'bring the schema up to date; safe to run twice, and on two machines at once',
  effect: 'change',
  ownTransactions: true,
  beforeMigration: true,
  run: (deps, _input, { dryRun }) => (dryRun ? pendingMigrations(deps.db) : migrateDatabase(deps)),
  output: (applied, _input, _deps, { dryRun }) => {
    const names = `${dryRun ? 'Would apply' : 'Applied'}: ${applied.join(', ')}`
    return {
      json: { applied, ...(dryRun && { dryRun }) },
      text: applied.length > 0 ? names : 'Already up to date.',
    }
  },
  command: { dryRun: 'show what would be applied; changes nothing' },
})

// Without Deps, which would start the server first.
const stop = commandWithoutDeps({
  name: 'db stop',
  summary: 'stop the embedded Postgres; the next start or command starts it again',
  input: z.object({}),
  command: { dryRun: 'show whether it would be stopped; changes nothing' },
  runWithoutDeps: async ({ environment, features, dryRun }) => {
    const { DATABASE_URL, DATA_DIR } = inspectConfig(environment, features).config
    if (DATABASE_URL !== 'embedded')
      throw new Fault('usage.wrong', {
        what: 'DATABASE_URL names a server of your own: stop it as a service.',
      })
    const stopped = await stopEmbeddedPostgres(join(DATA_DIR, 'postgres'), dryRun)
    const done = dryRun ? 'Would stop it.' : 'Stopped.'
    return { json: { stopped, ...(dryRun && { dryRun }) }, text: stopped ? done : 'It is not running.' }
  },
})

export const DATABASE_OPERATIONS = [migrate, stop]

/** False if it was not running. Throws database.in-use: a service would start it again within seconds. */
async function stopEmbeddedPostgres(folder: string, dryRun: boolean): Promise<boolean> {
  const server = await findEmbeddedPostgres(folder)
  if (!server) return false
  const { db, close } = openDatabase(server.url, silentLog)
  const others = await countRunningProcesses(db).finally(close)
  if (others > 0) throw new Fault('database.in-use', { others })
  if (!dryRun) await server.stop()
  return true
}

/**
 * Migrates our tables and those of the queue. Returns the names of the applied migrations. Throws
 * config.suppression-key if the database was created with another key.
 */
export async function migrateDatabase(deps: Deps): Promise<string[]> {
  const applied = await applyMigrations(deps.databaseUrl)
  await prepareQueue(deps.databaseUrl, deps.log, nudgeNames(deps.features))
  if (applied.length > 0) deps.log.info('database.migrated', { count: applied.length, last: applied.at(-1) })
  await recordSuppressionKey(deps)
  return applied
}

/**
 * Migrates at the start of a process, if no other process uses the database or nothing is missing. Throws
 * database.others-running, and what migrateDatabase throws.
 */
export async function migrateIfAlone(deps: Deps): Promise<void> {
  // Count first: a process registers only after its own migrations.
  const others = await countRunningProcesses(deps.db)
  const [name, ...rest] = await pendingMigrations(deps.db)
  if (others > 0 && name) throw new Fault('database.others-running', { count: rest.length + 1, name, others })
  await migrateDatabase(deps)
  const later = await newerMigration(deps.db)
  if (later) deps.log.warn('database.newer', { migration: later })
}
