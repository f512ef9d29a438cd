import { randomInt } from 'node:crypto'
import pg from 'pg'

const MAX_KEY = 2 ** 31 - 1

/**
 * Whether a lock of one session excludes another session, which migrations need. False behind a pooler that gives each
 * statement to any free session. Rejects if the database does not respond.
 */
export async function supportsSessionLocks(url: string): Promise<boolean> {
  const key = randomInt(MAX_KEY)
  const [one, another] = [new pg.Client({ connectionString: url }), new pg.Client({ connectionString: url })]
  for (const client of [one, another]) client.on('error', () => {}) // its queries reject
  try {
    await Promise.all([one.connect(), another.connect()])
    await one.query('select pg_advisory_lock($1)', [key])
    const { rows } = await another.query('select pg_try_advisory_lock($1) as taken', [key])
    if (rows[0].taken) await another.query('select pg_advisory_unlock($1), pg_advisory_unlock($1)', [key])
    return !rows[0].taken
  } finally {
    await Promise.allSettled([one.end(), another.end()])
  }
}
