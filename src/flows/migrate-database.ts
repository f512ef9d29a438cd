import { applyMigrations } from '../platform/migrations.ts'
import { prepareQueue } from '../platform/queue.ts'
import { settleSuppressionKey } from '../subscribers/suppression-key.ts'
import type { Deps } from '../wiring.ts'

/**
 * Brings our tables and the queue's up to date; returns the names of the migrations applied. Throws
 * config.suppression-key for a database that was begun with another key.
 */
export async function migrateDatabase(deps: Deps): Promise<string[]> {
  const applied = await applyMigrations(deps.databaseUrl)
  await prepareQueue(deps.databaseUrl, deps.log)
  if (applied.length > 0) deps.log.info('database.migrated', { count: applied.length, last: applied.at(-1) })
  await settleSuppressionKey(deps)
  return applied
}
