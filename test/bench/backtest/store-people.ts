import type pg from 'pg'
import { GRAMMAR_VERSION } from '../../../src/queries/query.ts'
import { drawPeople, typedTrees } from '../../support/accuracy/people.ts'

/** Stores so many subscribers who are due at 08:00 UTC on every day, each with 1 to 5 topics. */
export async function storePeople(client: pg.Client, count: number): Promise<void> {
  const { queries, starts, topics } = drawPeople(count, typedTrees())
  await client.query(
    `insert into query (id, text, tree, grammar) select n, 'query ' || n, tree::jsonb, ${GRAMMAR_VERSION}
     from unnest($1::text[]) with ordinality as u(tree, n)`,
    [queries.map((tree) => JSON.stringify(tree))],
  )
  await client.query(`
    insert into subscriber (id, address, address_key, address_hash, state, zone, hour, days, max_papers, created_at, confirmed_at, start_date)
    select 's' || n, 'reader.' || n || '@university.example', 'reader.' || n || '@university.example', md5(n::text) || md5('x' || n),
      'active', 'UTC', 8, '{mon,tue,wed,thu,fri,sat,sun}', 15, '2026-11-23', '2026-11-23', '2026-11-24'
    from generate_series(0, ${count - 1}) n`)
  const rows = Array.from({ length: count }, (_, i) =>
    [...topics.subarray(starts[i], starts[i + 1])].map((query, position) => [i, position, query + 1]),
  ).flat()
  await client.query(
    `insert into topic (subscriber_id, position, name, query_id)
     select 's' || s, p, 'topic ' || p, q from unnest($1::int[], $2::int[], $3::int[]) as u(s, p, q)`,
    [0, 1, 2].map((column) => rows.map((row) => row[column])),
  )
  await client.query('analyze subscriber, topic, query')
}

/** As if nothing had been planned. */
export const forgetPlans = (client: pg.Client): Promise<unknown> =>
  client.query('truncate plan, digest, message, batch restart identity cascade')
