import pg from 'pg'

/**
 * Runs `work` while this session holds a lock of Postgres, which ends with the connection. Does nothing if another
 * session holds it.
 */
export async function ifUnlocked(url: string, key: number, work: () => Promise<void>): Promise<void> {
  const client = new pg.Client({ connectionString: url, application_name: 'daily-papers lock' })
  client.on('error', () => {}) // its queries reject
  await client.connect()
  try {
    const { rows } = await client.query('select pg_try_advisory_lock($1) as taken', [key])
    if (rows[0].taken) await work()
  } finally {
    await client.end()
  }
}
