import { setTimeout as delay } from 'node:timers/promises'
import { expect, test } from 'vitest'
import type { Database } from '../../../src/core/database/database.ts'
import { applyChange } from '../../../src/digests/apply-change.ts'
import { openDue } from '../../../src/digests/open-due.ts'
import { lockSubscriber } from '../../../src/subscribers/subscriber.repo.ts'
import { useDigestWorld } from '../../support/digest-world.ts'

const world = useDigestWorld()
const now = new Date('2026-11-24T08:00:00Z')

/** The same database, which calls `before` ahead of the statement that opens digests, in a transaction or not. */
function holding<T extends Database>(db: T, before: () => Promise<unknown>): T {
  return new Proxy(db, {
    get(target, name) {
      const value = target[name as keyof T] as unknown
      if (typeof value !== 'function') return value
      if (name === '$transaction')
        return (work: (tx: Database) => unknown, options: object) =>
          value.call(target, (tx: Database) => work(holding(tx, before)), options)
      if (name !== '$queryRaw') return value.bind(target)
      return async (parts: TemplateStringsArray, ...values: unknown[]) => {
        if (parts.join('').includes('insert into digest')) await before()
        return value.call(target, parts, ...values)
      }
    },
  })
}

/** Resolves once a session waits for a row that another has locked. */
async function untilBlocked(db: Database): Promise<void> {
  for (let tries = 0; tries < 100; tries++) {
    const [row] = await db.$queryRaw<{ count: number }[]>`
      select count(*)::int as count from pg_locks l join pg_database d on d.datname = current_database()
      where not l.granted and (l.database = d.oid or l.locktype = 'transactionid')`
    if (row!.count > 0) return
    await delay(20)
  }
}

test('a planner and a change that open digests of one plan at the same moment wait for each other', async () => {
  await world.addSubscriber('ann', { topics: ['diffusion'] })
  const plannerOpens = Promise.withResolvers<void>()
  const changeOpens = Promise.withResolvers<void>()
  const plannersDb = holding(world.db, async () => {
    plannerOpens.resolve()
    await Promise.race([changeOpens.promise, untilBlocked(world.db)])
  })
  const planner = openDue({ ...world.deps, db: plannersDb }, { date: undefined, now })
  await plannerOpens.promise
  const change = world.db.$transaction(
    async (tx) => {
      const held = holding(tx, async () => {
        changeOpens.resolve()
        await untilBlocked(world.db)
      })
      const subscriber = (await lockSubscriber(held, 'ann'))!
      return applyChange(held, { subscriber, changes: { hour: 19 }, how: 'page', now })
    },
    { timeout: 20_000 },
  )
  const results = await Promise.allSettled([planner, change])
  expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled'])
  expect(Object.keys(await world.digestsOf('ann'))).toEqual(['2026-11-24'])
  expect(await world.db.plan.findMany()).toMatchObject([{ due: 1 }])
})
