import type { Database } from '../../src/core/database/database.ts'

/**
 * A checksum of every row of each table of the program: equal before and after if nothing changed. Rate limits of
 * searches are left out: many pages count as a search.
 */
export async function checksums(db: Database): Promise<Record<string, string>> {
  const tables = await db.$queryRaw<{ name: string }[]>`
    select table_name as name from information_schema.tables
    where table_schema = 'public' and table_type = 'BASE TABLE' order by 1`
  const each = tables.map(
    ({ name }) => `select '${name}' as name,
      count(*) || ':' || md5(coalesce(string_agg(t::text, '|' order by t::text), '')) as sum from "${name}" t ${name === 'bucket' ? `where key not like 'search %'` : ''}`,
  )
  const rows = await db.$queryRawUnsafe<{ name: string; sum: string }[]>(each.join(' union all '))
  return Object.fromEntries(rows.map(({ name, sum }) => [name, sum]))
}
