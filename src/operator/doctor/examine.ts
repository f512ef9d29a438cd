import { type Config, type SettingFault, wrongIn } from '../../config/config.ts'
import type { Clock } from '../../core/clock.ts'
import { namedIfAway } from '../../core/database/database.ts'
import { type DatabaseFacts, databaseFacts } from '../../core/database/database-facts.repo.ts'
import { missingMigrations } from '../../core/database/migrations.ts'
import { locksHoldForSessions } from '../../core/database/session-lock.ts'
import type { Deps } from '../../core/deps.ts'
import { within } from '../../core/in-time.ts'
import { seeSite } from './ask-site.ts'
import { type Check, type Verdict, wrong } from './check.ts'
import { judgeMisspelt, settingsRead } from './host-checks.ts'
import { questions } from './questions.ts'
import { runChecks } from './run-checks.ts'

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

/** Asks everything that can keep the service from working, and changes nothing but the gates of sources. Never rejects. */
export async function examine(
  { config, clock, connect }: ExamineDeps,
  { faults, withinMs }: ExamineInput,
): Promise<Check[]> {
  // What waits for the database, or for the site, must learn in time that it does not answer.
  const timeoutMs = withinMs / 2
  const wrongSettings = wrongIn(faults)
  const deps = wrongSettings.has('DATABASE_URL') ? Promise.reject(new Error()) : connect()
  const facts = within(timeoutMs, deps.then(factsOf)).catch((error) => {
    throw namedIfAway(error)
  })
  const hasTables = facts
    .then(async () => (await missingMigrations((await deps).db)).length === 0)
    .catch(() => false)
  const site = seeSite(config, { timeoutMs: timeoutMs / 2 })
  const away = wrongSettings.has('DATABASE_URL')
    ? 'DATABASE_URL is wrong: see settings'
    : 'the database does not respond'
  const checks = await runChecks({
    questions: questions({ config, clock, facts, deps, hasTables, site, timeoutMs }),
    wrongSettings,
    missing: {
      database: facts.then(
        () => undefined,
        () => away,
      ),
      tables: facts.then(
        async () => ((await hasTables) ? undefined : 'the database is missing migrations'),
        () => away,
      ),
    },
    withinMs,
  })
  return [...settingsChecks(config, faults), ...checks]
}

async function factsOf({ db, databaseUrl }: Deps): Promise<DatabaseFacts & { locksHold: boolean }> {
  return { ...(await databaseFacts(db)), locksHold: await locksHoldForSessions(databaseUrl) }
}

/** One check for each fault, or one for all settings. */
export const settingsChecks = (config: Config, faults: SettingFault[]): Check[] => {
  if (faults.length === 0) return [{ check: 'settings', ...settingsRead(config) }]
  const verdicts = [...faults.map(judgeSetting), ...config.misspelt.map(judgeMisspelt)]
  return verdicts.map((verdict) => ({ check: 'settings', ...verdict }))
}

function judgeSetting({ names, what }: SettingFault): Verdict {
  const name = names.join(', ')
  const [fault, takes] = what.split(/(?:; )?takes /)
  if (!takes) return wrong(`${name}: ${what}`, 'Change it in .env, or in the environment of the service.')
  return wrong(`${name}: ${fault || 'not understood'}`, `${name} takes ${takes}`)
}
