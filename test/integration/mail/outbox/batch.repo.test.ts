import { beforeEach, describe, expect, test } from 'vitest'
import { setSwitch } from '../../../../src/core/switch.repo.ts'
import { holdPermits, setPermitLimits, takeAvailable } from '../../../../src/limits/permits.repo.ts'
import type { SendRateKey } from '../../../../src/limits/send-rate.ts'
import type { Lane } from '../../../../src/mail/message.ts'
import {
  leaseBatch,
  releaseBatch,
  splitBatch,
  splitOffDomain,
} from '../../../../src/mail/outbox/batch.repo.ts'
import { enqueue, takeMessages } from '../../../../src/mail/outbox/message.repo.ts'
import { emptyTables, useDatabase } from '../../../support/database.ts'
import { addSubscribers, at, goodbye, messagesIn, NOW, statesIn } from '../../../support/messages.ts'
import { passTimeInSendRates } from '../../../support/pass-time-in-send-rates.ts'

const database = useDatabase()
beforeEach(() => emptyTables(database.db))

const RAMP_UP: SendRateKey = 'send ramp-up 2026-11-24 1000'

const input = (owner: string, lane: Lane = 'bulk', rampUp?: SendRateKey) => ({
  lane,
  owner,
  now: NOW,
  leaseSeconds: 45,
  whenUncertain: 'retry' as const,
  rampUp,
})
const lease = (owner: string, lane?: Lane, rampUp?: SendRateKey) =>
  leaseBatch(database.db, input(owner, lane, rampUp))
const share = (owner: string, lane?: Lane, rampUp?: SendRateKey) =>
  splitBatch(database.db, input(owner, lane, rampUp))
const release = (batch: number, owner: string) => releaseBatch(database.db, { batch: batch, owner, now: NOW })
const take = async (batch: number, owner: string, most: number) =>
  (await takeMessages(database.db, { batch: batch, owner, now: NOW, limit: most })).taken

/** Messages to so many of each domain, numbered from 1 on in that order, in one call. */
async function add(domains: Record<string, number>, lane: Lane = 'bulk') {
  const addresses = Object.entries(domains).flatMap(([domain, count]) => Array<string>(count).fill(domain))
  await addSubscribers(database.db, addresses.length)
  const messages = addresses.map((domain, i) => goodbye(i + 1, { toAddress: `s${i + 1}@${domain}` }))
  await enqueue(database.db, lane, messages)
}

/** How many messages are in the batches of each domain; null: of several domains. */
async function perBatch() {
  return database.db.$queryRaw<{ domain: string | null; count: number }[]>`
    select b.domain, count(m.id)::int as count from batch b left join message m on m.batch_id = b.id
    group by b.id order by count desc, b.domain nulls last, b.id`
}

/** A rate without a permit. */
async function spend(key: SendRateKey) {
  await setPermitLimits(database.db, [{ key, perSecond: 0.01, capacity: 1 }])
  await takeAvailable(database.db, [{ key, count: 1 }])
}

describe('the batch of one domain', () => {
  test('begins with twenty messages of one call, and domains with fewer share a batch', async () => {
    await add({ 'big.example': 20, 'small.example': 19, 'tiny.example': 1 })
    expect(await perBatch()).toEqual([
      { domain: 'big.example', count: 20 },
      { domain: null, count: 20 },
    ])
  })

  test('ignores the case of the domain', async () => {
    await add({ 'Big.Example': 10, 'big.example': 10 })
    expect(await perBatch()).toEqual([{ domain: 'big.example', count: 20 }])
  })

  test('counts only new messages', async () => {
    await add({ 'big.example': 15 })
    const messages = Array.from({ length: 15 }, (_, i) =>
      goodbye(i + 1, { toAddress: `s${i + 1}@big.example` }),
    )
    const more = [1, 2, 3, 4, 5].map((n) =>
      goodbye(n, { dedupe: `more${n}`, toAddress: `s${n}@big.example` }),
    )
    await enqueue(database.db, 'bulk', [...messages, ...more])
    expect(await perBatch()).toEqual([
      { domain: null, count: 15 },
      { domain: null, count: 5 },
    ])
  })
})

describe('a lease', () => {
  test('is given for the domain with the fewest owners, then for the longest wait', async () => {
    await addSubscribers(database.db, 20)
    await addMore('a.example', 1)
    await addMore('b.example', 1)
    await addMore('a.example', 5)
    await addMore('b.example', 1)
    await addMore('c.example', 1)
    const leased: (string | null | undefined)[] = []
    for (let i = 0; i < 9; i++) leased.push((await lease(`owner${i}`))?.domain)
    expect(leased.map((domain) => domain?.[0])).toEqual(['a', 'b', 'c', 'a', 'b', 'a', 'a', 'a', 'a'])
  })

  let made = 0

  /** Enqueues this many batches of 20 for one domain, one after the other. */
  async function addMore(domain: string, batches: number) {
    for (let batch = 0; batch < batches; batch++) {
      const messages = Array.from({ length: 20 }, (_, i) =>
        goodbye(i + 1, { dedupe: `${domain} ${made++}`, toAddress: `s${i + 1}@${domain}` }),
      )
      await enqueue(database.db, 'bulk', messages)
    }
  }

  test('is given for the same domain again if other owners have the other domains', async () => {
    await addSubscribers(database.db, 20)
    for (let time = 0; time < 3; time++) {
      await addMore('a.example', 1)
      await addMore('b.example', 1)
    }
    expect((await lease('one.1'))?.domain).toBe('a.example')
    for (const again of [1, 2, 3]) expect((await lease(`two.${again}`))?.domain).toBe('b.example')
    expect((await lease('one.2'))?.domain).toBe('a.example')
    expect((await lease('two.4'))?.domain).toBe('a.example')
  })

  test('is not given for a domain without a permit', async () => {
    await add({ 'a.example': 20, 'b.example': 20 })
    await spend('send domain a.example')
    expect((await lease('ada'))?.domain).toBe('b.example')
    expect(await lease('bob')).toBeNull()
    await passTimeInSendRates(database.db, 100)
    expect((await lease('bob'))?.domain).toBe('a.example')
  })

  test('is not given for a domain that is held', async () => {
    await add({ 'a.example': 20 })
    await holdPermits(database.db, 'send domain a.example', { seconds: 3600, reply: 'much refused' })
    expect(await lease('ada')).toBeNull()
    await passTimeInSendRates(database.db, 3599)
    expect(await lease('ada')).toBeNull()
    await passTimeInSendRates(database.db, 4)
    expect((await lease('ada'))?.domain).toBe('a.example')
  })

  test('is not given if the ramp-up has no permit left for digests today', async () => {
    await add({ 'a.example': 20, 'b.example': 3 })
    await spend(RAMP_UP)
    expect(await lease('ada', 'bulk', RAMP_UP)).toBeNull()
    expect(await lease('ada', 'bulk', 'send ramp-up 2026-11-25 2000')).not.toBeNull()
    expect(await lease('bob', 'bulk')).not.toBeNull() // the setting was taken away
  })

  test('needs no permit in the transactional lane, as a person waits', async () => {
    await add({ 'a.example': 40 }, 'transactional')
    await spend('send domain a.example')
    await spend(RAMP_UP)
    expect((await lease('ada', 'transactional', RAMP_UP))?.domain).toBe('a.example')
    expect(await share('bob', 'transactional', RAMP_UP)).not.toBeNull()
  })
})

describe('`splitBatch`', () => {
  test('takes half of the ready messages of the fullest batch', async () => {
    await add({ 'a.example': 30, 'b.example': 51 })
    const leased = [await lease('ada'), await lease('bob')]
    expect(leased.map((batch) => batch?.domain).sort()).toEqual(['a.example', 'b.example'])
    expect(await share('cyd')).toMatchObject({ domain: 'b.example', lost: 0, more: false })
    expect(await perBatch()).toEqual([
      { domain: 'a.example', count: 30 },
      { domain: 'b.example', count: 26 },
      { domain: 'b.example', count: 25 },
    ])
  })

  test('leaves what the owner has taken', async () => {
    await add({ 'a.example': 20 })
    const mine = await lease('ada')
    const taken = await take(mine!.id, 'ada', 15)
    const theirs = await share('bob')
    expect(await take(theirs!.id, 'bob', 20)).toHaveLength(2)
    expect(await take(mine!.id, 'ada', 20)).toHaveLength(3)
    const rows = await messagesIn(database.db)
    expect(rows.filter(({ takenBy }) => takenBy === 'ada')).toHaveLength(18)
    expect(taken.every(({ id }) => rows.find((row) => row.id === id)?.takenBy === 'ada')).toBe(true)
  })

  test.each([
    ['only one message is ready', 1, ''],
    ['the others are not due yet', 20, `update message set next_try = '2026-11-24T08:01:00Z'`],
    ['the lease has ended', 20, `update batch set lease_until = now() - interval '1 second'`],
    ['the batch is its own', 20, `update batch set owner = 'bob'`],
    ['the batch is of the other lane', 20, `update batch set lane = 'transactional'`],
    ['delivery is paused', 20, `insert into switch values ('delivery', 'paused', 'test', now())`],
    ['the database was restored', 20, `insert into switch values ('delivery', 'restored', 'test', now())`],
  ])('takes nothing if %s', async (_what, count, sql) => {
    await add({ 'a.example': count })
    await lease('ada')
    if (sql) await database.db.$executeRawUnsafe(sql)
    expect(await share('bob')).toBeNull()
    expect(await database.db.batch.count()).toBe(1)
  })

  test('takes nothing if the domain or the ramp-up has no permit', async () => {
    await add({ 'a.example': 20 })
    await lease('ada')
    await spend('send domain a.example')
    expect(await share('bob')).toBeNull()
    await passTimeInSendRates(database.db, 100)
    await spend(RAMP_UP)
    expect(await share('bob', 'bulk', RAMP_UP)).toBeNull()
    expect(await share('bob')).not.toBeNull()
  })

  test('gives eight callers at once no message in common', async () => {
    await add({ 'a.example': 200 })
    await lease('ada')
    const shares = await Promise.all(Array.from({ length: 8 }, (_, i) => share(`owner${i}`)))
    const handfuls = await Promise.all(
      shares.map(async (one, i) => (one ? take(one.id, `owner${i}`, 200) : [])),
    )
    const ids = handfuls.flat().map(({ id }) => id)
    expect(ids.length).toBeGreaterThanOrEqual(100)
    expect(new Set(ids).size).toBe(ids.length)
    expect(await statesIn(database.db)).toEqual({
      taken: ids.length,
      ...(ids.length < 200 && { ready: 200 - ids.length }),
    })
  })
})

describe('`splitOffDomain`', () => {
  const aside = (batch: number, owner: string, ids: string[], domain = 'a.example') =>
    splitOffDomain(database.db, { batch: batch, owner, domain, ids })
  const idsOf = (taken: { id: string; toAddress: string }[], domain: string) =>
    taken.filter(({ toAddress }) => toAddress.endsWith(domain)).map(({ id }) => id)

  test('takes all waiting messages of the domain, and leaves the others', async () => {
    await add({ 'A.example': 5, 'b.example': 6 })
    const batch = await lease('ada')
    const taken = await take(batch!.id, 'ada', 4)
    const ids = idsOf(taken, '@A.example').slice(0, 1)
    await aside(batch!.id, 'ada', ids)
    // What its owner took besides stays with it.
    const left = idsOf(taken, '@A.example').length - ids.length
    expect(await perBatch()).toEqual([
      { domain: null, count: 6 + left },
      { domain: 'a.example', count: 5 - left },
    ])
    expect((await lease('bob'))?.domain).toBe('a.example')
  })

  test('counts no attempt, and leaves its batch ready for the next worker', async () => {
    await add({ 'a.example': 3 })
    const batch = await lease('ada')
    const taken = await take(batch!.id, 'ada', 3)
    await aside(batch!.id, 'ada', idsOf(taken, '@a.example'))
    expect(await messagesIn(database.db)).toSatisfy((rows: { state: string; attempts: number }[]) =>
      rows.every(({ state, attempts }) => state === 'ready' && attempts === 0),
    )
    await release(batch!.id, 'ada')
    const next = await lease('bob')
    expect((await take(next!.id, 'bob', 10)).map(({ attempts }) => attempts)).toEqual([1, 1, 1])
  })

  test.each([
    ['is of another owner', `update batch set owner = 'bob'`],
    ['has ended', `update batch set lease_until = now() - interval '1 second'`],
  ])('takes nothing if the lease %s', async (_what, sql) => {
    await add({ 'a.example': 3 })
    const batch = await lease('ada')
    const taken = await take(batch!.id, 'ada', 1)
    await database.db.$executeRawUnsafe(sql)
    await aside(batch!.id, 'ada', idsOf(taken, '@a.example'))
    expect(await perBatch()).toEqual([{ domain: null, count: 3 }])
    expect(await statesIn(database.db)).toEqual({ ready: 2, taken: 1 })
  })

  test('keeps the time of messages that are not due', async () => {
    await add({ 'a.example': 2 })
    await database.db
      .$executeRaw`update message set state = 'deferred', next_try = ${at('08:05')} where subscriber_id = 's2'`
    const batch = await lease('ada')
    const taken = await take(batch!.id, 'ada', 5)
    await aside(batch!.id, 'ada', idsOf(taken, '@a.example'))
    expect(await messagesIn(database.db)).toMatchObject([
      { state: 'ready' },
      { state: 'deferred', nextTry: at('08:05') },
    ])
    expect(await perBatch()).toMatchObject([{ domain: 'a.example', count: 2 }, { count: 0 }])
  })
})

test('a pause of delivery keeps both batches from being leased', async () => {
  await add({ 'a.example': 20 })
  await setSwitch(database.db, 'delivery', { value: 'paused', reason: 'test', at: NOW })
  expect([await lease('ada'), await share('bob')]).toEqual([null, null])
})
