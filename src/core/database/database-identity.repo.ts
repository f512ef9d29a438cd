import type { Database } from './database.ts'

// SQL by hand: reports about the server.

const UNKNOWN = '-'

/**
 * Distinguishes this database from a copy that was restored from a dump: "server/database/table", each a number, "-" if
 * the server does not reveal its identifier. A copy of the server's files has the same three: see databaseTimeline. The
 * table is the one that stores this: a migration may replace others by partitioned ones.
 */
export async function databaseIdentity(db: Database): Promise<string> {
  const [own] = await db.$queryRaw<{ database: string; table: string; maySee: boolean }[]>`
    select d.oid::text as database, 'switch'::regclass::oid::text as table,
      has_function_privilege('pg_control_system()', 'execute') as "maySee"
    from pg_database d where d.datname = current_database()`
  return [own!.maySee ? await systemIdentifierOf(db) : UNKNOWN, own!.database, own!.table].join('/')
}

async function systemIdentifierOf(db: Database): Promise<string> {
  const [row] = await db.$queryRaw<{ id: string }[]>`
    select system_identifier::text as id from pg_control_system()`
  return row!.id
}

/**
 * The server's timeline, which changes when a standby is promoted and after point-in-time recovery; null on a standby
 * and on a server that does not reveal it.
 */
export async function databaseTimeline(db: Database): Promise<string | null> {
  const [row] = await db.$queryRaw<{ timeline: string | null }[]>`
    select database_timeline()::text as timeline`
  return row!.timeline
}

/** Whether both may be the same database. An unknown part matches anything. */
export function isSameDatabase(one: string, other: string): boolean {
  const parts = other.split('/')
  return one.split('/').every((part, i) => part === parts[i] || part === UNKNOWN || parts[i] === UNKNOWN)
}
