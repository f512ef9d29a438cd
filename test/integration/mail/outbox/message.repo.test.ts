import { beforeEach, describe, expect, test } from 'vitest'
import { setSwitch } from '../../../../src/core/switch.repo.ts'
import type { Lane, TakenMessage } from '../../../../src/mail/message.ts'
import { recordAcceptances } from '../../../../src/mail/outbox/acceptance.repo.ts'
import {
  isWorkExpected,
  leaseBatch,
  releaseBatch,
  renewLeases,
} from '../../../../src/mail/outbox/batch.repo.ts'
import {
  endExpiredMessages,
  enqueue,
  recordFailedAttempt,
  takeMessages,
} from '../../../../src/mail/outbox/message.repo.ts'
import { requeueMessage } from '../../../../src/mail/outbox/message-list.repo.ts'
import type { NextStep } from '../../../../src/mail/refusals/retry.ts'
import { emptyTables, useDatabase } from '../../../support/database.ts'
import {
  addDigestMessages,
  addSubscribers,
  at,
  attemptsIn,
  DEADLINE,
  endLeases,
  enqueueGoodbyes,
  goodbye,
  messagesIn,
  NOW,
  statesIn,
} from '../../../support/messages.ts'

const database = useDatabase()
beforeEach(() => emptyTables(database.db))

const lease = (
  owner = 'ada',
  { lane = 'bulk' as Lane, now = NOW, whenUncertain = 'retry' as 'retry' | 'hold' } = {},
) => leaseBatch(database.db, { lane, owner, now, leaseSeconds: 45, whenUncertain })
const take = (batch: number, { owner = 'ada', now = NOW, most = 10 } = {}) =>
  takeMessages(database.db, { batch: batch, owner, now, limit: most })
const release = (batch: number, owner = 'ada', now = NOW) =>
  releaseBatch(database.db, { batch: batch, owner, now })
const batches = () => database.db.batch.findMany({ orderBy: { id: 'asc' } })

/** Leases and takes as `owner`, who then dies. */
async function takeAndDie(owner = 'ada', most = 10) {
  const batch = await lease(owner)
  const { taken } = await take(batch!.id, { owner, most })
  await endLeases(database.db)
  return { batch: batch!.id, taken }
}

async function fail(
  message: Pick<TakenMessage, 'id' | 'localDate' | 'attempts'>,
  next: Partial<NextStep>,
  owner = 'ada',
) {
  const made = { outcome: 'deferred', status: 451, enhanced: null, reply: '451 later' } as const
  const step: NextStep = { state: 'deferred', nextTry: at('08:15'), reason: null, ...next }
  await recordFailedAttempt(database.db, { message, owner, now: NOW, made, next: step })
}

describe('`enqueue`', () => {
  test('puts 1,100 messages into batches of up to 500', async () => {
    await enqueueGoodbyes(database.db, 'bulk', 1100)
    const counts = await database.db.message.groupBy({
      by: ['batchId'],
      _count: true,
      orderBy: { batchId: 'asc' },
    })
    expect(counts.map(({ _count }) => _count)).toEqual([500, 500, 100])
  })

  test('stores one message of a kind and key, in one call, in two and in two at once', async () => {
    await addSubscribers(database.db, 2)
    expect(await enqueue(database.db, 'bulk', [goodbye(1), goodbye(1)])).toBe(1)
    expect(await enqueue(database.db, 'bulk', [goodbye(1), goodbye(2)])).toBe(1)
    expect(await enqueue(database.db, 'bulk', [goodbye(1)])).toBe(0)
    const added = await Promise.all(
      Array.from({ length: 8 }, () =>
        enqueue(database.db, 'transactional', [goodbye(1, { dedupe: 'again' })]),
      ),
    )
    expect(added.sort()).toEqual([0, 0, 0, 0, 0, 0, 0, 1])
    expect(await messagesIn(database.db)).toHaveLength(3)
  })

  test('leaves no empty batch for a message that exists', async () => {
    await addSubscribers(database.db, 1)
    await enqueue(database.db, 'bulk', [goodbye(1)])
    await enqueue(database.db, 'bulk', [goodbye(1)])
    expect(await batches()).toHaveLength(1)
  })

  test('leaves nothing if the transaction fails', async () => {
    await addSubscribers(database.db, 1)
    const failing = database.db.$transaction(async (tx) => {
      await enqueue(tx, 'transactional', [goodbye(1)])
      throw new Error('no')
    })
    await expect(failing).rejects.toThrow('no')
    expect(await messagesIn(database.db)).toEqual([])
    expect(await batches()).toEqual([])
  })

  test('keeps all fields of a message', async () => {
    await addSubscribers(database.db, 1)
    const content = { title: 'Größe “≤ 3”', list: [1, null] }
    await enqueue(database.db, 'transactional', [goodbye(1, { content, datedAt: at('07:59') })])
    const batch = await lease('ada', { lane: 'transactional' })
    const { taken } = await take(batch!.id)
    expect(taken[0]).toMatchObject({
      kind: 'goodbye',
      subscriberId: 's1',
      toAddress: 's1@y.example',
      secretId: 'k1',
      digestId: null,
      content,
      datedAt: at('07:59'),
      deadline: DEADLINE,
      digestContent: null,
      attempts: 1,
      uncertainBefore: false,
    })
  })
})

describe('a lease', () => {
  beforeEach(() => enqueueGoodbyes(database.db, 'bulk', 600))

  test('belongs to one owner, and each batch has one', async () => {
    const [first, second, third] = [await lease('ada'), await lease('bob'), await lease('cyd')]
    expect(first?.id).not.toBe(second?.id)
    expect([first?.more, second?.more, third]).toEqual([true, false, null])
  })

  test('is given to two of twenty callers at once for two batches', async () => {
    const leased = await Promise.all(Array.from({ length: 20 }, (_, i) => lease(`owner${i}`)))
    expect(new Set(leased.filter((batch) => batch !== null).map(({ id }) => id)).size).toBe(2)
    expect(leased.filter((batch) => batch !== null)).toHaveLength(2)
  })

  test('is of one lane', async () => {
    expect(await lease('ada', { lane: 'transactional' })).toBeNull()
  })

  test('is not given before a message is ready', async () => {
    expect(await lease('ada', { now: at('07:59') })).toBeNull()
    expect(await lease('ada', { now: NOW })).not.toBeNull()
  })

  test('ends by the clock of the database, not by the time that is passed in', async () => {
    const first = await lease('ada')
    await lease('bob')
    expect(await lease('cyd', { now: at('23:59') })).toBeNull()
    await endLeases(database.db)
    expect((await lease('cyd'))?.id).toBe(first?.id)
  })

  test('is renewed until it has ended', async () => {
    await lease('ada')
    expect(await renewLeases(database.db, { owners: ['ada'], leaseSeconds: 45 })).toEqual(['ada'])
    await endLeases(database.db)
    expect(await renewLeases(database.db, { owners: ['ada'], leaseSeconds: 45 })).toEqual([])
  })

  test('is not given while delivery is paused', async () => {
    const batch = await lease('ada')
    await setSwitch(database.db, 'delivery', { value: 'paused', reason: 'test', at: NOW })
    expect(await lease('bob')).toBeNull()
    expect(await take(batch!.id)).toEqual({ taken: [], ended: [] })
  })

  test('of another owner counts as work until the batch is done', async () => {
    const batch = await lease('ada')
    const others = (now = NOW) => isWorkExpected(database.db, { lane: 'bulk', now, withinSeconds: 0 })
    expect(await others()).toBe(true)
    expect(await others(at('07:00'))).toBe(false)
    await database.db.$executeRaw`update message set state = 'accepted' where batch_id = ${batch!.id}`
    await database.db.$executeRaw`delete from message where batch_id <> ${batch!.id}`
    await database.db.$executeRaw`delete from batch where id <> ${batch!.id}`
    expect(await others()).toBe(true)
    await release(batch!.id)
    expect(await others()).toBe(false)
  })
})

describe('`takeMessages`', () => {
  test('takes up to a limit, the oldest next attempt first, each once', async () => {
    await enqueueGoodbyes(database.db, 'bulk', 5)
    await database.db.$executeRaw`update message set next_try = ${at('07:00')} where subscriber_id = 's4'`
    const batch = await lease()
    const { taken } = await take(batch!.id, { most: 2 })
    expect(taken).toHaveLength(2)
    expect(taken.map(({ subscriberId }) => subscriberId)).toContain('s4')
    const handfuls = await Promise.all(Array.from({ length: 4 }, () => take(batch!.id, { most: 2 })))
    const ids = [taken, ...handfuls.map((handful) => handful.taken)].flat().map(({ id }) => id)
    expect(ids).toHaveLength(5)
    expect(new Set(ids).size).toBe(5)
  })

  test('takes only with a valid lease of the owner', async () => {
    await enqueueGoodbyes(database.db, 'bulk', 2)
    const batch = await lease('ada')
    expect((await take(batch!.id, { owner: 'bob' })).taken).toEqual([])
    await endLeases(database.db)
    expect((await take(batch!.id)).taken).toEqual([])
  })

  test('leaves messages that are not due', async () => {
    await enqueueGoodbyes(database.db, 'bulk', 1)
    const batch = await lease()
    const [message] = (await take(batch!.id)).taken
    await fail(message!, { nextTry: at('08:05') })
    expect((await take(batch!.id, { now: at('08:04') })).taken).toEqual([])
    expect((await take(batch!.id, { now: at('08:05') })).taken[0]?.attempts).toBe(2)
  })

  const changes: [string, string, string, string][] = [
    ['unsubscribed', `update subscriber set state = 'unsubscribed'`, 'skipped', 'unsubscribed'],
    ['paused', `update subscriber set state = 'paused'`, 'skipped', 'paused'],
    ['suppressed', `update subscriber set state = 'suppressed'`, 'skipped', 'suppressed'],
    [
      'suppressed only by the hash of the address',
      `insert into suppression (address_hash, reason, at) values ('hash1', 'dead', now())`,
      'skipped',
      'suppressed',
    ],
    [
      'erased',
      `update subscriber set state = 'unsubscribed', address = null, address_key = null, address_hash = null, erased_at = now()`,
      'skipped',
      'erased',
    ],
    ['without an address on the message', `update message set to_address = null`, 'skipped', 'erased'],
    ['past its deadline', `update message set deadline = '2026-11-24T08:00:00Z'`, 'skipped', 'expired'],
    [
      'past its deadline after an attempt',
      `update message set deadline = '2026-11-24T08:00:00Z', attempts = 1`,
      'gave_up',
      'expired',
    ],
  ]
  test('returns the content of the digest', async () => {
    await addDigestMessages(database.db, 1)
    await database.db.digest.updateMany({ data: { content: { sections: [] } } })
    const batch = await lease('ada')
    expect((await take(batch!.id)).taken).toMatchObject([
      { content: { n: 1 }, digestContent: { sections: [] } },
    ])
  })

  test.each(changes)('checks the subscriber of a digest again: %s', async (_what, sql, state, reason) => {
    await addDigestMessages(database.db, 1)
    const batch = await lease()
    await database.db.$executeRawUnsafe(sql)
    const { taken, ended } = await take(batch!.id)
    expect(taken).toEqual([])
    expect(ended).toMatchObject([{ state, reason }])
    expect(await messagesIn(database.db)).toMatchObject([{ state, reason, takenBy: null }])
  })

  test.each([
    ['pending', true],
    ['unsubscribed', true],
    ['paused', true],
    ['suppressed', false],
  ])('takes other kinds for a subscriber who is %s: %s', async (state, goes) => {
    await enqueueGoodbyes(database.db, 'transactional', 1)
    await database.db.$executeRawUnsafe(`update subscriber set state = '${state}'`)
    const batch = await lease('ada', { lane: 'transactional' })
    expect((await take(batch!.id)).taken).toHaveLength(goes ? 1 : 0)
  })

  test('takes a message after its suppression was lifted', async () => {
    await addDigestMessages(database.db, 1)
    await database.db
      .$executeRaw`insert into suppression (address_hash, reason, at, lifted_at) values ('hash1', 'dead', now(), now())`
    const batch = await lease()
    expect((await take(batch!.id)).taken).toHaveLength(1)
  })

  test('skips a message of a subscriber whose unsubscribe was committed before', async () => {
    await addDigestMessages(database.db, 3)
    const batch = await lease()
    await database.db.$executeRaw`update subscriber set state = 'unsubscribed' where id = 's2'`
    const { taken, ended } = await take(batch!.id)
    expect(taken.map(({ subscriberId }) => subscriberId).sort()).toEqual(['s1', 's3'])
    expect(ended).toMatchObject([{ state: 'skipped', reason: 'unsubscribed' }])
  })
})

describe('a worker that died', () => {
  test('leaves its messages to the next owner at once, behind those that wait', async () => {
    await enqueueGoodbyes(database.db, 'bulk', 4)
    const { batch, taken } = await takeAndDie('ada', 2)
    expect(await lease('bob', { now: at('08:01') })).toMatchObject({ id: batch, lost: 2 })
    const again = (await take(batch, { owner: 'bob', now: at('08:01') })).taken
    expect(again.map(({ attempts }) => attempts)).toEqual([1, 1, 2, 2])
    expect(
      again
        .slice(2)
        .map(({ id }) => id)
        .sort(),
    ).toEqual(taken.map(({ id }) => id).sort())
    expect(await attemptsIn(database.db)).toMatchObject([
      { n: 1, outcome: 'lost' },
      { n: 1, outcome: 'lost' },
    ])
  })

  test('leaves its messages uncertain, with hold', async () => {
    await enqueueGoodbyes(database.db, 'bulk', 2)
    const { batch } = await takeAndDie('ada', 1)
    await lease('bob', { whenUncertain: 'hold' })
    expect((await take(batch, { owner: 'bob' })).taken).toHaveLength(1)
    expect(await statesIn(database.db)).toEqual({ taken: 1, uncertain: 1 })
  })

  test('leaves its messages uncertain after the deadline, not given up', async () => {
    await enqueueGoodbyes(database.db, 'bulk', 1)
    const { batch } = await takeAndDie()
    await lease('bob', { now: DEADLINE })
    expect((await take(batch, { owner: 'bob', now: DEADLINE })).ended).toMatchObject([{ state: 'uncertain' }])
    await release(batch, 'bob', DEADLINE)
    expect((await batches())[0]?.doneAt).toEqual(DEADLINE)
  })

  test('may still record an acceptance, which counts', async () => {
    await enqueueGoodbyes(database.db, 'bulk', 1)
    const { batch, taken } = await takeAndDie('ada')
    await lease('bob')
    const { id: messageId, localDate } = taken[0]!
    await recordAcceptances(database.db, [{ messageId, localDate, at: NOW, reply: '250 ok' }])
    expect((await take(batch, { owner: 'bob' })).taken).toEqual([])
    expect(await statesIn(database.db)).toEqual({ accepted: 1 })
  })

  test('may still record a failure, which changes no state', async () => {
    await enqueueGoodbyes(database.db, 'bulk', 1)
    const { batch, taken } = await takeAndDie('ada')
    await lease('bob')
    const [again] = (await take(batch, { owner: 'bob' })).taken
    await fail(taken[0]!, { state: 'refused', reason: '550' }, 'ada')
    expect(await messagesIn(database.db)).toMatchObject([{ state: 'taken', takenBy: 'bob', attempts: 2 }])
    expect(await attemptsIn(database.db)).toMatchObject([{ n: 1, outcome: 'deferred' }])
    await fail(again!, { state: 'refused', reason: '550' }, 'bob')
    expect(await statesIn(database.db)).toEqual({ refused: 1 })
  })
})

test('an owner that leases its own batch again keeps its messages, as an email may be in progress', async () => {
  await enqueueGoodbyes(database.db, 'bulk', 2)
  const { taken } = await takeAndDie('ada', 1)
  expect(await lease('ada')).toMatchObject({ lost: 0 })
  const [row] = (await messagesIn(database.db)).filter(({ id }) => id === taken[0]?.id)
  expect(row).toMatchObject({ state: 'taken', takenBy: 'ada' })
})

describe('`releaseBatch`', () => {
  test('ends the batch when all messages have ended', async () => {
    await enqueueGoodbyes(database.db, 'bulk', 3)
    const batch = await lease()
    const { taken } = await take(batch!.id)
    const { id: messageId, localDate } = taken[0]!
    await recordAcceptances(database.db, [{ messageId, localDate, at: NOW, reply: '250 ok' }])
    await fail(taken[1]!, { state: 'refused', reason: '550' })
    await fail(taken[2]!, { state: 'uncertain', nextTry: DEADLINE })
    await release(batch!.id)
    expect(await batches()).toMatchObject([{ doneAt: NOW, owner: null, leaseUntil: null }])
    expect(await lease('bob', { now: at('23:59') })).toBeNull()
  })

  test('makes the batch wait for the first next attempt', async () => {
    await enqueueGoodbyes(database.db, 'bulk', 2)
    const batch = await lease()
    const { taken } = await take(batch!.id)
    await fail(taken[0]!, { nextTry: at('08:05') })
    await fail(taken[1]!, { state: 'uncertain', nextTry: at('08:15') })
    await release(batch!.id)
    expect(await batches()).toMatchObject([{ doneAt: null, notBefore: at('08:05') }])
    expect(await lease('bob', { now: at('08:04') })).toBeNull()
    expect(await lease('bob', { now: at('08:05') })).not.toBeNull()
  })

  test('resets messages that were taken and not begun', async () => {
    await enqueueGoodbyes(database.db, 'bulk', 2)
    const batch = await lease()
    await take(batch!.id)
    await release(batch!.id)
    expect(await messagesIn(database.db)).toMatchObject([
      { state: 'ready', attempts: 0, takenBy: null },
      { state: 'ready', attempts: 0, takenBy: null },
    ])
    expect(await lease('bob')).toMatchObject({ lost: 0 })
  })

  test('changes nothing for an owner that lost the lease', async () => {
    await enqueueGoodbyes(database.db, 'bulk', 1)
    const { batch } = await takeAndDie('ada')
    await lease('bob')
    await take(batch, { owner: 'bob' })
    await release(batch, 'ada')
    expect(await batches()).toMatchObject([{ owner: 'bob', doneAt: null }])
    expect(await statesIn(database.db)).toEqual({ taken: 1 })
  })
})

test('a message that becomes ready while its batch is released is not in a batch that is done', async () => {
  await enqueueGoodbyes(database.db, 'bulk', 1)
  const batch = await lease()
  const [message] = (await take(batch!.id)).taken
  await fail(message!, { state: 'refused', reason: '550' })
  let released: Promise<void> | undefined
  await database.db.$transaction(async (tx) => {
    expect(await requeueMessage(tx, message!.id, NOW)).toBe(true)
    released = release(batch!.id)
    for (let i = 0; i < 50; i++) await database.db.$queryRaw`select 1`
  })
  await released
  const again = await lease('bob')
  expect((await take(again!.id, { owner: 'bob' })).taken).toMatchObject([{ id: message!.id, attempts: 2 }])
})

describe('an uncertain message', () => {
  test('is taken at its time, and marked as uncertain before', async () => {
    await enqueueGoodbyes(database.db, 'bulk', 1)
    const batch = await lease()
    const [message] = (await take(batch!.id)).taken
    const made = { outcome: 'uncertain', status: null, enhanced: null, reply: 'timeout' } as const
    const next: NextStep = { state: 'uncertain', nextTry: at('08:15'), reason: null }
    await recordFailedAttempt(database.db, { message: message!, owner: 'ada', now: NOW, made, next })
    expect((await take(batch!.id, { now: at('08:14') })).taken).toEqual([])
    const again = (await take(batch!.id, { now: at('08:15') })).taken
    expect(again).toMatchObject([{ attempts: 2, uncertainBefore: true }])
    await release(batch!.id, 'ada', at('08:15'))
    await endLeases(database.db)
    await lease('bob', { now: at('08:16') })
    expect((await take(batch!.id, { owner: 'bob', now: at('08:16') })).taken[0]?.uncertainBefore).toBe(true)
  })

  test('stays uncertain if the subscriber left before the second attempt', async () => {
    await addDigestMessages(database.db, 1)
    const batch = await lease()
    const [message] = (await take(batch!.id)).taken
    const made = { outcome: 'uncertain', status: null, enhanced: null, reply: 'timeout' } as const
    const next: NextStep = { state: 'uncertain', nextTry: at('08:15'), reason: null }
    await recordFailedAttempt(database.db, { message: message!, owner: 'ada', now: NOW, made, next })
    await database.db.$executeRaw`update subscriber set state = 'unsubscribed'`
    expect((await take(batch!.id, { now: at('08:15') })).ended).toMatchObject([{ state: 'uncertain' }])
    expect((await take(batch!.id, { now: at('08:16') })).ended).toEqual([])
  })
})

describe('`endExpiredMessages`', () => {
  test('skips what was not attempted, gives up what was, and leaves uncertain and taken messages', async () => {
    await enqueueGoodbyes(database.db, 'bulk', 3)
    await addSubscribers(database.db, 0)
    const batch = await lease()
    const { taken } = await take(batch!.id, { most: 2 })
    const made = { outcome: 'uncertain', status: null, enhanced: null, reply: 'timeout' } as const
    const next: NextStep = { state: 'uncertain', nextTry: at('08:15'), reason: null }
    await recordFailedAttempt(database.db, { message: taken[0]!, owner: 'ada', now: NOW, made, next })
    await fail(taken[1]!, { nextTry: at('08:05') })
    expect(await endExpiredMessages(database.db, DEADLINE)).toBe(0)
    await release(batch!.id)
    expect(await endExpiredMessages(database.db, at('23:00'))).toBe(0)
    expect(await endExpiredMessages(database.db, DEADLINE)).toBe(3)
    expect(await statesIn(database.db)).toEqual({ uncertain: 1, gave_up: 1, skipped: 1 })
    expect(await batches()).toMatchObject([{ doneAt: DEADLINE }])
    expect(await endExpiredMessages(database.db, DEADLINE)).toBe(0)
  })

  test('makes messages of a dead worker uncertain, also if no worker leases any more', async () => {
    await enqueueGoodbyes(database.db, 'bulk', 1)
    await takeAndDie()
    expect(await endExpiredMessages(database.db, at('23:00'))).toBe(0)
    expect(await endExpiredMessages(database.db, DEADLINE)).toBe(1)
    expect(await statesIn(database.db)).toEqual({ uncertain: 1 })
    expect(await database.db.attempt.findMany()).toMatchObject([{ n: 1, outcome: 'lost' }])
    expect(await batches()).toMatchObject([{ doneAt: DEADLINE }])
  })

  test('leaves what a living worker has taken', async () => {
    await enqueueGoodbyes(database.db, 'bulk', 1)
    const batch = await lease('ada')
    expect((await take(batch!.id)).taken).toHaveLength(1)
    expect(await endExpiredMessages(database.db, DEADLINE)).toBe(0)
    expect(await statesIn(database.db)).toEqual({ taken: 1 })
  })
})
