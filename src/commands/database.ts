import { migrateDatabase } from '../flows/migrate-database.ts'
import type { AddCommands } from './command-line.ts'

export const addDatabaseCommands: AddCommands = (program, line) => {
  program
    .command('db')
    .description('the database')
    .command('migrate')
    .description('bring the schema up to date; safe twice, and from two machines at once')
    .action(
      line.action(async (deps) => {
        const applied = await migrateDatabase(deps)
        return {
          json: { applied },
          text: applied.length ? `Applied: ${applied.join(', ')}` : 'Already up to date.',
        }
      }),
    )
}
