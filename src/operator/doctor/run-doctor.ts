import { type Config, faultyNames, type SettingFault } from '../../config/config.ts'
import { type Clock, withTimeout } from '../../core/clock.ts'
import { wrapIfUnavailable } from '../../core/database/database.ts'
import { type DatabaseFacts, databaseFacts } from '../../core/database/database-facts.repo.ts'
import { pendingMigrations } from '../../core/database/migrations.ts'
import { supportsSessionLocks } from '../../core/database/process-lock.ts'
import type { Deps } from '../../core/deps.ts'
import { type Check, type CheckResult, runChecks, wrong } from './check.ts'
import { checkDefinitions } from './check-definitions.ts'
import { checkReadSettings, misspelledSetting } from './host-checks.ts'
import { probeSite } from './probe-site.ts'

export interface DoctorDeps {
  /** Without the invalid settings. */
  config: Config
  clock: Clock
  /** Rejects if there is no database. */
  connect(): Promise<Deps>
}

export interface DoctorInput {
  faults: SettingFault[]
  /** Milliseconds for the whole run; all checks run in parallel. */
  withinMs: number
}

/**
 * Checks everything that can prevent the service from working. Changes nothing but the host throttles of sources. Never
 * rejects.
 */
export async function runDoctor(
  { config, clock, connect }: DoctorDeps,
  { faults, withinMs }: DoctorInput,
): Promise<Check[]> {
  // Checks that wait for the database or the site need time left after it fails to respond.
  const timeoutMs = withinMs / 2
  const invalidSettings = faultyNames(faults)
  const deps = invalidSettings.has('DATABASE_URL') ? Promise.reject(new Error()) : connect()
  const facts = withTimeout(timeoutMs, deps.then(factsOf)).catch((error) => {
    throw wrapIfUnavailable(error)
  })
  const hasTables = facts
    .then(async () => (await pendingMigrations((await deps).db)).length === 0)
    .catch(() => false)
  const site = probeSite(config, { timeoutMs: timeoutMs / 2 })
  const away = invalidSettings.has('DATABASE_URL')
    ? 'DATABASE_URL is wrong: see settings'
    : 'the database does not respond'
  const checks = await runChecks({
    definitions: checkDefinitions({ config, clock, facts, deps, hasTables, site, timeoutMs }),
    invalidSettings,
    unavailable: {
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
  return { ...(await databaseFacts(db)), locksHold: await supportsSessionLocks(databaseUrl) }
}

/** One check per fault, or one for all settings. */
export const settingsChecks = (config: Config, faults: SettingFault[]): Check[] => {
  if (faults.length === 0) return [{ check: 'settings', ...checkReadSettings(config) }]
  const verdicts = [...faults.map(checkSetting), ...config.misspelt.map(misspelledSetting)]
  return verdicts.map((verdict) => ({ check: 'settings', ...verdict }))
}

function checkSetting({ names, what }: SettingFault): CheckResult {
  const name = names.join(', ')
  const [fault, takes] = what.split(/(?:; )?takes /)
  if (!takes) return wrong(`${name}: ${what}`, 'Change it in .env, or in the environment of the service.')
  return wrong(`${name}: ${fault || 'not understood'}`, `${name} takes ${takes}`)
}
