import { expect, test } from 'vitest'
import { openDatabase } from '../../../../src/core/database/database.ts'
import { DAY_MS } from '../../../../src/core/dates.ts'
import { silentLog } from '../../../../src/core/log.ts'
import { enqueue } from '../../../../src/mail/outbox/message.repo.ts'
import { useDatabase } from '../../../support/database.ts'
import { addDigests, addSubscribers, goodbye, NOW } from '../../../support/messages.ts'
import { rowsReadBy } from '../../../support/rows-read.ts'

const SUBSCRIBERS = 300
const DAYS = 1000
/** Postgres chooses the plan of a foreign key, which the connection keeps, at the sixth message. */
const MESSAGES = 7

const database = useDatabase()

test('a message reads its digest only, also if one subscriber had all digests before', async () => {
  const { db, close } = openDatabase(database.url, silentLog, { connections: 1 })
  await addSubscribers(db, SUBSCRIBERS)
  const earlier = await db.$queryRaw<{ id: number; n: number }[]>`
    with made as (
      insert into plan (zone, hour, days, local_date, due_at, max_paper_id, due)
      select 'UTC', 8, 'mon', ${NOW}::date - n, ${NOW}, 1, 1 from generate_series(1, ${DAYS}::int) n
      returning id, local_date
    )
    insert into digest (plan_id, subscriber_id, local_date, due_at, outcome, from_paper, to_paper, papers, matched, content,
                        created_at)
    select id, 's1', local_date, ${NOW}, 'planned', 0, 1, '{1}', 1, '{}', ${NOW} from made
    returning id, ${NOW}::date - local_date as n`
  await db.$executeRaw`analyze`
  const kind = 'digest'
  await enqueue(
    db,
    'bulk',
    earlier
      .slice(0, MESSAGES)
      .map(({ id: digestId, n }) =>
        goodbye(1, { kind, digestId, dedupe: `day ${n}`, datedAt: new Date(NOW.getTime() - n * DAY_MS) }),
      ),
  )
  const digests = await addDigests(db, SUBSCRIBERS)
  const read = await rowsReadBy(db, (tx) =>
    enqueue(
      tx,
      'bulk',
      digests.map((digestId, i) => goodbye(i + 1, { kind, digestId })),
    ),
  )
  expect(read).toMatchObject({ digest: SUBSCRIBERS })
  await close()
})
