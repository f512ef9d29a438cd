import type { Database } from '../core/database/database.ts'

/** A query whose tree an older grammar made. */
export interface OutdatedQuery {
  id: number
  text: string
}

/** Queries above an id that an older grammar read, by id. */
export const outdatedQueries = (
  db: Database,
  { after, grammar, most }: { after: number; grammar: number; most: number },
): Promise<OutdatedQuery[]> =>
  db.query.findMany({
    where: { id: { gt: after }, grammar: { lt: grammar } },
    select: { id: true, text: true },
    orderBy: { id: 'asc' },
    take: most,
  })

export interface ReparsedQuery {
  id: number
  /** Null where the text cannot be read any more: what it was read as stays. */
  tree: object | null
}

/**
 * Stores trees under the number of their grammar; returns how many. Rows that somebody else holds or has changed
 * meanwhile are left alone: whoever saves a topic reads its query anew.
 */
export async function storeTrees(
  db: Database,
  { queries, grammar }: { queries: readonly ReparsedQuery[]; grammar: number },
): Promise<number> {
  const trees = JSON.stringify(queries)
  return db.$executeRaw`
    with free as (
      select query.id, anew.tree from query join jsonb_to_recordset(${trees}::jsonb) as anew(id int, tree jsonb)
        on anew.id = query.id
      where query.grammar < ${grammar} order by query.id for no key update of query skip locked)
    update query set tree = coalesce(nullif(free.tree, 'null'::jsonb), query.tree), grammar = ${grammar}
    from free where query.id = free.id`
}
