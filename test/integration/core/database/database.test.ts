import pg from 'pg'
import { afterEach, expect, test, vi } from 'vitest'
import {
  isDatabaseFault,
  isDatabaseUnavailable,
  type OpenDatabase,
  openDatabase,
} from '../../../../src/core/database/database.ts'
import { silentLog } from '../../../../src/core/log.ts'
import { Prisma } from '../../../../src/generated/prisma/client.ts'
import { useDatabase } from '../../../support/database.ts'
import { type DatabaseProxy, startDatabaseProxy } from '../../../support/database-proxy.ts'
import { eventually } from '../../../support/until.ts'

const QUIET_MS = 500
/** Of a transaction: none of these tests is about Prisma's own limits. */
const UNHURRIED = { maxWait: 30_000, timeout: 30_000 }
const database = useDatabase()
const cleanups: (() => unknown)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

/** A pool that reaches the database through a proxy. */
async function throughProxy(): Promise<OpenDatabase & { proxy: DatabaseProxy }> {
  const proxy = await startDatabaseProxy(database.url)
  const open = openDatabase(proxy.url, silentLog, { connections: 4, maxSilenceMs: QUIET_MS })
  cleanups.push(proxy.close, open.close)
  return { ...open, proxy }
}

/** What a broken connection leaves at work on the server would be taken for the next one's. */
const endSleepers = () =>
  database.db.$queryRaw`
    select count(pg_terminate_backend(pid)) from pg_stat_activity
    where query like '%pg_sleep(20)%' and pid <> pg_backend_pid()`

/** Resolves once so many statements of this kind are at work. */
const atWork = (kind: string, count = 1) =>
  eventually(async () => {
    const [row] = await database.db.$queryRaw<{ count: number }[]>`
      select count(*)::int from pg_stat_activity
      where state = 'active' and query like ${`%${kind}%`} and pid <> pg_backend_pid()`
    return row!.count === count
  })

/** Holds an advisory lock, so that a statement that waits for it ends when the test lets it go, by what is returned. */
async function holdLock(key: number): Promise<() => Promise<void>> {
  const holder = new pg.Client({ connectionString: database.url })
  await holder.connect()
  await holder.query('select pg_advisory_lock($1)', [key])
  const letGo = () => holder.end()
  cleanups.push(letGo)
  return letGo
}

const failure = (work: PromiseLike<unknown>): Promise<unknown> =>
  Promise.resolve(work).then(
    () => undefined,
    (error: unknown) => error,
  )

test.each(['end', 'reset'] as const)(
  'a connection that breaks (%s) is an unavailable database',
  async (how) => {
    const { db, proxy } = await throughProxy()
    cleanups.push(endSleepers)
    const raw = failure(db.$queryRaw`select pg_sleep(20)::text as raw`)
    const inTransaction = failure(
      db.$transaction((tx) => tx.$queryRaw`select pg_sleep(20)::text as within`, UNHURRIED),
    )
    for (const kind of ['raw', 'within']) await atWork(`as ${kind}`)
    proxy.cut(how)
    for (const error of [await raw, await inTransaction]) {
      expect(isDatabaseFault(error)).toBe(true)
      expect(isDatabaseUnavailable(error)).toBe(true)
    }
    expect(await db.switch.count()).toBe(0)
  },
)

test.each(['end', 'reset'] as const)(
  'a connection that breaks (%s) before a commit or a begin is an unavailable database',
  async (how) => {
    const { db, proxy } = await throughProxy()
    const unsaid = db.$transaction(async (tx) => {
      await tx.switch.count()
      proxy.cut(how)
    }, UNHURRIED)
    expect(isDatabaseUnavailable(await failure(unsaid))).toBe(true)
    await proxy.close()
    expect(isDatabaseUnavailable(await failure(db.$transaction((tx) => tx.switch.count())))).toBe(true)
  },
)

test('a connection that ends as it begins is an unavailable database, and ends no process', async () => {
  const { db, proxy } = await throughProxy()
  proxy.bidFarewell()
  expect(isDatabaseUnavailable(await failure(db.$transaction((tx) => tx.switch.count())))).toBe(true)
})

test('an error of our code is not an error of the database', async () => {
  const circle: { self?: unknown } = {}
  circle.self = circle
  const error = await failure(database.db.$queryRaw`select ${circle}::jsonb`)
  expect(error).toBeInstanceOf(Error)
  expect(isDatabaseUnavailable(error)).toBe(false)
})

test('a connection that stops responding is dropped and replaced', async () => {
  const { db, proxy } = await throughProxy()
  await db.$queryRaw`select 1`
  const letGo = await holdLock(1)
  const hung = failure(db.$queryRaw`select pg_advisory_xact_lock_shared(1)::text as hung`)
  await atWork('as hung')
  proxy.swallow()
  await letGo()
  expect(isDatabaseUnavailable(await hung)).toBe(true)
  expect(await db.switch.count()).toBe(0)
})

test('a connection that stops responding within a transaction is dropped and replaced', async () => {
  const { db, proxy } = await throughProxy()
  const letGo = await holdLock(2)
  const hang = (n: number) =>
    failure(
      db.$transaction(async (tx) => {
        await tx.$queryRaw`select ${n}::int`
        await tx.$queryRaw`select pg_advisory_xact_lock_shared(2)::text as within`
      }, UNHURRIED),
    )
  const hung = Promise.all([1, 2, 3, 4].map(hang))
  await atWork('as within', 4)
  proxy.swallow()
  await letGo()
  for (const error of await hung) expect(isDatabaseUnavailable(error)).toBe(true)
  expect(await Promise.all([1, 2, 3, 4, 5].map(() => db.switch.count()))).toEqual([0, 0, 0, 0, 0])
})

test('a server that does not respond counts as an unavailable database until it responds again', async () => {
  const { db, proxy } = await throughProxy()
  await db.$queryRaw`select 1`
  proxy.treatNew('black-hole')
  proxy.swallow()
  expect(isDatabaseUnavailable(await failure(db.switch.count()))).toBe(true)
  expect(isDatabaseUnavailable(await failure(db.switch.count()))).toBe(true)
  proxy.treatNew('pass')
  await eventually(async () => (await failure(db.switch.count())) === undefined)
})

test('a statement that takes longer than the limit fails; without a limit it does not', async () => {
  const { db } = await throughProxy()
  const statement = Prisma.sql`select 'done' as said from pg_sleep(${(QUIET_MS * 2) / 1000})`
  expect(isDatabaseUnavailable(await failure(db.$queryRaw(statement)))).toBe(true)
  const within = db.$transaction((tx) => tx.$queryRaw(statement), UNHURRIED)
  expect(isDatabaseUnavailable(await failure(within))).toBe(true)
  expect(await database.db.$queryRaw(statement)).toEqual([{ said: 'done' }])
})

test('a transaction waits longer than two seconds for a connection that is in use', async () => {
  const { db, close } = openDatabase(database.url, silentLog, { connections: 1 })
  cleanups.push(close)
  const inUse = Promise.withResolvers<void>()
  const release = Promise.withResolvers<void>()
  const first = db.$transaction(async () => {
    inUse.resolve()
    await release.promise
  })
  await inUse.promise
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  cleanups.push(() => vi.useRealTimers())
  const second = db.$transaction(async (tx) => tx.$queryRaw`select 1 as one`)
  second.catch(() => {})
  await new Promise((done) => setImmediate(done))
  vi.advanceTimersByTime(4_000)
  release.resolve()
  await first
  expect(await second).toEqual([{ one: 1 }])
})

test('a statement is prepared once per connection if its first comment names it', async () => {
  const { db, close } = openDatabase(database.url, silentLog, { connections: 1 })
  cleanups.push(close)
  for (const number of [1, 2]) {
    expect(
      await db.$queryRaw`
      /* prepared: one-number */
      select ${number}::int as number`,
    ).toEqual([{ number }])
    await db.$queryRaw`select ${number}::int as other`
  }
  expect(
    await db.$queryRaw`select name, (generic_plans + custom_plans)::int as runs from pg_prepared_statements`,
  ).toEqual([{ name: 'one-number', runs: 2 }])
})
