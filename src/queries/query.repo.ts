import type { Database } from '../core/database/database.ts'
import { undefinedIfThrown } from '../core/errors.ts'
import { parseQuery } from './language/parse-query.ts'
import { GRAMMAR_VERSION, type Query } from './query.ts'

/** A query whose stored tree is from an older grammar. */
export interface OutdatedQuery {
  id: number
  text: string
}

/** Queries with a higher id than `after` whose tree is from an older grammar, by id. */
export const outdatedQueries = (
  db: Database,
  { after, most }: { after: number; most: number },
): Promise<OutdatedQuery[]> =>
  db.query.findMany({
    where: { id: { gt: after }, grammar: { lt: GRAMMAR_VERSION } },
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
 * A bulk write: stores trees of the current grammar, and returns how many. Skips rows that another transaction has
 * locked or changed: saving a topic parses its query anyway.
 */
export async function storeTrees(db: Database, queries: readonly ReparsedQuery[]): Promise<number> {
  const trees = JSON.stringify(queries)
  return db.$executeRaw`
    with free as (
      select query.id, anew.tree from query join jsonb_to_recordset(${trees}::jsonb) as anew(id int, tree jsonb)
        on anew.id = query.id
      where query.grammar < ${GRAMMAR_VERSION} order by query.id for no key update of query skip locked)
    update query set tree = coalesce(nullif(free.tree, 'null'::jsonb), query.tree), grammar = ${GRAMMAR_VERSION}
    from free where query.id = free.id`
}

/** A query's id, its tree, and its text if another version of the grammar parsed it. */
type Row = [id: number, tree: Query, text: string | null]

const AT_ONCE = 2_000

/** A report: queries by their ids. */
export async function readQueries(db: Database, ids: readonly number[]): Promise<Map<number, Query>> {
  const queries = new Map<number, Query>()
  for (let from = 0; from < ids.length; from += AT_ONCE) {
    // One value for all rows: separate rows take longer to transfer than the trees.
    const [found] = await db.$queryRaw<{ rows: string }[]>`
      select coalesce(json_agg(json_build_array(id, tree, case when grammar <> ${GRAMMAR_VERSION} then text end)), '[]')::text
        as rows
      from query where id = any(${ids.slice(from, from + AT_ONCE)}::int[])`
    for (const [id, tree, text] of JSON.parse(found!.rows) as Row[]) queries.set(id, currentTree(tree, text))
  }
  return queries
}

// The current grammar may reject a text that an older one accepted; then the stored tree still has its meaning.
const currentTree = (tree: Query, text: string | null): Query =>
  (text === null ? undefined : undefinedIfThrown(() => parseQuery(text))) ?? tree
