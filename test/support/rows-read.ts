import type { Database, OpenDatabase } from '../../src/core/database/database.ts'

const rowsRead = (tx: Database) => tx.$queryRaw<{ table: string; rows: number }[]>`
  select relname as table, (seq_tup_read + coalesce(idx_tup_fetch, 0))::int as rows from pg_stat_xact_user_tables
  where relname in ('digest', 'message', 'subscriber')`

/** How many rows of each table the work read, with or without an index; triggers and foreign keys included. */
export async function rowsReadBy(
  db: OpenDatabase['db'],
  work: (tx: Database) => Promise<unknown>,
): Promise<Record<string, number>> {
  return db.$transaction(async (tx) => {
    // Postgres may not have reported the transactions before to its statistics, and counts them here too.
    const before = new Map((await rowsRead(tx)).map(({ table, rows }) => [table, rows]))
    await work(tx)
    const after = await rowsRead(tx)
    return Object.fromEntries(after.map(({ table, rows }) => [table, rows - (before.get(table) ?? 0)]))
  })
}
