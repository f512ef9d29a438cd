import type { Database } from './database.ts'

// SQL by hand: reports about the server.

export interface DatabaseFacts {
  /** "17.4" */
  version: string
  major: number
  encoding: string
  fsync: boolean
  fullPageWrites: boolean
  synchronousCommit: string
  /** True for a standby, and if default_transaction_read_only is set. */
  readOnly: boolean
  bytes: number
  connections: number
  mostConnections: number
  now: Date
}

export async function databaseFacts(db: Database): Promise<DatabaseFacts> {
  const [row] = await db.$queryRaw<[Omit<DatabaseFacts, 'version' | 'major'> & { number: number }]>`
    select current_setting('server_version_num')::int as number,
      pg_encoding_to_char(encoding) as encoding,
      current_setting('fsync')::boolean as fsync,
      current_setting('full_page_writes')::boolean as "fullPageWrites",
      current_setting('synchronous_commit') as "synchronousCommit",
      pg_is_in_recovery() or current_setting('default_transaction_read_only')::boolean as "readOnly",
      pg_database_size(oid)::float8 as bytes,
      (select count(*)::int from pg_stat_activity where backend_type = 'client backend') as connections,
      current_setting('max_connections')::int as "mostConnections",
      clock_timestamp() as now
    from pg_database where datname = current_database()`
  const { number, ...facts } = row
  const major = Math.floor(number / 10_000)
  return { ...facts, major, version: `${major}.${number % 10_000}` }
}

/**
 * Whether writes would persist now: false for a standby; rejects if the disk is full. Exporting a snapshot tests the
 * disk because it creates a file, which is deleted when the statement ends; a row might fit into an existing page.
 */
export async function acceptsWrites(db: Database): Promise<boolean> {
  const [row] = await db.$queryRaw<[{ readOnly: boolean }]>`
    select pg_export_snapshot(), current_setting('transaction_read_only')::boolean as "readOnly"`
  return !row.readOnly
}
