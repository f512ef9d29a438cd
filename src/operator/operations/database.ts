import { z } from 'zod'
import { pendingMigrations } from '../../core/database/migrations.ts'
import { migrateDatabase } from '../migrate-database.ts'
import { operation } from './operation.ts'

const migrate = operation({
  name: 'db migrate',
  summary: 'bring the schema up to date; safe twice, and from two machines at once',
  effect: 'change',
  ownTransactions: true,
  beforeMigration: true,
  input: z.object({}),
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

export const DATABASE_OPERATIONS = [migrate]
