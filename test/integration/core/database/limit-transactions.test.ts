import { afterAll, beforeAll, expect, test } from 'vitest'
import { type OpenDatabase, openDatabase } from '../../../../src/core/database/database.ts'
import { silentLog } from '../../../../src/core/log.ts'
import { useDatabase } from '../../../support/database.ts'

const database = useDatabase()
const CONNECTIONS = 3
const MAX_TRANSACTIONS = 2

let limited: OpenDatabase
beforeAll(() => {
  limited = openDatabase(database.url, silentLog, {
    connections: CONNECTIONS,
    maxTransactions: MAX_TRANSACTIONS,
  })
})
afterAll(() => limited.close())

const one = () => limited.db.$queryRaw`select 1 as one`

/** As many transactions as may run, open until `end`. */
async function fillPlaces() {
  const ended = Promise.withResolvers<void>()
  const begun: Promise<void>[] = []
  const all = Array.from({ length: MAX_TRANSACTIONS }, () => {
    const started = Promise.withResolvers<void>()
    begun.push(started.promise)
    return limited.db.$transaction(async (tx) => {
      await tx.$queryRaw`select 1 as one`
      started.resolve()
      await ended.promise
    })
  })
  await Promise.all(begun)
  return async () => {
    ended.resolve()
    await Promise.all(all)
  }
}

test('a statement outside of transactions has a connection while as many as may run are open', async () => {
  const end = await fillPlaces()
  expect(await one()).toEqual([{ one: 1 }])
  await end()
})

test('transactions that waited too long, failed or were cut off leave their places', async () => {
  const end = await fillPlaces()
  const late = Array.from({ length: 20 }, () =>
    limited.db.$transaction(async (tx) => tx.$queryRaw`select 1 as one`, { maxWait: 50 }).catch(() => 'late'),
  )
  expect(await Promise.all(late)).toEqual(Array(20).fill('late'))
  await end()
  for (let i = 0; i < 3 * MAX_TRANSACTIONS; i++) {
    await limited.db.$transaction(async (tx) => tx.$executeRawUnsafe('select wrong')).catch(() => {})
    await limited.db.$transaction(() => Promise.reject(new Error('no'))).catch(() => {})
    await limited.db
      .$transaction(async (tx) => tx.$queryRaw`select pg_terminate_backend(pg_backend_pid())`)
      .catch(() => {})
  }
  expect(await limited.db.$transaction(async (tx) => tx.$queryRaw`select 1 as one`)).toEqual([{ one: 1 }])
})

test('savepoints inside a transaction roll back separately', async () => {
  const rows = await limited.db.$transaction(async (tx) => {
    await tx.$executeRaw`create temp table note (text text) on commit drop`
    await tx.$executeRaw`insert into note values ('kept')`
    await tx
      .$transaction(async (inner) => {
        await inner.$executeRaw`insert into note values ('dropped')`
        throw new Error('no')
      })
      .catch(() => {})
    return tx.$queryRaw`select text from note`
  })
  expect(rows).toEqual([{ text: 'kept' }])
})
