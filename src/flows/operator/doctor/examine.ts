import { type Config, type SettingFault, wrongIn } from '../../../config.ts'
import type { Clock } from '../../../platform/clock.ts'
import { namedIfAway } from '../../../platform/database.ts'
import { databaseFacts } from '../../../platform/database-facts-store.ts'
import { missingMigrations } from '../../../platform/migrations.ts'
import type { Deps } from '../../../wiring.ts'
import { seeSite } from './ask-site.ts'
import { type Check, wrong } from './check.ts'
import { settingsRead } from './host-checks.ts'
import { questions } from './questions.ts'
import { runChecks, within } from './run-checks.ts'

export interface ExamineDeps {
  /** Without the settings that are wrong. */
  config: Config
  clock: Clock
  /** Rejects where there is no database. */
  connect(): Promise<Deps>
}

export interface ExamineInput {
  faults: SettingFault[]
  /** Milliseconds for all of it: everything is asked side by side. */
  withinMs: number
}

/** Asks everything that can keep the service from working, and changes nothing. Never rejects. */
export async function examine(
  { config, clock, connect }: ExamineDeps,
  { faults, withinMs }: ExamineInput,
): Promise<Check[]> {
  // What waits for the database, or for the site, must learn in time that it does not answer.
  const timeoutMs = withinMs * 0.7
  const wrongSettings = wrongIn(faults)
  const deps = wrongSettings.has('DATABASE_URL') ? Promise.reject(new Error()) : connect()
  const facts = within(
    timeoutMs,
    deps.then(({ db }) => databaseFacts(db)),
  ).catch((error) => {
    throw namedIfAway(error)
  })
  const hasTables = facts
    .then(async () => (await missingMigrations((await deps).db)).length === 0)
    .catch(() => false)
  const site = seeSite(config, { timeoutMs: timeoutMs / 2 })
  const checks = await runChecks({
    questions: questions({ config, clock, facts, deps, hasTables, site, timeoutMs }),
    wrongSettings,
    missing: {
      database: facts.then(
        () => undefined,
        () => 'the database does not answer',
      ),
      tables: facts.then(
        async () => ((await hasTables) ? undefined : 'the database lacks migrations'),
        () => 'the database does not answer',
      ),
    },
    withinMs,
  })
  return [...settingsChecks(config, faults), ...checks]
}

export const settingsChecks = (config: Config, faults: SettingFault[]): Check[] => {
  if (faults.length === 0) return [{ check: 'settings', ...settingsRead(config.production) }]
  return faults.map(({ names, what }) => ({
    check: 'settings',
    ...wrong(
      `${names.join(', ')}: ${what}`,
      `${names.join(', ')} in .env, or in the environment of the service`,
    ),
  }))
}
