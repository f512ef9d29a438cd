import { existsSync, statfsSync, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Config, DEVELOPMENT_SECRET } from '../../config/config.ts'
import { cliCommand } from '../../core/cli-command.ts'
import { type Clock, tryWithTimeout } from '../../core/clock.ts'
import { addDays, dayOf, HOUR_MS } from '../../core/dates.ts'
import type { Deps } from '../../core/deps.ts'
import { errorText, Fault } from '../../core/errors.ts'
import { silentLog } from '../../core/log.ts'
import { createFetchClient } from '../../sources/fetch-client.ts'
import { baseUrlsIn } from '../../sources/registry.ts'
import type { Source } from '../../sources/source.ts'
import { quantity } from '../operations/text-table.ts'
import { type CheckResult, combineResults, ok, warning, wrong } from './check.ts'
import type { Liveness } from './liveness.repo.ts'

const GB = 1024 ** 3
const LOW_SPACE_BYTES = 2 * GB
const NO_SPACE_BYTES = GB / 4

/** `free`: bytes that this process may still write. */
export function checkDisk({ folder, free }: { folder: string; free: number }): CheckResult {
  const found = `${(free / GB).toFixed(1)} GB free at ${folder}`
  const fix = `Make room; ${cliCommand('prune')} deletes data older than KEEP_DAYS.`
  if (free < NO_SPACE_BYTES) return wrong(found, fix)
  return free < LOW_SPACE_BYTES ? warning(found, fix) : ok(found)
}

const FEW_CHARACTERS = 10
const hasFewCharacters = (text: string): boolean => new Set(text).size < FEW_CHARACTERS
const NEW_SECRET = 'openssl rand -base64 32'

interface SecretsInput {
  appSecrets: string[]
  suppressionKey: string
  /** Mode of the .env file, if it exists. */
  dotEnvMode?: number
  /** The database was created with another SUPPRESSION_KEY. */
  isDifferentKey: boolean
}

export function checkSecrets(seen: SecretsInput): CheckResult {
  const { appSecrets, suppressionKey, dotEnvMode = 0, isDifferentKey } = seen
  const newest = Buffer.byteLength(appSecrets[0] ?? '')
  const older = appSecrets.length > 1 ? ` (and ${appSecrets.length - 1} older)` : ''
  const forDevelopment = [...appSecrets, suppressionKey].includes(DEVELOPMENT_SECRET)
  const found = `APP_SECRET ${newest} bytes${older}, SUPPRESSION_KEY ${Buffer.byteLength(suppressionKey)} bytes`
  return combineResults(found, [
    isDifferentKey &&
      wrong(
        'SUPPRESSION_KEY is not the one this database was created with',
        'Set the original SUPPRESSION_KEY again: it is in your backup.',
      ),
    forDevelopment &&
      warning(
        'a secret is the public one for development',
        `APP_SECRET and SUPPRESSION_KEY from: ${NEW_SECRET}`,
      ),
    !forDevelopment &&
      appSecrets.includes(suppressionKey) &&
      warning(
        'both are the same, so they cannot be changed separately',
        `APP_SECRET=new,old with a new one from: ${NEW_SECRET}`,
      ),
    [...appSecrets, suppressionKey].some(hasFewCharacters) &&
      warning('a secret has too few different characters', `Create secrets with: ${NEW_SECRET}`),
    dotEnvMode & 0o077 && warning('other users on this machine can read .env', 'chmod 600 .env'),
  ])
}

const COMMON = /passwor[dt]|12345|qwert|letmein|admin|daily.?papers/i

export function checkAdminAccess({ password, token }: { password?: string; token?: string }): CheckResult {
  const found = [
    password ? 'pages behind ADMIN_PASSWORD' : 'no admin pages',
    token ? 'API behind API_TOKEN' : 'no API',
  ]
  const isWeak =
    password !== undefined && (COMMON.test(password) || new Set(password).size < FEW_CHARACTERS - 2)
  return combineResults(found.join(', '), [
    isWeak && warning('ADMIN_PASSWORD is easy to guess', 'ADMIN_PASSWORD from: openssl rand -base64 15'),
    token !== undefined &&
      hasFewCharacters(token) &&
      warning('API_TOKEN is easy to guess', `API_TOKEN from: ${NEW_SECRET}`),
  ])
}

const ALIVE_WITHIN_MS = 3 * 60_000

/** One tick and one nudge are due every minute. */
export function checkWorker({
  tick,
  waitsSeconds,
  now,
}: Omit<Liveness, 'waitsSince'> & { now: Date }): CheckResult {
  const fix =
    'npm start, systemctl start daily-papers, or docker compose up -d; with --roles, one process needs schedule and one needs worker.'
  if (!tick)
    return wrong(
      'no process with the role schedule has run yet',
      `${fix} If you started it less than a minute ago, run this again.`,
    )
  if (now.getTime() - tick.getTime() > ALIVE_WITHIN_MS)
    return wrong(`no tick since ${tick.toISOString()}`, fix)
  const waitsMs = (waitsSeconds ?? 0) * 1000
  if (waitsMs > ALIVE_WITHIN_MS)
    return wrong(
      `the schedule is running, but no worker has for ${quantity(Math.floor(waitsMs / 60_000), 'minute')}`,
      fix,
    )
  return ok('schedule and worker are running')
}

export const checkOperatorEmail = (email: string | undefined): CheckResult =>
  email
    ? ok('alerts go to OPERATOR_EMAIL')
    : warning('no one is alerted when something breaks', 'OPERATOR_EMAIL=an address that someone reads')

interface SourceCheckInput {
  probe: SourceProbe
  /** Undefined if the database does not respond. */
  last?: { fetchedAt: Date | null; fault: string | null }
  now: Date
}

const STALE_AFTER_HOURS = 36
const OK = 200
const TOO_MANY = 429

export function checkSource({ probe, last, now }: SourceCheckInput): CheckResult {
  const hours = last?.fetchedAt ? Math.floor((now.getTime() - last.fetchedAt.getTime()) / HOUR_MS) : 0
  return combineResults(sinceText(last, hours), [
    checkResponse(probe),
    hours > STALE_AFTER_HOURS &&
      warning('no papers arrive', `${cliCommand('sources status')}, and check the log.`),
    last?.fault ? warning(`the last fetch failed (${last.fault})`, cliCommand('sources status')) : undefined,
  ])
}

function sinceText(last: SourceCheckInput['last'], hours: number): string {
  if (!last) return 'the database cannot say when it was last fetched'
  return last.fetchedAt ? `last successful fetch ${quantity(hours, 'hour')} ago` : 'never fetched yet'
}

function checkResponse(answer: SourceProbe): CheckResult {
  if (typeof answer === 'object') return ok(heldText(answer.heldSeconds))
  if (answer === OK) return ok('answers')
  if (answer === TOO_MANY) return warning('rate limited (429)', 'Nothing to do: it is retried later.')
  return wrong(
    typeof answer === 'number' ? `returns ${answer}` : `does not respond: ${answer}`,
    'Allow this machine to reach it on port 443; for a proxy, set HTTPS_PROXY and NODE_USE_ENV_PROXY=1.',
  )
}

/** Longer than any request, which holds the host throttle until it ends. */
const LONG_HELD_SECONDS = 300

const heldText = (seconds: number): string =>
  seconds > LONG_HELD_SECONDS
    ? `not checked: rate limited for ${quantity(Math.ceil(seconds / 60), 'minute')} more`
    : 'not checked: another process is fetching from it now'

export const misspelledSetting = (what: string): CheckResult =>
  warning(what, 'Correct its name as in .env.example, or remove it from .env.')

export const checkReadSettings = ({
  production,
  adjusted,
  misspelt,
}: Pick<Config, 'production' | 'adjusted' | 'misspelt'>): CheckResult =>
  combineResults(production ? 'complete, for production' : 'complete', [
    !production && warning('not for production: nothing is required', 'NODE_ENV=production'),
    ...adjusted.map((what) => warning(what, 'Set it in .env to what it counts as, or more.')),
    ...misspelt.map(misspelledSetting),
  ])

/** Bytes that this process may write in a folder, or in its nearest existing parent. */
export function freeBytes(folder: string): number {
  const path = resolve(folder)
  if (!existsSync(path)) return freeBytes(dirname(path))
  const { bavail, bsize } = statfsSync(path)
  return bavail * bsize
}

/** Permission bits; undefined if the file does not exist. */
export function fileMode(file: string): number | undefined {
  return statSync(file, { throwIfNoEntry: false })?.mode
}

/**
 * Status code of a request made now, the error if there was no response, or for how long its host throttle is still
 * held.
 */
export type SourceProbe = number | string | { heldSeconds: number }

interface ProbeContext {
  config: Config
  clock: Clock
  /** Rejects if the database does not respond. */
  deps: Promise<Deps>
  hasTables: Promise<boolean>
  timeoutMs: number
}

/** Sends one small request to a source, as the service does. Never rejects. */
export async function probeSource(context: ProbeContext, source: Source): Promise<SourceProbe> {
  const { config, clock, timeoutMs } = context
  const day = addDays(dayOf(clock.now()), -1)
  const { request } = createFetchClient({
    db: source.fetchPolicy.gapMs > 0 ? await gateOf(context) : undefined,
    log: silentLog,
    source: source.name,
    day,
    fetchPolicy: { ...source.fetchPolicy, timeoutMs },
    contact: config.OPERATOR_EMAIL ?? config.BASE_URL,
    wait: sleep,
    singleAttempt: { turnMs: timeoutMs / 2 },
  })
  const url = source.probe(baseUrlsIn(config), day)
  return request({ url, accept: '*/*' }, ({ status }) => status).catch(probeOfError)
}

/** The database with the host throttles; undefined if it does not confirm in time that it has them. */
async function gateOf({ deps, hasTables, timeoutMs }: ProbeContext) {
  return (await tryWithTimeout(timeoutMs / 4, hasTables)) ? (await deps).db : undefined
}

function probeOfError(error: unknown): SourceProbe {
  if (!(error instanceof Fault)) return errorText(error)
  const { status, what, seconds } = error.values
  if (error.code === 'source.held') return { heldSeconds: Number(seconds) }
  return typeof status === 'number' ? status : String(what ?? error.message)
}
