import type { Config } from '../config/config.ts'
import { cliCommand } from '../core/cli-command.ts'
import type { Role } from './service.ts'

/** What a person at a terminal reads before the log: where the site will be. */
export function startLine(
  { BASE_URL, HOST, PORT }: Pick<Config, 'BASE_URL' | 'HOST' | 'PORT'>,
  roles: readonly Role[],
  hasAdmin: boolean,
): string {
  const log = 'The log follows, one JSON object per line.'
  if (!roles.includes('web')) return `Daily Papers starts without a site, as ${roles.join(' and ')}. ${log}`
  const admin = hasAdmin
    ? `the admin pages at ${BASE_URL}/admin`
    : 'no admin pages, because ADMIN_PASSWORD is not set'
  const host = HOST.includes(':') ? `[${HOST}]` : HOST
  const listens = new URL(BASE_URL).port === String(PORT) ? '' : ` It listens on ${host}:${PORT}.`
  return `Daily Papers starts at ${BASE_URL}, with ${admin}.${listens} ${log}`
}

/** What a person reads once the service has stopped, if its database goes on. */
export const stopLine = ({ DATABASE_URL }: Pick<Config, 'DATABASE_URL'>): string | undefined =>
  DATABASE_URL === 'embedded'
    ? `The embedded Postgres still runs, for your commands. To stop it: ${cliCommand('db stop')}`
    : undefined
