import { existsSync, statfsSync, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { type Config, DEVELOPMENT_SECRET } from '../../config/config.ts'
import { cliCommand } from '../../core/cli-command.ts'
import type { DatabaseFacts } from '../../core/database/database-facts.repo.ts'
import { errorText } from '../../core/errors.ts'
import { type CheckResult, ok, warning, wrong } from '../../operator/health/feature-check.ts'
import {
  MISSING_SECRET_FIX,
  type MissingSecret,
  missingSecretSentence,
} from '../../operator/health/missing-secret.ts'
import { quantity } from '../../operator/operations/text-table.ts'
import { combineResults } from './check.ts'

const OLDEST_POSTGRES = 15
const MB = 1024 * 1024
const MAX_CONNECTIONS_SHARE = 0.9
const MORE_CONNECTIONS = 'Raise max_connections in postgresql.conf.'

export function checkDatabase(facts: DatabaseFacts & { locksHold: boolean }): CheckResult {
  const { version, encoding, bytes, connections, mostConnections } = facts
  const found = `PostgreSQL ${version}, ${encoding}, ${Math.ceil(bytes / MB)} MB, ${connections} of ${mostConnections} connections`
  return combineResults(found, [
    facts.major < OLDEST_POSTGRES &&
      wrong(`too old`, `Move to PostgreSQL ${OLDEST_POSTGRES} or newer: pg_dump, then pg_restore there.`),
    encoding !== 'UTF8' &&
      wrong(
        'cannot store every character',
        'createdb --encoding=UTF8 --template=template0 NAME, and move there with pg_dump.',
      ),
    !facts.fsync && wrong('fsync is off: a power cut destroys it', turnOn('fsync')),
    !facts.fullPageWrites && wrong('full_page_writes is off', turnOn('full_page_writes')),
    facts.synchronousCommit === 'off' &&
      wrong('synchronous_commit is off: after a crash, emails are sent twice', turnOn('synchronous_commit')),
    !facts.locksHold &&
      wrong(
        'a pooler in transaction mode is in between, which breaks locks',
        'Point DATABASE_URL past the pooler, or set pool_mode = session there: docs/recipes/postgres.md',
      ),
    facts.readOnly && wrong('read-only', 'Point DATABASE_URL to the primary server, not a standby.'),
    connections >= mostConnections * MAX_CONNECTIONS_SHARE &&
      warning('few connections left', MORE_CONNECTIONS),
  ])
}

const turnOn = (setting: string): string => `alter system set ${setting} = 'on', and reload.`

const DATABASE_FIXES: [RegExp, string][] = [
  [/ENOTFOUND|EAI_AGAIN/, 'Check the host in DATABASE_URL: it cannot be resolved here.'],
  [
    /password|authentication|pg_hba|role/i,
    'Check the user and password in DATABASE_URL, and pg_hba.conf on the server.',
  ],
  [/database .* does not exist/i, 'createdb NAME, with the name in DATABASE_URL.'],
  [
    /certificate|self.signed|SSL/i,
    'DATABASE_URL: …?sslmode=verify-full&sslrootcert=/path/ca.pem, see docs/recipes/postgres.md',
  ],
  [/too many|remaining connection/i, MORE_CONNECTIONS],
]

export function unreachableDatabase(error: unknown): CheckResult {
  const text = errorText(error)
  const what = text.match(/Message: `(.*)`/s)?.[1] ?? text // Prisma wraps the server's message
  const fix = DATABASE_FIXES.find(([pattern]) => pattern.test(what))?.[1]
  return wrong(
    what,
    fix ?? 'Start PostgreSQL (systemctl start postgresql), or check the host and port in DATABASE_URL.',
  )
}

export function checkMigrations(missing: string[]): CheckResult {
  const [first] = missing
  if (!first) return ok('up to date')
  return wrong(
    `${quantity(missing.length, 'migration')} missing, the first is ${first}`,
    cliCommand('db migrate'),
  )
}

const WARNING_SECONDS = 5
const WRONG_SECONDS = 60

/** `seconds`: how far the database's clock is ahead of ours. */
export function checkClock(seconds: number): CheckResult {
  const apart = Math.abs(seconds)
  const rounded = apart < 1 ? 'less than a second' : quantity(Math.round(apart), 'second')
  const found = `${rounded} between this machine and the database`
  const fix = 'Synchronize both clocks with NTP: timedatectl set-ntp true'
  return combineResults(found, [
    apart >= WRONG_SECONDS && wrong('the clocks differ', fix),
    apart >= WARNING_SECONDS && apart < WRONG_SECONDS && warning('the clocks differ', fix),
  ])
}

const GB = 1024 ** 3
const LOW_SPACE_BYTES = 2 * GB
const NO_SPACE_BYTES = GB / 4

/** `free`: bytes that this process may still write. */
export function checkDisk(folder: string, free: number): CheckResult {
  const found = `${(free / GB).toFixed(1)} GB free at ${folder}`
  const fix = `Make room; ${cliCommand('prune')} deletes data older than KEEP_DAYS.`
  if (free < NO_SPACE_BYTES) return wrong(found, fix)
  return free < LOW_SPACE_BYTES ? warning(found, fix) : ok(found)
}

/** `dotEnvMode`: of the .env file, if it exists. `missing`: a secret that running processes have and this command lacks. */
export function checkSecrets(
  { APP_SECRET: appSecrets, SUPPRESSION_KEY: suppressionKey }: Pick<Config, 'APP_SECRET' | 'SUPPRESSION_KEY'>,
  {
    isDifferentKey,
    missing,
    dotEnvMode = 0,
  }: { isDifferentKey: boolean; missing?: MissingSecret; dotEnvMode?: number },
): CheckResult {
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
    missing && warning(missingSecretSentence(missing), MISSING_SECRET_FIX),
    forDevelopment &&
      warning(
        'a secret is the public one for development',
        'APP_SECRET and SUPPRESSION_KEY from: openssl rand -base64 32',
      ),
    !forDevelopment &&
      appSecrets.includes(suppressionKey) &&
      warning(
        'both are the same, so they cannot be changed separately',
        'APP_SECRET=new,old with a new one from: openssl rand -base64 32',
      ),
    dotEnvMode & 0o077 && warning('other users on this machine can read .env', 'chmod 600 .env'),
  ])
}

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
