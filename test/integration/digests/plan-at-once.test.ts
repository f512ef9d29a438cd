import { describe, expect, test } from 'vitest'
import { stoppedClock } from '../../../src/core/clock.ts'
import { type Database, openDatabase } from '../../../src/core/database/database.ts'
import type { Deps, SearchThread } from '../../../src/core/deps.ts'
import { silentLog } from '../../../src/core/log.ts'
import { finishPlan, openDigests } from '../../../src/digests/plan.repo.ts'
import { planDigests } from '../../../src/digests/plan-digests.ts'
import { dayTotals, isReconciled } from '../../../src/digests/reconciliation.repo.ts'
import { runSearchJob } from '../../../src/search/in-search-thread.ts'
import { parseTopic } from '../../../src/subscribers/read-signup.ts'
import type { Schedule } from '../../../src/subscribers/subscriber.ts'
import { setTopics } from '../../../src/subscribers/topic.repo.ts'
import { saveLearnedTopic } from '../../../src/subscribers/vote.repo.ts'
import { useDigestWorld } from '../../support/digest-world.ts'
import { WRONG_PLANNERS } from '../../support/wrong-planners.ts'

const world = useDigestWorld()
const EIGHT = new Date('2026-11-24T08:00:00Z')
const MANY = 2250 // three pages
const EVERY_DAY = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const

/** Many copies of one subscriber, with the same topics. */
async function addMany(many = MANY): Promise<void> {
  await world.addSubscriber('first', { topics: ['robots'] })
  await world.addPapers('2026-11-24', ['Robots', 'Graphs'])
  await world.db.$executeRaw`
    insert into subscriber (id, address, address_key, address_hash, state, zone, hour, days, max_papers, created_at,
                            confirmed_at, start_date)
    select 's' || n, 's' || n || '@reader.example', 's' || n || '@reader.example', n, 'active', zone, hour, days,
           max_papers, created_at, confirmed_at, start_date
    from subscriber, generate_series(2, ${many}::int) n`
  await world.db.$executeRaw`
    insert into topic (subscriber_id, position, name, query_id)
    select s.id, t.position, t.name, t.query_id from topic t, subscriber s where s.id <> 'first'`
}

const depsAt = (now: Date, db: Database = world.db): Deps => ({
  ...world.deps,
  log: silentLog,
  clock: stoppedClock(now),
  db,
})

async function expectEverybodyOnce(many = MANY): Promise<void> {
  const rows = await world.db.$queryRaw<unknown[]>`
    select d.subscriber_id from digest d left join message m on m.digest_id = d.id
    group by d.subscriber_id
    having count(d.id) <> 1 or count(m.id) <> 1`
  expect(rows).toEqual([])
  expect(await world.db.message.count()).toBe(many)
  const counted = await dayTotals(world.db, '2026-11-24')
  expect(counted).toMatchObject({ due: many, planned: many, open: many })
  expect(isReconciled(counted)).toBe(true)
}

test('planners that run at once plan each subscriber once', async () => {
  await addMany()
  const others = [1, 2].map(() => openDatabase(world.deps.databaseUrl, silentLog, { connections: 3 }))
  const databases = [world.db, ...others.map(({ db }) => db)]
  const results = await Promise.all(databases.map((db) => planDigests(depsAt(EIGHT, db))))
  for (const { close } of others) await close()
  expect(results.reduce((sum, { planned }) => sum + planned, 0)).toBe(MANY)
  await expectEverybodyOnce()
})

/** Fails if a subscriber with that topic is locked, and so cannot unsubscribe in one click. */
const expectUnlocked = (query: string) =>
  world.db.$queryRaw`
    select s.id from subscriber s
    where s.id in (select subscriber_id from topic t join query q on q.id = t.query_id where q.text = ${query})
    for no key update of s nowait`

/** Runs its jobs in this thread. `beforeRanking` gets the topic of the queries to be ranked, if it is one of these. */
const rankingThread = (beforeRanking: (topic: 'robots' | 'graphs') => Promise<unknown>): SearchThread => ({
  run: async (job) => {
    const input = JSON.stringify(job.input)
    if (job.name === 'rankTopics')
      for (const topic of ['robots', 'graphs'] as const) if (input.includes(topic)) await beforeRanking(topic)
    return runSearchJob(depsAt(EIGHT), structuredClone(job))
  },
})

test('a planner overtaken by another ranks topics of its next page before it locks subscribers', async () => {
  await addMany(MANY - 1)
  await world.addSubscriber('zoe', { topics: ['graphs'] })
  await world.db.$executeRaw`
    update topic set query_id = (select query_id from topic where subscriber_id = 'zoe')
    where subscriber_id in (select id from subscriber order by id offset 1000)`
  const ranked: string[] = []
  const searchThread = rankingThread(async (topic) => {
    ranked.push(topic)
    if (topic === 'robots') await expect(planDigests(depsAt(EIGHT, failingAt(1)))).rejects.toThrow('gone')
    await expectUnlocked(topic)
  })
  const result = await planDigests({ ...depsAt(EIGHT), searchThread })
  expect(ranked).toEqual(['robots', 'graphs'])
  expect(result).toMatchObject({ due: MANY - 1000, planned: MANY - 1000 })
  await expectEverybodyOnce()
})

test('a digest whose topics changed while they were ranked stays due for the next plan', async () => {
  await world.addSubscriber('ann', { topics: ['robots'] })
  await world.addSubscriber('bob', { topics: ['robots'] })
  await world.addPapers('2026-11-24', ['Robots', 'Graphs'])
  const ranked: string[] = []
  const searchThread = rankingThread(async (topic) => {
    ranked.push(topic)
    await setTopics(world.db, { subscriberId: 'ann', topics: [parseTopic('graphs')] })
  })
  expect(await planDigests({ ...depsAt(EIGHT), searchThread })).toMatchObject({ due: 1, planned: 1 })
  expect(ranked).toEqual(['robots'])
  expect((await world.digestsOf('ann'))['2026-11-24']!.outcome).toBe('due')
  expect(await planDigests({ ...depsAt(EIGHT), searchThread })).toMatchObject({ due: 1, planned: 1 })
  expect((await world.digestsOf('ann'))['2026-11-24']!.titles).toEqual(['Graphs'])
})

test('a digest that cannot be read stays due, and the topics of the others are ranked without locks', async () => {
  await world.addSubscriber('ann', { topics: ['seas'] })
  await world.addSubscriber('bob', { topics: ['robots'] })
  await world.addSubscriber('cid', { topics: ['graphs'] })
  await world.addPapers('2026-11-24', ['Robots', 'Graphs'])
  const damaged = await world.db.topic.findFirstOrThrow({ where: { subscriberId: 'ann' } })
  await saveLearnedTopic(world.db, damaged.id, { step: 1 })
  await world.db.$executeRaw`update learned_topic set phrases = 'null'`
  const ranked: string[] = []
  const searchThread = rankingThread(async (topic) => {
    ranked.push(topic)
    await expectUnlocked(topic)
  })
  expect(await planDigests({ ...depsAt(EIGHT), searchThread })).toMatchObject({ due: 2, planned: 2 })
  expect(ranked).toEqual(['robots', 'graphs'])
  expect((await world.digestsOf('ann'))['2026-11-24']!.outcome).toBe('due')
})

test('a planner enqueues the first messages before the last digests are opened', async () => {
  const many = 11_000
  await addMany(many)
  const seen: { messages: number; digests: number }[] = []
  const onPage = async () => {
    seen.push({ messages: await world.db.message.count(), digests: await world.db.digest.count() })
  }
  const result = await planDigests(depsAt(EIGHT), { onPage })
  expect(result).toMatchObject({ due: many, planned: many })
  expect(seen[0]!.messages).toBeGreaterThanOrEqual(1000)
  expect(seen[0]!.messages).toBeLessThan(many)
  expect(seen.at(-1)).toEqual({ messages: many, digests: many })
  await expectEverybodyOnce(many)
})

/** Opens a page of the digests of an hour, and returns its last subscriber and how many rows that read. */
const openPage = (hour: number, localDate: string, after?: string) =>
  world.db.$transaction(async (tx) => {
    const schedule: Schedule = { zone: 'UTC', hour, days: [...EVERY_DAY] }
    const due = { localDate, dueAt: new Date(`${localDate}T0${hour}:00:00Z`) }
    const plan = { schedule, due, maxPaperId: 2, sources: [] }
    const before = await rowsRead(tx)
    const last = await openDigests(tx, plan, { only: false, now: EIGHT, after })
    return { last, read: (await rowsRead(tx)) - before }
  })

async function rowsRead(tx: Database): Promise<number> {
  const [row] = await tx.$queryRaw<{ read: number }[]>`
    select sum(seq_tup_read + idx_tup_fetch)::int as read from pg_stat_xact_user_tables
    where relname in ('subscriber', 'digest')`
  return row!.read
}

test('a planner opens a page of digests without reading all subscribers or the digests of others', async () => {
  await addMany(30_000)
  await world.db.subscriber.updateMany({ where: { id: { endsWith: '7' } }, data: { hour: 7 } })
  await openPage(8, '2026-11-20')
  await world.db.$executeRaw`
    insert into digest (plan_id, subscriber_id, local_date, due_at, outcome, papers, created_at)
    select p.id, s.id, day, p.due_at, 'missed', '{}', p.due_at
    from plan p, subscriber s, generate_series('2026-11-21'::date, '2026-11-23', '1 day') day`
  // The statistics have no digests of the newest date, but a larger index of subscribers and dates than of dates.
  await world.db.$executeRaw`analyze`
  await openPage(7, '2026-11-24')
  const read: number[] = []
  for (let last: string | null = ''; last !== null; ) {
    const page = await openPage(8, '2026-11-24', last)
    read.push(page.read)
    last = page.last
  }
  expect(await world.db.digest.count({ where: { localDate: new Date('2026-11-24') } })).toBe(30_000)
  expect(read.length).toBe(6)
  // The subscribers of the page, and each again for the foreign key.
  expect(Math.max(...read)).toBeLessThan(11_000)
})

/** A database that is gone from the nth page on; the transaction that opens the plan comes before the first. */
function failingAt(nth: number): Database {
  let count = 0
  return new Proxy(world.db, {
    get(target, name) {
      if (name === '$transaction' && ++count > nth) throw new Error('the database is gone')
      const value = target[name as keyof Database]
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
}

test.each([1, 2, 3])('a planner that dies at page %i leaves the rest to the next one', async (page) => {
  await addMany()
  await expect(planDigests(depsAt(EIGHT, failingAt(page)))).rejects.toThrow('gone')
  const half = await dayTotals(world.db, '2026-11-24')
  expect(half).toMatchObject({ due: MANY, planned: 1000 * (page - 1), closed: false })
  expect(isReconciled(half)).toBe(false)
  const later = new Date('2026-11-24T09:00:00Z')
  expect(await planDigests(depsAt(later))).toMatchObject({ due: MANY - 1000 * (page - 1) })
  await expectEverybodyOnce()
})

test('digests that a dead planner left are missed after 20 hours', async () => {
  await addMany()
  await expect(planDigests(depsAt(EIGHT, failingAt(2)))).rejects.toThrow('gone')
  const result = await planDigests(depsAt(new Date('2026-11-25T04:00:00Z')))
  expect(result).toEqual({ due: 1250, planned: 0, nothingMatched: 0, paused: 0, missed: 1250 })
  const counted = await dayTotals(world.db, '2026-11-24')
  // The messages of those who were planned ran out too, untried.
  expect(counted).toMatchObject({
    due: MANY,
    planned: 1000,
    missed: 1250,
    skipped: 1000,
    open: 0,
    closed: true,
  })
  expect(isReconciled(counted)).toBe(true)
})

describe('the totals of a day', () => {
  /** Whether all who were due have an outcome, after a planner and an hour. */
  const isBalanced = async (): Promise<boolean> => {
    await planDigests(depsAt(new Date('2026-11-24T09:00:00Z')))
    return isReconciled(await dayTotals(world.db, '2026-11-24'))
  }

  test('add up after the correct planner', async () => {
    await addMany()
    await planDigests(depsAt(EIGHT))
    expect(await isBalanced()).toBe(true)
  })

  test('do not add up after a planner that pages by offset', async () => {
    await addMany()
    await WRONG_PLANNERS['pages-by-offset'](depsAt(EIGHT))
    expect(await isBalanced()).toBe(false)
  })

  test('do not add up after a planner that ends digests before they are filled', async () => {
    await addMany()
    await expect(WRONG_PLANNERS['done-before-filled'](depsAt(EIGHT, failingAt(2)))).rejects.toThrow('gone')
    expect(await isBalanced()).toBe(false)
  })

  test('do not add up after a planner that leaves out the last page', async () => {
    await addMany()
    await WRONG_PLANNERS['drops-the-rest'](depsAt(EIGHT))
    // The subscribers whom it left out are due again, so the totals do not add up.
    expect(await isBalanced()).toBe(false)
    await world.db.message.updateMany({ data: { state: 'accepted' } })
    await world.plan('2026-11-24T10:00:00Z')
    expect(world.logged).toContainEqual(
      expect.objectContaining({
        level: 'error',
        event: 'digests.closed',
        due: 2 * MANY - 200,
        nothingMatched: 200,
      }),
    )
  })
})

test('a plan is not finished while more of its digests are opened', async () => {
  await world.addSubscriber('first', { topics: ['robots'] })
  await planDigests(depsAt(EIGHT))
  await world.addSubscriber('next', { topics: ['robots'] })
  const { id } = await world.db.plan.findFirstOrThrow()
  await world.db.plan.updateMany({ data: { plannedAt: null } })
  let finishing: Promise<void> | undefined
  await world.db.$transaction(async (tx) => {
    await tx.$executeRaw`update plan set due = due where id = ${id}`
    await tx.$executeRaw`
      insert into digest (plan_id, subscriber_id, local_date, due_at, outcome, papers, created_at)
      values (${id}, 'next', '2026-11-24', ${EIGHT}, 'due', '{}', ${EIGHT})`
    finishing = finishPlan(world.db, id, EIGHT)
    await hasWaiter(tx)
  })
  await finishing
  expect(await world.db.plan.findFirstOrThrow()).toMatchObject({ plannedAt: null })
})

/** Waits until another session waits for a lock. */
async function hasWaiter(db: Database): Promise<void> {
  const waiting = () => db.$queryRaw<unknown[]>`
    select pid from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`
  while ((await waiting()).length === 0);
}
