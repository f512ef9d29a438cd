import { debianPrograms } from '../support/debian-postgres.ts'
import { noNamespaces } from '../support/network-namespaces.ts'
import { toolPath } from '../support/tools.ts'

const PROGRAMS = ['patroni', 'etcd', 'pgbouncer', 'haproxy']

export const postgresPrograms = () => debianPrograms('pg_rewind', 'psql')

/** Why the drill cannot run here; undefined if it can. */
export function whyNoDrill(): string | undefined {
  const missing = PROGRAMS.filter((name) => !toolPath(name))
  if (!postgresPrograms()) missing.push('postgresql')
  if (missing.length > 0)
    return `${missing.join(', ')} not found (Debian: apt-get install --no-install-recommends patroni python3-etcd etcd-server pgbouncer haproxy postgresql)`
  return noNamespaces()
}
