import { afterEach, beforeEach, expect, test } from 'vitest'
import { readConfig } from '../../../src/config/config.ts'
import { stoppedClock } from '../../../src/core/clock.ts'
import { silentLog } from '../../../src/core/log.ts'
import { openQueue, type Queue } from '../../../src/core/queue.ts'
import { deliverReady } from '../../../src/emails/deliver.ts'
import { FEATURES } from '../../../src/features/index.ts'
import type { Compose } from '../../../src/mail/message.ts'
import { enqueue } from '../../../src/mail/outbox/message.repo.ts'
import { addressHash } from '../../../src/subscribers/address.ts'
import { emptyTables, useDatabase } from '../../support/database.ts'
import { addDigestMessages, DEADLINE, goodbye, messagesIn, NOW, statesIn } from '../../support/messages.ts'
import { type SinkOptions, startSmtpSink } from '../../support/smtp-sink.ts'

const database = useDatabase()
const closing: (() => Promise<void>)[] = []
beforeEach(() => emptyTables(database.db))
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

const compose: Compose = async ({ id, toAddress }) => ({
  from: 'papers@site.example',
  to: toAddress,
  raw: Buffer.from(`Message-ID: <${id}@site.example>\r\n\r\nHello\r\n`),
})

async function world({
  at = {},
  now = NOW,
  queue,
}: {
  at?: SinkOptions['at']
  now?: Date
  queue?: Queue
} = {}) {
  const sink = await startSmtpSink({ at })
  closing.push(sink.close)
  const config = readConfig({ SMTP_URL: `smtp://127.0.0.1:${sink.port}?connections=2` })
  const { db, url } = database
  return {
    sink,
    deps: {
      config,
      clock: stoppedClock(now),
      features: FEATURES,
      log: silentLog,
      db,
      databaseUrl: url,
      compose,
      queue,
    },
  }
}

/** Stores the hash of the address with the key of this installation, as sign-up does. */
async function hashAddresses(): Promise<string> {
  const hash = addressHash('s1@y.example', readConfig({}).SUPPRESSION_KEY)
  await database.db.$executeRaw`update subscriber set address_hash = ${hash} where id = 's1'`
  return hash
}

test('an address that the mail server does not know gets no further email of any kind', async () => {
  await addDigestMessages(database.db, 2)
  const hash = await hashAddresses()
  const { deps, sink } = await world({
    at: { rcpt: (to) => (to === 's1@y.example' ? '550 5.1.1 User unknown' : undefined) },
  })
  expect(await deliverReady(deps, { lane: 'bulk' })).toMatchObject({ accepted: 1, refused: 1 })
  expect(await database.db.suppression.findMany()).toMatchObject([{ addressHash: hash, reason: 'dead' }])
  expect(await database.db.subscriber.findUnique({ where: { id: 's1' } })).toMatchObject({
    state: 'suppressed',
  })
  await enqueue(database.db, 'transactional', [goodbye(1)])
  expect(await deliverReady(deps, { lane: 'transactional' })).toMatchObject({ accepted: 0, skipped: 1 })
  expect(sink.recipients.filter((to) => to === 's1@y.example')).toHaveLength(1)
})

test('a suppression does not affect a subscriber who has changed the address meanwhile', async () => {
  await addDigestMessages(database.db, 1)
  await database.db
    .$executeRaw`update subscriber set address = 'new@y.example', address_key = 'new@y.example'`
  const { deps } = await world({ at: { rcpt: '550 5.1.1 User unknown' } })
  expect(await deliverReady(deps, { lane: 'bulk' })).toMatchObject({ refused: 1 })
  expect(await database.db.suppression.count()).toBe(1)
  expect(await database.db.subscriber.findUnique({ where: { id: 's1' } })).toMatchObject({ state: 'active' })
})

test('messages past their deadline are skipped, also if there is no SMTP server', async () => {
  await addDigestMessages(database.db, 2)
  const { deps } = await world({ now: DEADLINE })
  const config = readConfig({})
  expect(await deliverReady({ ...deps, config }, { lane: 'bulk' })).toMatchObject({ accepted: 0 })
  expect(await messagesIn(database.db)).toMatchObject([
    { state: 'skipped', reason: 'expired' },
    { state: 'skipped', reason: 'expired' },
  ])
})

test('`deliverReady` nudges other processes if there is more than one batch', async () => {
  await addDigestMessages(database.db, 250)
  const queue = await openQueue(database.url, silentLog)
  closing.push(() => queue.stop())
  const { deps } = await world({ queue })
  expect(await deliverReady(deps, { lane: 'bulk' })).toMatchObject({ accepted: 250 })
  expect(await statesIn(database.db)).toEqual({ accepted: 250 })
  const jobs = await database.db.$queryRaw`select 1 from pgboss.job where name = 'drain-bulk'`
  expect(jobs).toHaveLength(1)
})
