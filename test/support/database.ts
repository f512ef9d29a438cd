import pRetry from 'p-retry'
import pg from 'pg'
import { afterAll, beforeAll, inject } from 'vitest'
import { type Database, type OpenDatabase, openDatabase } from '../../src/core/database/database.ts'
import { silentLog } from '../../src/core/log.ts'
import { dropArchive } from '../../src/search/open-archive.ts'

let counter = 0

/** A database of its own for a test file, copied from the migrated template. Use `.db` and `.url` inside tests. */
export function useDatabase(): { readonly db: Database; readonly url: string } {
  let open: OpenDatabase
  let name: string
  beforeAll(async () => {
    name = `test_${process.pid}_${counter++}`
    await onServer(`create database ${name} template template_migrated`)
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

/** Empties every table of ours. A look at them that the test before began may still be under way. */
export async function emptyTables(db: Database): Promise<void> {
  dropArchive(db)
  await pRetry(() => truncate(db), { retries: 3, shouldRetry: ({ error }) => DEADLOCK.test(error.message) })
}

async function truncate(db: Database): Promise<void> {
  await db.$executeRawUnsafe(`truncate source_day, source_gate, paper, paper_key, listing, paper_history, subscriber, query, topic, signup, consent,
    suppression, plan, digest, chunk, message, acceptance, attempt, pace, tick, bucket, email_limit, switch, action, notice,
    admin_session, import_run, day_book, report, returned, mailbox_place restart identity cascade`)
}
