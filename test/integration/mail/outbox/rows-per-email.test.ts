import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Database, type OpenDatabase, openDatabase } from '../../../../src/core/database/database.ts'
import { silentLog } from '../../../../src/core/log.ts'
import { recordAcceptances } from '../../../../src/mail/outbox/acceptance.repo.ts'
import { leaseBatch } from '../../../../src/mail/outbox/batch.repo.ts'
import { enqueue, mayStillSend, takeMessages } from '../../../../src/mail/outbox/message.repo.ts'
import { useDatabase } from '../../../support/database.ts'
import { addDigests, addSubscribers, goodbye, NOW } from '../../../support/messages.ts'
import { rowsReadBy } from '../../../support/rows-read.ts'

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
    const taking = await rowsReadBy(one.db, async (tx) => {
      const { taken } = await takeMessages(tx, { batch: batch!.id, owner, now: NOW, limit: TAKEN })
      ids = taken.map(({ id }) => id)
    })
    expect(ids).toHaveLength(TAKEN)
    expect(taking).toMatchObject({ digest: TAKEN })

    const checking = await rowsReadBy(one.db, (tx) => mayStillSend(tx, { id: ids[0]!, owner, now: NOW }))
    expect(checking).toMatchObject({ message: 1, subscriber: 1 })

    const accepted = ids.map((messageId) => ({
      ...{ messageId, localDate: '2026-11-24' as const, at: NOW, reply: '250 ok' },
    }))
    const recording = await rowsReadBy(one.db, (tx) => recordAcceptances(tx, accepted))
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
