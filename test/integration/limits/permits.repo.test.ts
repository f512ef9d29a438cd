import { beforeEach, describe, expect, test } from 'vitest'
import {
  type Bucket,
  chargePermits,
  deleteIdleBuckets,
  takePermits,
} from '../../../src/limits/permits.repo.ts'
import { bucketsOf } from '../../../src/limits/rate-limit.ts'
import { emptyTables, useDatabase } from '../../support/database.ts'
import { eventually } from '../../support/until.ts'

const database = useDatabase()
const bucket = { key: 'confirmations', capacity: 3, perSecond: 0.5 }

/** The database's clock cannot be moved, so the row is: it was last touched that long ago. */
const letPass = (seconds: number) =>
  database.db.$executeRaw`update bucket set at = at - make_interval(secs => ${seconds}::float8)`

const take = (...buckets: Bucket[]) => takePermits(database.db, buckets)

const takeTimes = async (times: number) => {
  for (let i = 0; i < times; i++) expect((await take(bucket)).allowed).toBe(true)
}

beforeEach(() => emptyTables(database.db))

describe('a bucket of 3 that fills by one in two seconds', () => {
  test('gives 3 at once, then the seconds to wait', async () => {
    await takeTimes(3)
    const { allowed, waitSeconds } = await take(bucket)
    expect(allowed).toBe(false)
    expect(waitSeconds).toBeGreaterThan(1)
    expect(waitSeconds).toBeLessThanOrEqual(2)
  })

  test('fills by time passed and no higher than its capacity', async () => {
    await takeTimes(3)
    await letPass(2)
    await takeTimes(1)
    expect((await take(bucket)).allowed).toBe(false)
    await letPass(3600)
    await takeTimes(3)
    expect((await take(bucket)).allowed).toBe(false)
  })

  test('a first request for more than it holds is refused, and costs nothing', async () => {
    expect((await takePermits(database.db, [bucket], 4)).allowed).toBe(false)
    await takeTimes(3)
  })

  test('a request that waited for another one may take what that one left', async () => {
    await takeTimes(1)
    const { taking } = await database.db.$transaction(async (tx) => {
      await tx.$queryRaw`select from bucket for update`
      const taking = take(bucket)
      const isWaiting = () => database.db.$queryRaw<unknown[]>`
        select from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()`
      await eventually(async () => (await isWaiting()).length === 1)
      await tx.$executeRaw`update bucket set tokens = 1, at = clock_timestamp() - interval '1 millisecond'`
      return { taking }
    })
    expect((await taking).allowed).toBe(true)
  })

  test('two first requests at once take at least one each', async () => {
    await Promise.all([take(bucket), take(bucket)])
    const left = (await Promise.all([1, 2, 3].map(() => take(bucket)))).filter(({ allowed }) => allowed)
    expect(left.length).toBeLessThanOrEqual(1)
  })

  test('a refusal takes no permit', async () => {
    await takeTimes(3)
    for (let i = 0; i < 5; i++) expect((await take(bucket)).allowed).toBe(false)
    await letPass(2)
    await takeTimes(1)
  })

  test('a charge above the remaining tokens makes the next visitor wait', async () => {
    await takeTimes(1)
    await chargePermits(database.db, [bucket], 4)
    const { allowed, waitSeconds } = await take(bucket)
    expect(allowed).toBe(false)
    expect(waitSeconds).toBeGreaterThan(5)
    expect(waitSeconds).toBeLessThanOrEqual(6)
    await letPass(6)
    await takeTimes(1)
    expect((await take(bucket)).allowed).toBe(false)
  })

  test('permits that are given back count again, up to the capacity', async () => {
    await takeTimes(2)
    await chargePermits(database.db, [bucket], -100)
    await takeTimes(3)
    expect((await take(bucket)).allowed).toBe(false)
  })

  test('several permits are given together or not at all', async () => {
    expect((await takePermits(database.db, [bucket], 2)).allowed).toBe(true)
    expect((await takePermits(database.db, [bucket], 2)).allowed).toBe(false)
    await takeTimes(1)
  })

  test('buckets of other keys are not touched', async () => {
    await takeTimes(3)
    expect(await take({ ...bucket, key: 'pages' })).toEqual({ allowed: true, waitSeconds: 0 })
  })
})

describe('several buckets', () => {
  const narrow = { key: 'narrow', capacity: 1, perSecond: 0.1 }
  const wide = { key: 'wide', capacity: 5, perSecond: 1 }

  test('a refusal by one costs nothing at the others, and reports the longest wait', async () => {
    expect((await take(narrow, wide)).allowed).toBe(true)
    for (let i = 0; i < 9; i++) {
      const { allowed, waitSeconds } = await take(narrow, wide)
      expect([allowed, waitSeconds > 9, waitSeconds <= 10]).toEqual([false, true, true])
    }
    for (let i = 0; i < 4; i++) expect((await take(wide)).allowed).toBe(true)
    const others = { ...narrow, key: 'another' }
    expect((await take(others, wide)).allowed).toBe(false)
    expect((await take(others)).allowed).toBe(true)
  })

  test('one /48 gets nine times the limit of a /64, however many of its addresses ask', async () => {
    const limit = { name: 'signup', label: 'sign-ups of one network', capacity: 2, perSecond: 0.0001 }
    const at = (n: number) => take(...bucketsOf(limit, `2001:db8:1:${n.toString(16)}::1`))
    const allowedOf = async (subnets: number[]) => {
      let allowed = 0
      for (const n of subnets) if ((await at(n)).allowed) allowed++
      return allowed
    }
    expect(await allowedOf([0, 0, 0, 0])).toBe(2)
    expect(await allowedOf(Array.from({ length: 255 }, (_, n) => n + 1))).toBe(4)
    expect(await allowedOf(Array.from({ length: 255 }, (_, n) => (n + 1) * 256))).toBe(12)
    expect((await take(...bucketsOf(limit, '2001:db8:2::1'))).allowed).toBe(true)
  })

  test('forty that ask at once share the wide bucket of ten, in any order of the keys', async () => {
    const slow = (key: string, capacity: number) => ({ key, capacity, perSecond: 0.001 })
    const [shared, all] = [slow('m-shared', 10), slow('m-all', 30)]
    const answers = await Promise.all(
      Array.from({ length: 40 }, (_, n) => {
        const buckets = [slow(`${n % 2 ? 'a' : 'z'}-${n % 20}`, 2), shared, all]
        return take(...(n % 3 ? buckets : buckets.toReversed()))
      }),
    )
    expect(answers.filter(({ allowed }) => allowed)).toHaveLength(10)
    // The thirty that were refused took nothing from the bucket that had enough.
    let left = 0
    while ((await take(all)).allowed) left++
    expect(left).toBe(20)
  })
})

test('deleteIdleBuckets deletes a bucket that was not used for a day, and no other', async () => {
  const kept = { key: 'kept', capacity: 1, perSecond: 0.001 }
  await takePermits(database.db, [kept, { ...kept, key: 'idle' }])
  await database.db.$executeRaw`update bucket set at = now() - interval '25 hours' where key = 'idle'`
  await deleteIdleBuckets(database.db)
  const keys = (await database.db.bucket.findMany()).map(({ key }) => key)
  expect(keys).toContain('kept')
  expect(keys).not.toContain('idle')
})
