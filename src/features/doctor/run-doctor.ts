import { type Config, faultyNames, type SettingFault } from '../../config/config.ts'
import { START_COMMANDS } from '../../core/cli-command.ts'
import { type Clock, withTimeout } from '../../core/clock.ts'
import { wrapIfUnavailable } from '../../core/database/database.ts'
import { type DatabaseFacts, databaseFacts } from '../../core/database/database-facts.repo.ts'
import { pendingMigrations } from '../../core/database/migrations.ts'
import { supportsSessionLocks } from '../../core/database/process-lock.ts'
import type { Deps } from '../../core/deps.ts'
import type { Feature } from '../../core/feature.ts'
import { runningProcesses } from '../../core/running-process.repo.ts'
import { fingerprintOf } from '../../core/secrets.ts'
import { deliverySummary } from '../../operator/delivery-switch.ts'
import { findProblems } from '../../operator/health/conditions.ts'
import { readHealthFacts } from '../../operator/health/facts.ts'
import { type CheckResult, ok, warning, wrong } from '../../operator/health/feature-check.ts'
import { findMissingSecret, type MissingSecret } from '../../operator/health/missing-secret.ts'
import { requireSuppressionKey } from '../../subscribers/suppression-key.ts'
import { checkBounces } from './bounce-checks.ts'
import { type Check, type CheckDefinition, combineResults, runChecks, skipped } from './check.ts'
import {
  checkClock,
  checkDatabase,
  checkDisk,
  checkMigrations,
  checkSecrets,
  fileMode,
  freeBytes,
  unreachableDatabase,
} from './database-checks.ts'
import { checkDkim, checkMailServer, checkSending, readSendingState } from './mail-checks.ts'
import { checkCertificate, checkSite, probeSite, type SiteProbe } from './site-checks.ts'
import { type SourceContext, sourceChecks } from './source-checks.ts'

interface DoctorInput {
  config: Config
  features: readonly Feature[]
  faults: SettingFault[]
  clock: Clock
  /** Rejects if there is no database. */
  connect(): Promise<Deps>
  /** Milliseconds for the whole run. */
  withinMs: number
  /** What fails because the service does not run is skipped. */
  isBeforeStart?: boolean
}

interface DoctorContext extends SourceContext {
  features: readonly Feature[]
  faults: SettingFault[]
  database: DatabaseState
  site: SiteProbe
}

/**
 * Checks everything that can prevent the service from working. Changes nothing but the host throttles of sources. Never
 * rejects.
 */
export async function runDoctor({
  withinMs,
  connect,
  isBeforeStart,
  ...input
}: DoctorInput): Promise<Check[]> {
  const { config, features, faults } = input
  // The database and the site come first, because many checks need them; the other half is for the checks.
  const timeoutMs = withinMs / 2
  const invalidSettings = faultyNames(faults)
  const [database, site] = await Promise.all([
    readDatabase(invalidSettings.has('DATABASE_URL') ? undefined : connect, timeoutMs),
    probeSite(config, timeoutMs / 2),
  ])
  const unavailable = unavailableParts(database)
  const db = unavailable.tables ? undefined : database.deps?.db
  const context: DoctorContext = { ...input, database, db, site, timeoutMs }
  const table = [...CHECKS, ...featureChecks(features), ...sourceChecks(config.SOURCES)]
  const checks = await runChecks(table, context, { invalidSettings, unavailable, withinMs: timeoutMs })
  return isBeforeStart ? checks.map(skipIfStartFixes) : checks
}

const skipIfStartFixes = (check: Check): Check =>
  check.fix?.includes(START_COMMANDS) ? { ...check, ...skipped('later, once the service runs') } : check

interface DatabaseState {
  isMisconfigured?: boolean
  /** Why it does not respond. */
  error?: unknown
  deps?: Deps
  facts?: DatabaseFacts & { locksHold: boolean }
  missingMigrations?: string[]
}

/** Never rejects. Without `connect`, DATABASE_URL is wrong. */
async function readDatabase(
  connect: (() => Promise<Deps>) | undefined,
  timeoutMs: number,
): Promise<DatabaseState> {
  if (!connect) return { isMisconfigured: true }
  const read = async (): Promise<DatabaseState> => {
    const deps = await connect()
    const { db, databaseUrl } = deps
    const facts = { ...(await databaseFacts(db)), locksHold: await supportsSessionLocks(databaseUrl) }
    return { deps, facts, missingMigrations: await pendingMigrations(db) }
  }
  return withTimeout(timeoutMs, read()).catch((error) => ({ error: wrapIfUnavailable(error) }))
}

function unavailableParts({ isMisconfigured, error, missingMigrations = [] }: DatabaseState) {
  if (isMisconfigured) return { database: MISCONFIGURED, tables: MISCONFIGURED }
  if (error) return { database: UNREACHABLE, tables: UNREACHABLE }
  return missingMigrations.length > 0 ? { tables: 'the database is missing migrations' } : {}
}

const MISCONFIGURED = 'DATABASE_URL is wrong: see settings'
const UNREACHABLE = 'the database does not respond'

const SITE = ['BASE_URL', 'HOST', 'PORT']
const SMTP = ['SMTP_URL', 'SMTP_USER', 'SMTP_PASSWORD', 'MAIL_FROM']
const DKIM = ['DKIM_DOMAIN', 'DKIM_SELECTOR', 'DKIM_KEY_FILE', 'MAIL_FROM']
const BOUNCES = ['BOUNCE_DOMAIN', 'BOUNCE_LMTP', 'BOUNCE_SMTP']

/** Features and sources have checks of their own after these. */
const CHECKS: CheckDefinition<DoctorContext>[] = [
  { name: 'settings', check: ({ config, faults }) => settingsChecks(config, faults) },
  {
    name: 'database',
    settings: ['DATABASE_URL'],
    check: ({ database: { error, facts } }) => (facts ? checkDatabase(facts) : unreachableDatabase(error)),
  },
  {
    name: 'migrations',
    needs: 'database',
    check: ({ database }) => checkMigrations(database.missingMigrations!),
  },
  {
    name: 'clock',
    needs: 'database',
    check: ({ config, clock, database }) =>
      config.CLOCK_NOW
        ? skipped('CLOCK_NOW is set')
        : checkClock((database.facts!.now.getTime() - clock.now().getTime()) / 1000),
  },
  { name: 'site', settings: SITE, check: ({ site }) => checkSite(site) },
  {
    name: 'https',
    settings: SITE,
    check: ({ site, config, clock }) => checkCertificate(site, config.production, clock.now()),
  },
  { name: 'mail server', settings: SMTP, check: (context) => checkMailServer(context, context.timeoutMs) },
  { name: 'dkim', settings: DKIM, check: ({ config }) => checkDkim(config) },
  { name: 'bounces', settings: BOUNCES, check: ({ config, features }) => checkBounces(config, features) },
  {
    name: 'sending',
    settings: ['SENDING', 'RAMP_UP_SINCE'],
    needs: 'tables',
    check: async ({ database }) => checkSending(await readSendingState(database.deps!)),
  },
  { name: 'health', needs: 'tables', check: ({ database }) => checkHealth(database.deps!) },
  {
    name: 'disk',
    settings: ['DATA_DIR'],
    check: ({ config }) => checkDisk(config.DATA_DIR, freeBytes(config.DATA_DIR)),
  },
  {
    name: 'secrets',
    settings: ['APP_SECRET', 'SUPPRESSION_KEY'],
    check: async ({ config, db, database }) =>
      checkSecrets(config, {
        isDifferentKey: db !== undefined && (await isKeyDifferent(database.deps!)),
        missing: db && (await secretMissingHere(database.deps!)),
        dotEnvMode: fileMode('.env'),
      }),
  },
]

const featureChecks = (features: readonly Feature[]): CheckDefinition<DoctorContext>[] =>
  features
    .flatMap(({ checks = [] }) => checks)
    .map(({ check, ...rest }) => ({
      ...rest,
      check: ({ config, timeoutMs }) => check(config, { timeoutMs }),
    }))

/** What the rows of the service say is wrong, a line for each condition that holds. */
async function checkHealth(deps: Deps): Promise<CheckResult | Check[]> {
  const { lanes } = await deliverySummary(deps)
  const problems = findProblems(await readHealthFacts(deps, lanes))
  if (problems.length === 0)
    return ok('nothing is wrong: delivery, schedule, worker, dates, bounces and sources')
  return problems.map(({ condition, sentence, fix }) => {
    return { check: condition.name, state: condition.state, found: sentence, fix }
  })
}

/** The secret with which a running process signs and which this command lacks. */
async function secretMissingHere({ db, config, clock }: Deps): Promise<MissingSecret | undefined> {
  const secrets = config.APP_SECRET.map(fingerprintOf)
  const here = { name: 'this command', startedAt: clock.now(), secrets }
  return findMissingSecret([here], await runningProcesses(db))
}

/** The database was created with another SUPPRESSION_KEY. */
const isKeyDifferent = (deps: Deps): Promise<boolean> =>
  requireSuppressionKey(deps).then(
    () => false,
    () => true,
  )

export function settingsChecks(config: Config, faults: SettingFault[]): Check[] {
  const results =
    faults.length === 0
      ? [checkReadSettings(config)]
      : [...faults.map(checkSetting), ...config.misspelt.map(misspelledSetting)]
  return results.map((result) => ({ check: 'settings', ...result }))
}

const checkReadSettings = ({ production, misspelt }: Pick<Config, 'production' | 'misspelt'>): CheckResult =>
  combineResults(production ? 'complete, for production' : 'complete', [
    !production && warning('not for production: nothing is required', 'NODE_ENV=production'),
    ...misspelt.map(misspelledSetting),
  ])

const misspelledSetting = (what: string): CheckResult =>
  warning(what, 'Correct its name as in .env.example, or remove it from .env.')

function checkSetting({ names, what }: SettingFault): CheckResult {
  const name = names.join(', ')
  const [fault, takes] = what.split(/(?:; )?takes /)
  if (!takes) return wrong(`${name}: ${what}`, 'Change it in .env, or in the environment of the service.')
  return wrong(`${name}: ${fault || 'not understood'}`, `${name} takes ${takes}`)
}
