import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { noNamespaces } from '../support/network-namespaces.ts'
import { toolPath } from '../support/tools.ts'

const VERSIONS = '/usr/lib/postgresql'
const PROGRAMS = ['patroni', 'etcd', 'pgbouncer', 'haproxy']

/** The programs of the newest Postgres of Debian. */
export const postgresPrograms = (): string | undefined =>
  existsSync(VERSIONS)
    ? readdirSync(VERSIONS)
        .sort((a, b) => Number(b) - Number(a))
        .map((version) => join(VERSIONS, version, 'bin'))
        .find((bin) => existsSync(join(bin, 'pg_rewind')) && existsSync(join(bin, 'psql')))
    : undefined

/** Why the drill cannot run here; undefined if it can. */
export function whyNoDrill(): string | undefined {
  const missing = PROGRAMS.filter((name) => !toolPath(name))
  if (!postgresPrograms()) missing.push('postgresql')
  if (missing.length > 0)
    return `${missing.join(', ')} not found (Debian: apt-get install --no-install-recommends patroni python3-etcd etcd-server pgbouncer haproxy postgresql)`
  return noNamespaces()
}

/** Neither Postgres nor PgBouncer runs as root. */
export function postgresUser(): { uid: number; gid: number } {
  const found = readFileSync('/etc/passwd', 'utf8').match(/^postgres:[^:]*:(\d+):(\d+)/m)
  if (!found) throw new Error('there is no user postgres')
  return { uid: Number(found[1]), gid: Number(found[2]) }
}
