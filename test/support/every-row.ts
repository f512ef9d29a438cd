import type { Database } from '../../src/core/database/database.ts'

/** Every row of every table of every schema that is not Postgres's own, as "schema.table: row". */
export async function everyRow(db: Database): Promise<string[]> {
  const tables = await db.$queryRaw<{ name: string }[]>`
    select format('%I.%I', table_schema, table_name) as name from information_schema.tables
    where table_type = 'BASE TABLE' and table_schema not in ('pg_catalog', 'information_schema') order by 1`
  const rows: string[] = []
  for (const { name } of tables) {
    const found = await db.$queryRawUnsafe<{ row: string }[]>(`select t::text as row from ${name} t`)
    rows.push(...found.map(({ row }) => `${name}: ${row}`))
  }
  return rows
}
