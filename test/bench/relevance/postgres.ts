import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import {
  removeEmbeddedPostgres,
  startEmbeddedPostgres,
} from '../../../src/core/database/embedded-postgres.ts'
import type { Paper } from '../../../src/papers/paper.ts'
import type { Need } from './needs.ts'

export type FoundByPostgres = ReadonlyMap<Need, ReadonlySet<number>>

/** The ids of the papers that Postgres' own full text search finds for each need. */
export async function searchByPostgres(
  papers: readonly Paper[],
  needs: readonly Need[],
): Promise<FoundByPostgres> {
  const folder = join(tmpdir(), `relevance-${process.pid}`)
  const { url, stop } = await startEmbeddedPostgres(folder, { durable: false })
  const client = new pg.Client({ connectionString: url })
  try {
    await client.connect()
    await storePapers(client, papers)
    const found = new Map<Need, Set<number>>()
    for (const need of needs) {
      const { rows } = await client.query<{ id: number }>(
        `select id from paper where words @@ websearch_to_tsquery('english', $1)`,
        [need.typed],
      )
      found.set(need, new Set(rows.map(({ id }) => id)))
    }
    return found
  } finally {
    await client.end()
    await stop()
    await removeEmbeddedPostgres(folder)
  }
}

async function storePapers(client: pg.Client, papers: readonly Paper[]): Promise<void> {
  await client.query('create temp table paper (id int, words tsvector)')
  for (const { id, title, abstract } of papers)
    await client.query(`insert into paper values ($1, to_tsvector('english', $2))`, [
      id,
      `${title} ${abstract}`,
    ])
}
