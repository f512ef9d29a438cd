import pRetry from 'p-retry'
import pg from 'pg'
import { afterAll, beforeAll, inject } from 'vitest'
import { type Database, type OpenDatabase, openDatabase } from '../../src/core/database/database.ts'
import { silentLog } from '../../src/core/log.ts'
import { dropArchive } from '../../src/search/open-archive.ts'

let counter = 0

/** A database of its own for a test file, copied from the migrated template. Use `.db` and `.url` inside tests. */
export function useDatabase(): { readonly db: OpenDatabase['db']; readonly url: string } {
  let open: OpenDatabase
  let name: string
  beforeAll(async () => {
    name = `test_${process.pid}_${counter++}`
    await onServer(`create database ${name} template template_migrated strategy file_copy`)
    open = openDatabase(
      Object.assign(new URL(inject('postgresUrl')), { pathname: `/${name}` }).href,
      silentLog,
    )
  })
  afterAll(async () => {
    await open.close()
    await onServer(`drop database ${name} with (force)`)
  })
  return {
    get db() {
      return open.db
    },
    get url() {
      return open.url
    },
  }
}

// Copying a template fails while another file copies it: they wait for each other.
async function onServer(sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: inject('postgresUrl') })
  await client.connect()
  try {
    await client.query('select pg_advisory_lock(1)')
    await client.query(sql)
  } finally {
    await client.end()
  }
}

const DEADLOCK = /40P01/

/** Empties every table of the program. A query of the test before may still run. */
export async function emptyTables(db: Database): Promise<void> {
  dropArchive(db)
  await pRetry(() => db.$executeRawUnsafe(EMPTY), {
    retries: 3,
    shouldRetry: ({ error }) => DEADLOCK.test(error.message),
  })
}

/**
 * Most tables have no rows, or few: deleting them takes 5 ms, where TRUNCATE makes new files for each table and index
 * (200 ms). The locks wait for transactions that are still open; `replica` is for triggers that forbid a deletion.
 */
const EMPTY = `do $$
declare
  one regclass;
  has_rows boolean;
begin
  set local session_replication_role = replica;
  for one in select oid from pg_class
    where relnamespace = 'public'::regnamespace and relkind = 'r' and relname <> '_prisma_migrations' order by oid
  loop
    execute format('lock table %s in access exclusive mode', one);
    execute format('select exists (select from %s)', one) into has_rows;
    if has_rows then execute format('delete from %s', one); end if;
  end loop;
  for one in select oid from pg_class where relnamespace = 'public'::regnamespace and relkind = 'S' loop
    if pg_sequence_last_value(one) is not null then perform setval(one, 1, false); end if;
  end loop;
end $$`
