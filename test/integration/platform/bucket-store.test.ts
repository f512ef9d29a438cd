import { beforeEach, describe, expect, test } from 'vitest'
import { forgetIdleBuckets, takeMoreTokens, takeTokens } from '../../../src/platform/bucket-store.ts'
import { emptyTables, useDatabase } from '../../support/database.ts'

const database = useDatabase()
const bucket = { key: 'confirmations', capacity: 3, perSecond: 0.5 }

/** The database's clock cannot be moved, the row can: it was last looked at that long ago. */
const letPass = (seconds: number) =>
  database.db.$executeRaw`update bucket set at = at - make_interval(secs => ${seconds}::float8)`

const takeTimes = async (times: number) => {
  for (let i = 0; i < times; i++) expect((await takeTokens(database.db, bucket)).allowed).toBe(true)
}

beforeEach(() => emptyTables(database.db))

describe('a bucket of 3 that fills by one in two seconds', () => {
  test('gives 3 at once, then says how long to wait', async () => {
    await takeTimes(3)
    const { allowed, waitSeconds } = await takeTokens(database.db, bucket)
    expect(allowed).toBe(false)
    expect(waitSeconds).toBeGreaterThan(1)
    expect(waitSeconds).toBeLessThanOrEqual(2)
  })

  test('fills by time passed and no higher than its capacity', async () => {
    await takeTimes(3)
    await letPass(2)
    await takeTimes(1)
    expect((await takeTokens(database.db, bucket)).allowed).toBe(false)
    await letPass(3600)
    await takeTimes(3)
    expect((await takeTokens(database.db, bucket)).allowed).toBe(false)
  })

  test('a refusal costs nothing', async () => {
    await takeTimes(3)
    for (let i = 0; i < 5; i++) await takeTokens(database.db, bucket)
    await letPass(2)
    await takeTimes(1)
  })

  test('what took more than its token is waited for by who comes next', async () => {
    await takeTimes(1)
    await takeMoreTokens(database.db, { ...bucket, count: 4 })
    const { allowed, waitSeconds } = await takeTokens(database.db, bucket)
    expect(allowed).toBe(false)
    expect(waitSeconds).toBeGreaterThan(5)
    expect(waitSeconds).toBeLessThanOrEqual(6)
    await letPass(6)
    await takeTimes(1)
  })

  test('what must be left for others is not given to those who come after them', async () => {
    const patient = { ...bucket, leave: 1 }
    for (let i = 0; i < 2; i++) expect((await takeTokens(database.db, patient)).allowed).toBe(true)
    const refused = await takeTokens(database.db, patient)
    expect(refused.allowed).toBe(false)
    expect(refused.waitSeconds).toBeGreaterThan(1)
    await takeTimes(1)
  })

  test('buckets of other keys are not touched', async () => {
    await takeTimes(3)
    expect(await takeTokens(database.db, { ...bucket, key: 'pages' })).toEqual({
      allowed: true,
      waitSeconds: 0,
    })
  })
})

test('forty that ask at once share one bucket of ten', async () => {
  const slow = { key: 'shared', capacity: 10, perSecond: 0.001 }
  const answers = await Promise.all(Array.from({ length: 40 }, () => takeTokens(database.db, slow)))
  expect(answers.filter((answer) => answer.allowed)).toHaveLength(10)
})

test('a bucket that nobody asked for a day is forgotten, others stay', async () => {
  const kept = { key: 'kept', capacity: 1, perSecond: 0.001 }
  await takeTokens(database.db, kept)
  await takeTokens(database.db, { ...kept, key: 'idle' })
  await database.db.$executeRaw`update bucket set at = now() - interval '25 hours' where key = 'idle'`
  await forgetIdleBuckets(database.db)
  const keys = (await database.db.bucket.findMany()).map(({ key }) => key)
  expect(keys).toContain('kept')
  expect(keys).not.toContain('idle')
})
