import { applyMigrations, newerMigration, pendingMigrations } from '../core/database/migrations.ts'
import { countRunningProcesses } from '../core/database/process-lock.ts'
import type { Deps } from '../core/deps.ts'
import { Fault } from '../core/errors.ts'
import { prepareQueue } from '../core/queue.ts'
import { recordSuppressionKey } from '../subscribers/suppression-key.ts'

/**
 * Brings our tables and the queue's up to date; returns the names of the migrations applied. Throws
 * config.suppression-key for a database that was begun with another key.
 */
export async function migrateDatabase(deps: Deps): Promise<string[]> {
  const applied = await applyMigrations(deps.databaseUrl)
  await prepareQueue(deps.databaseUrl, deps.log)
  if (applied.length > 0) deps.log.info('database.migrated', { count: applied.length, last: applied.at(-1) })
  await recordSuppressionKey(deps)
  return applied
}

/**
 * What a start does: migrates where this process is alone on the database, or nothing is missing. Throws
 * database.others-running, and what migrateDatabase throws.
 */
export async function migrateIfAlone(deps: Deps): Promise<void> {
  // Asked in this order: whoever runs was done with its migrations before it said so.
  const others = await countRunningProcesses(deps.db)
  const [name, ...rest] = await pendingMigrations(deps.db)
  if (others > 0 && name) throw new Fault('database.others-running', { count: rest.length + 1, name, others })
  await migrateDatabase(deps)
  const later = await newerMigration(deps.db)
  if (later) deps.log.warn('database.newer', { migration: later })
}
