import { pendingMigrations } from '../../core/database/migrations.ts'
import { migrateDatabase } from '../migrate-database.ts'
import type { AddCommands } from './command-line.ts'

export const addDatabaseCommands: AddCommands = (program, cli) => {
  program
    .command('db')
    .description('the database')
    .command('migrate')
    .description('bring the schema up to date; safe twice, and from two machines at once')
    .option('--dry-run', 'show what would be applied; changes nothing')
    .action(
      cli.action(async (deps, { dryRun }: { dryRun?: boolean }) => {
        if (dryRun) {
          const missing = await pendingMigrations(deps.db)
          const text = missing.length ? `Would apply: ${missing.join(', ')}` : 'Already up to date.'
          return { json: { applied: missing, dryRun: true }, text }
        }
        const applied = await migrateDatabase(deps)
        return {
          json: { applied },
          text: applied.length ? `Applied: ${applied.join(', ')}` : 'Already up to date.',
        }
      }),
    )
}
