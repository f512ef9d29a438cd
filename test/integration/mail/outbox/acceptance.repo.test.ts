import { beforeEach, expect, test } from 'vitest'
import type { Database } from '../../../../src/core/database/database.ts'
import { dayOf } from '../../../../src/core/dates.ts'
import { recordAcceptances } from '../../../../src/mail/outbox/acceptance.repo.ts'
import { emptyTables, useDatabase } from '../../../support/database.ts'
import { enqueueGoodbyes, messagesIn, NOW, statesIn } from '../../../support/messages.ts'

const database = useDatabase()
beforeEach(() => emptyTables(database.db))

async function twoAccepted() {
  await enqueueGoodbyes(database.db, 'bulk', 2)
  const messages = await messagesIn(database.db)
  return messages.map(({ id }) => ({ messageId: id, localDate: dayOf(NOW), at: NOW, reply: '250 ok' }))
}

test('an acceptance that is written again after a lost reply of the database is stored once', async () => {
  const accepted = await twoAccepted()
  await recordAcceptances(database.db, accepted.slice(0, 1))
  await recordAcceptances(database.db, accepted, { again: true })
  await recordAcceptances(database.db, accepted, { again: true })
  expect(await database.db.acceptance.count()).toBe(2)
  expect(await statesIn(database.db)).toEqual({ accepted: 2 })
})

test('a second acceptance of the same message at another time is stored too', async () => {
  const [first] = await twoAccepted()
  await recordAcceptances(database.db, [first!])
  await recordAcceptances(database.db, [{ ...first!, at: new Date(NOW.getTime() + 1) }])
  expect(await database.db.acceptance.count()).toBe(2)
})

test('an update that waited for an acceptance does not change the state', async () => {
  const [first] = await twoAccepted()
  const retry = async () =>
    await database.db.message.updateMany({ where: { id: first!.messageId }, data: { state: 'ready' } })
  let retried: Promise<unknown> | undefined
  await database.db.$transaction(async (tx) => {
    await recordAcceptances(tx, [first!])
    retried = retry()
    await untilOneWaits(tx)
  })
  await retried
  await retry()
  expect(await statesIn(database.db)).toEqual({ accepted: 1, ready: 1 })
})

test('acceptances that waited for updates of their messages win', async () => {
  const accepted = await twoAccepted()
  let recorded: Promise<void> | undefined
  await database.db.$transaction(async (tx) => {
    await tx.message.updateMany({ data: { state: 'deferred', attempts: 1 } })
    recorded = recordAcceptances(database.db, accepted)
    await untilOneWaits(tx)
  })
  await recorded
  expect(await statesIn(database.db)).toEqual({ accepted: 2 })
})

test('sending an email changes no column of an index, which would rewrite all indexes of the table', async () => {
  const indexes = await database.db.$queryRaw<{ name: string }[]>`
    select i.indexrelid::regclass::text as name from pg_index i join pg_attribute a on a.attrelid = i.indrelid
    where i.indrelid = 'message'::regclass and a.attname in ('state', 'attempts', 'taken_at', 'taken_by')
      and (a.attnum = any(i.indkey) or pg_get_indexdef(i.indexrelid) ~ ('\\m' || a.attname || '\\M'))`
  expect(indexes).toEqual([])
})

/** Until another statement waits for this transaction. */
async function untilOneWaits(db: Database): Promise<void> {
  for (;;) {
    const waiting = await db.$queryRaw<unknown[]>`
      select from pg_locks where not granted and pg_backend_pid() = any(pg_blocking_pids(pid))`
    if (waiting.length > 0) return
  }
}
