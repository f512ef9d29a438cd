import type { Database } from '../core/database/database.ts'

/** A query whose stored tree is from an older grammar. */
export interface OutdatedQuery {
  id: number
  text: string
}

/** Queries with a higher id than `after` whose tree is from an older grammar, by id. */
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
  /** Null if the text can no longer be parsed; the stored tree then stays. */
  tree: object | null
}

/**
 * Stores trees with the version of their grammar, and returns how many. Skips rows that another transaction has locked
 * or changed: saving a topic parses its query anyway.
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
