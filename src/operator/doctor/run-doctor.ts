import { type Config, faultyNames, type SettingFault } from '../../config/config.ts'
import { type Clock, withTimeout } from '../../core/clock.ts'
import { wrapIfUnavailable } from '../../core/database/database.ts'
import { type DatabaseFacts, databaseFacts } from '../../core/database/database-facts.repo.ts'
import { pendingMigrations } from '../../core/database/migrations.ts'
import { supportsSessionLocks } from '../../core/database/process-lock.ts'
import type { Deps } from '../../core/deps.ts'
import { runningProcesses } from '../../core/running-process.repo.ts'
import { fingerprintOf } from '../../core/secrets.ts'
import { requireSuppressionKey } from '../../subscribers/suppression-key.ts'
import { deliverySummary } from '../delivery-switch.ts'
import { findProblems } from '../health/conditions.ts'
import { readHealthFacts } from '../health/facts.ts'
import { findMissingSecret, type MissingSecret } from '../health/missing-secret.ts'
import { checkBounceIntake } from './bounce-intake-checks.ts'
import {
  type Check,
  type CheckDefinition,
  type CheckResult,
  combineResults,
  ok,
  runChecks,
  skipped,
  warning,
  wrong,
} from './check.ts'
import {
  checkClock,
  checkDatabase,
  checkDisk,
  checkMigrations,
  checkOperatorEmail,
  checkSecrets,
  fileMode,
  freeBytes,
  unreachableDatabase,
} from './database-checks.ts'
import { checkDkim, checkMailServer, checkSending, readSendingState } from './mail-checks.ts'
import { checkCertificate, checkProxy, checkSite, probeSite, type SiteProbe } from './site-checks.ts'
import { type SourceContext, sourceChecks } from './source-checks.ts'

interface DoctorInput {
  config: Config
  faults: SettingFault[]
  clock: Clock
  /** Rejects if there is no database. */
  connect(): Promise<Deps>
  /** Milliseconds for the whole run; all checks run in parallel. */
  withinMs: number
}

interface DoctorContext extends SourceContext {
  /** Rejects if the database does not respond, or lacks our tables. */
  facts: Promise<DatabaseFacts & { locksHold: boolean }>
  site: Promise<SiteProbe>
}

/**
 * Checks everything that can prevent the service from working. Changes nothing but the host throttles of sources. Never
 * rejects.
 */
export async function runDoctor({ config, faults, clock, connect, withinMs }: DoctorInput): Promise<Check[]> {
  // Checks that wait for the database or the site need time left after it fails to respond.
  const timeoutMs = withinMs / 2
  const invalidSettings = faultyNames(faults)
  const isMisconfigured = invalidSettings.has('DATABASE_URL')
  const deps = isMisconfigured ? Promise.reject(new Error()) : connect()
  const facts = withTimeout(timeoutMs, deps.then(factsOf)).catch((error) => {
    throw wrapIfUnavailable(error)
  })
  const missing = facts.then(async () => pendingMigrations((await deps).db))
  const hasTables = missing.then(
    ({ length }) => length === 0,
    () => false,
  )
  const site = probeSite(config, timeoutMs / 2)
  const database = facts.then(
    () => undefined,
    () => (isMisconfigured ? 'DATABASE_URL is wrong: see settings' : 'the database does not respond'),
  )
  const tables = database.then(
    async (why) => why ?? ((await hasTables) ? undefined : 'the database is missing migrations'),
  )
  const context = { config, clock, facts, deps, hasTables, site, timeoutMs }
  const unavailable = { database, tables }
  const checks = await runChecks(doctorChecks(context), { invalidSettings, unavailable, withinMs })
  return [...settingsChecks(config, faults), ...checks]
}

const factsOf = async ({ db, databaseUrl }: Deps): Promise<DatabaseFacts & { locksHold: boolean }> => ({
  ...(await databaseFacts(db)),
  locksHold: await supportsSessionLocks(databaseUrl),
})

const SITE = ['BASE_URL', 'APP_SECRET', 'HOST', 'PORT']
const SMTP = ['SMTP_URL', 'SMTP_USER', 'SMTP_PASSWORD', 'MAIL_FROM']
const DKIM = ['DKIM_DOMAIN', 'DKIM_SELECTOR', 'DKIM_KEY_FILE', 'MAIL_FROM']
const RETURNS = ['BOUNCE_DOMAIN', 'BOUNCE_LMTP', 'BOUNCE_SMTP', 'BOUNCE_IMAP']

/** All checks but those of the settings, in the order in which they are shown. */
function doctorChecks(context: DoctorContext): CheckDefinition[] {
  const { config, clock, facts, deps, hasTables, site, timeoutMs } = context
  const database = async () => (await deps).db
  return [
    {
      name: 'database',
      settings: ['DATABASE_URL'],
      run: () => facts.then(checkDatabase, unreachableDatabase),
    },
    {
      name: 'migrations',
      needs: 'database',
      run: async () => checkMigrations(await pendingMigrations(await database())),
    },
    {
      name: 'clock',
      needs: 'database',
      run: async () =>
        config.CLOCK_NOW
          ? skipped('CLOCK_NOW is set')
          : checkClock(((await facts).now.getTime() - clock.now().getTime()) / 1000),
    },
    { name: 'site', settings: SITE, run: async () => checkSite(await site) },
    {
      name: 'https',
      settings: SITE,
      run: async () => checkCertificate(await site, config.production, clock.now()),
    },
    {
      name: 'proxy',
      settings: [...SITE, 'TRUST_PROXY'],
      run: async () => checkProxy(await site, config.TRUST_PROXY),
    },
    { name: 'mail server', settings: SMTP, run: () => checkMailServer(context, timeoutMs) },
    { name: 'dkim', settings: DKIM, run: () => checkDkim(config) },
    { name: 'returns', settings: RETURNS, run: () => checkBounceIntake(config, timeoutMs) },
    {
      name: 'sending',
      settings: ['SENDING', 'RAMP_UP_SINCE'],
      needs: 'tables',
      run: async () => checkSending(await readSendingState(await deps)),
    },
    ...sourceChecks(context),
    { name: 'health', needs: 'tables', run: async () => checkHealth(await deps) },
    {
      name: 'disk',
      settings: ['DATA_DIR'],
      run: () => checkDisk(config.DATA_DIR, freeBytes(config.DATA_DIR)),
    },
    {
      name: 'secrets',
      settings: ['APP_SECRET', 'SUPPRESSION_KEY'],
      run: async () => {
        const isDifferentKey = (await hasTables) && (await isKeyDifferent(await deps))
        const missing = (await hasTables) ? await secretMissingHere(await deps) : undefined
        return checkSecrets(config, { isDifferentKey, missing, dotEnvMode: fileMode('.env') })
      },
    },
    {
      name: 'operator',
      settings: ['OPERATOR_EMAIL'],
      run: () => checkOperatorEmail(config.OPERATOR_EMAIL),
    },
  ]
}

/** What the rows of the service say is wrong, a line for each condition that holds. */
async function checkHealth(deps: Deps): Promise<CheckResult | Check[]> {
  const { lanes } = await deliverySummary(deps)
  const problems = findProblems(await readHealthFacts(deps, lanes))
  if (problems.length === 0)
    return ok('nothing is wrong: delivery, schedule, worker, dates, bounces and sources')
  return problems.map(({ condition: { name: check, state }, sentence: found, fix }) => ({
    check,
    state,
    found,
    fix,
  }))
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
