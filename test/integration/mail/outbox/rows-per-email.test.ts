import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Database, type OpenDatabase, openDatabase } from '../../../../src/core/database/database.ts'
import { silentLog } from '../../../../src/core/log.ts'
import { recordAcceptances } from '../../../../src/mail/outbox/acceptance.repo.ts'
import { leaseBatch } from '../../../../src/mail/outbox/batch.repo.ts'
import { enqueue, mayStillSend, takeMessages } from '../../../../src/mail/outbox/message.repo.ts'
import { useDatabase } from '../../../support/database.ts'
import { addDigests, addSubscribers, goodbye, NOW } from '../../../support/messages.ts'

const SUBSCRIBERS = 3000
const EARLIER_DAYS = 8
const TAKEN = 10

const database = useDatabase()
let one: OpenDatabase
beforeAll(async () => {
  // Prepared statements belong to a connection.
  one = openDatabase(database.url, silentLog, { connections: 1 })
  await addSubscribers(one.db, SUBSCRIBERS)
  await addEarlierDigests(one.db)
  // The statistics have no digests of the day that is sent, as on each day before Postgres makes new ones.
  await one.db.$executeRaw`analyze`
  const digests = await addDigests(one.db, SUBSCRIBERS)
  const messages = digests.map((digestId, i) => goodbye(i + 1, { kind: 'digest', digestId }))
  await enqueue(one.db, 'bulk', messages)
})
afterAll(() => one.close())

const addEarlierDigests = (db: Database) => db.$executeRaw`
  with earlier as (
    insert into plan (zone, hour, days, local_date, due_at, max_paper_id, due)
    select 'UTC', 8, 'mon', ${NOW}::date - n, ${NOW}, 1, ${SUBSCRIBERS} from generate_series(1, ${EARLIER_DAYS}::int) n
    returning id, local_date
  )
  insert into digest (plan_id, subscriber_id, local_date, due_at, outcome, from_paper, to_paper, papers, matched, content,
                      created_at)
  select e.id, s.id, e.local_date, ${NOW}, 'planned', 0, 1, '{1}', 1, '{}', ${NOW} from earlier e, subscriber s`

const rowsRead = (tx: Database) => tx.$queryRaw<{ table: string; rows: number }[]>`
  select relname as table, (seq_tup_read + coalesce(idx_tup_fetch, 0))::int as rows from pg_stat_xact_user_tables
  where relname in ('digest', 'message', 'subscriber')`

/** How many rows of each table the work read, with or without an index; triggers and foreign keys included. */
async function rowsReadBy(work: (tx: Database) => Promise<unknown>): Promise<Record<string, number>> {
  return one.db.$transaction(async (tx) => {
    // Postgres may not have reported the transactions before to its statistics, and counts them here too.
    const before = new Map((await rowsRead(tx)).map(({ table, rows }) => [table, rows]))
    await work(tx)
    const after = await rowsRead(tx)
    return Object.fromEntries(after.map(({ table, rows }) => [table, rows - (before.get(table) ?? 0)]))
  })
}

test('the statements of sending read rows by their ids only, also before Postgres has statistics of the day', async () => {
  const owner = 'ada'
  const batch = await leaseBatch(one.db, {
    lane: 'bulk',
    owner,
    now: NOW,
    leaseSeconds: 45,
    whenUncertain: 'retry',
  })
  // Postgres chooses the plan that it keeps at the sixth time.
  for (let time = 1; time <= 7; time++) {
    let ids: string[] = []
    const taking = await rowsReadBy(async (tx) => {
      const { taken } = await takeMessages(tx, { batch: batch!.id, owner, now: NOW, limit: TAKEN })
      ids = taken.map(({ id }) => id)
    })
    expect(ids).toHaveLength(TAKEN)
    expect(taking).toMatchObject({ digest: TAKEN })

    const checking = await rowsReadBy((tx) => mayStillSend(tx, { id: ids[0]!, owner, now: NOW }))
    expect(checking).toMatchObject({ message: 1, subscriber: 1 })

    const accepted = ids.map((messageId) => ({
      ...{ messageId, localDate: '2026-11-24' as const, at: NOW, reply: '250 ok' },
    }))
    const recording = await rowsReadBy((tx) => recordAcceptances(tx, accepted))
    // The update and the foreign key read each message once.
    expect(recording).toMatchObject({ message: 2 * TAKEN })
  }
  const prepared = await one.db.$queryRaw`
    select name, custom_plans < 7 as kept from pg_prepared_statements
    where name in ('take-messages', 'may-still-send') order by name`
  expect(prepared).toEqual([
    { name: 'may-still-send', kept: true },
    { name: 'take-messages', kept: true },
  ])
})
