import type { DatabaseOrTransaction } from '../core/database/database.ts'
import { parseQuery } from '../queries/language/parse-query.ts'
import { GRAMMAR_VERSION, type Query } from '../queries/query.ts'

/** A query's id, its tree, and its text if another version of the grammar parsed it. */
type Row = [id: number, tree: Query, text: string | null]

const AT_ONCE = 2_000

/** Returns queries by their ids. */
export async function readQueries(
  db: DatabaseOrTransaction,
  ids: readonly number[],
): Promise<Map<number, Query>> {
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
function currentTree(tree: Query, text: string | null): Query {
  if (text === null) return tree
  try {
    return parseQuery(text)
  } catch {
    return tree
  }
}
