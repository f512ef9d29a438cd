import { beforeEach, expect, test } from 'vitest'
import { readConfig } from '../../../../src/config.ts'
import { takeSearch } from '../../../../src/flows/papers/take-search.ts'
import type { Spend } from '../../../../src/flows/papers/take-timed.ts'
import { stoppedClock } from '../../../../src/platform/clock.ts'
import { Fault } from '../../../../src/platform/errors.ts'
import { silentLog } from '../../../../src/platform/log.ts'
import { emptyTables, useDatabase } from '../../../support/database.ts'

const database = useDatabase()
const clock = stoppedClock(new Date('2026-11-24T12:00:00Z'))
beforeEach(() => emptyTables(database.db))

const take = (search: (spend: Spend) => Promise<unknown>, ip = '203.0.113.9') =>
  takeSearch(
    { config: readConfig({}), clock, log: silentLog, db: database.db, databaseUrl: database.url },
    { ip },
    search,
  )

const left = async () =>
  (await database.db.bucket.findFirstOrThrow({ where: { key: 'search 203.0.113.9/32' } })).tokens

test('a search costs one of 60, and one more for each 50 ms that it took', async () => {
  await take(async () => {})
  expect(await left()).toBe(59)
  await take(async (spend) => {
    spend(30)
    spend(90)
  })
  // It fills again meanwhile, and is never fuller than 60.
  const rest = await left()
  expect([rest >= 56, rest <= 57]).toEqual([true, true])
})

test('one that took seconds keeps its address waiting, and nobody else', async () => {
  await take(async (spend) => spend(8000))
  const again = take(async () => {})
  await expect(again).rejects.toMatchObject({
    code: 'rate.too-many',
    values: { seconds: expect.any(Number) },
  })
  await take(async () => {}, '203.0.113.10')
})

test('one that fails costs what it took until then', async () => {
  const failing = take(async (spend) => {
    spend(1000)
    throw new Fault('page.not-found')
  })
  await expect(failing).rejects.toMatchObject({ code: 'page.not-found' })
  expect(await left()).toBeLessThan(41)
})
