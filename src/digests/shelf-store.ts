import { parseQuery } from '../filters/parse-query.ts'
import { GRAMMAR, type Query } from '../filters/query.ts'
import type { Query as QueryRow } from '../generated/prisma/client.ts'
import { papersBetween } from '../papers/paper-store.ts'
import type { DatabaseOrTransaction } from '../platform/database.ts'
import type { Day } from '../platform/dates.ts'
import type { DigestTopic } from './digest-store.ts'
import { matcherOver } from './matcher.ts'
import { type Shelf, shelfOf } from './shelf.ts'

export interface OpenShelf {
  shelf: Shelf
  /** Reads the queries of these topics that are not known yet: the shelf can then be asked about them. */
  learn(db: DatabaseOrTransaction, topics: readonly DigestTopic[]): Promise<void>
}

/** The papers up to the id `upTo` that were first listed on `since` or later. */
export async function openShelf(
  db: DatabaseOrTransaction,
  { since, upTo }: { since: Day; upTo: number },
): Promise<OpenShelf> {
  const papers = await papersBetween(db, { after: 0, upTo, firstDayFrom: since })
  const queries = new Map<number, Query>()
  return {
    shelf: shelfOf(papers, matcherOver(papers, queries)),
    learn: async (db, topics) => {
      const unknown = new Set(topics.map(({ queryId }) => queryId).filter((id) => !queries.has(id)))
      if (unknown.size === 0) return
      for (const [id, tree] of await readQueries(db, [...unknown])) queries.set(id, tree)
    },
  }
}

/** Queries by their ids. */
export async function readQueries(
  db: DatabaseOrTransaction,
  ids: readonly number[],
): Promise<Map<number, Query>> {
  const rows = await db.query.findMany({ where: { id: { in: [...ids] } } })
  return new Map(rows.map((row) => [row.id, treeOf(row)]))
}

// A text that an older grammar could read may be none for this one: then what it was read as still says what was meant.
function treeOf({ text, tree, grammar }: QueryRow): Query {
  const known = tree as unknown as Query
  if (grammar === GRAMMAR) return known
  try {
    return parseQuery(text)
  } catch {
    return known
  }
}
