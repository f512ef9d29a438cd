import { EventEmitter } from 'node:events'
import { beforeEach, expect, test } from 'vitest'
import { readConfig } from '../../../src/config/config.ts'
import { stoppedClock } from '../../../src/core/clock.ts'
import type { Deps } from '../../../src/core/deps.ts'
import { silentLog } from '../../../src/core/log.ts'
import { FEATURES } from '../../../src/features/index.ts'
import { recordListings } from '../../../src/papers/listing.repo.ts'
import { railOf } from '../../../src/search/rail.ts'
import { spanOf } from '../../../src/search/spans.ts'
import type { SourceRecord } from '../../../src/sources/source.ts'
import { emptyTables, useDatabase } from '../../support/database.ts'
import { heldSearchThread } from '../../support/held-search-thread.ts'
import { sampleRecord } from '../../support/sample-record.ts'

const database = useDatabase()
const clock = stoppedClock(new Date('2026-11-27T12:00:00Z'))

const depsWith = (searchThread?: Deps['searchThread']): Deps => ({
  config: readConfig({}),
  clock,
  features: FEATURES,
  log: silentLog,
  searchThread,
  db: database.db,
  databaseUrl: database.url,
})
const from = (ip: string) => ({ ip, socket: new EventEmitter() })
const VISITOR = from('203.0.113.9')

const list = (day: string, ...facts: Partial<SourceRecord>[]) =>
  recordListings(database.db, {
    source: 'huggingface',
    day,
    records: facts.map((one) => sampleRecord(one)),
    now: clock.now(),
  })

let tests = 0

beforeEach(async () => {
  // Otherwise the papers of two tests would have the same numbers and times, and phrases found before.
  clock.moveTo(new Date(Date.parse('2026-11-27T12:00:00Z') + ++tests))
  await emptyTables(database.db)
  await list('2026-10-28', { title: 'Too old', votes: 500 })
  await list('2026-10-29', { title: 'Old', votes: 400 })
  await list('2026-11-20', { title: 'Last week', votes: 300 })
  await list(
    '2026-11-25',
    { title: 'B', votes: 7 },
    { title: 'A', votes: 102 },
    { title: 'Revised', kind: 'revised' },
  )
  await list(
    '2026-11-27',
    { title: 'A', votes: 103, keywords: ['World Models', 'robot safety'] },
    { title: 'C', votes: 50, keywords: ['world model', 'world models', 'video generation'] },
    { title: 'D', keywords: ['world models', 'video generation', 'robot safety'] },
    ...['E', 'F', 'G', 'H', 'I'].map((title) => ({ title })),
    { title: 'Gone', keywords: ['video generation'], withdrawnAt: clock.now() },
  )
})

const railAt = (day: string) => railOf(depsWith(), VISITOR, { from: day, to: day, today: '2026-11-27' })

test('the rail of a day has the days around it, and the phrases of its papers', async () => {
  const rail = await railAt('2026-11-27')
  expect(rail.days).toHaveLength(30)
  expect(rail.days.filter(({ papers }) => papers > 0)).toEqual([
    { day: '2026-10-29', papers: 1 },
    { day: '2026-11-20', papers: 1 },
    { day: '2026-11-25', papers: 2 },
    { day: '2026-11-27', papers: 8 },
  ])
  expect(rail.phrases).toEqual([
    { text: 'world models', papers: 3 },
    { text: 'robot safety', papers: 2 },
    { text: 'video generation', papers: 2 },
  ])
})

test('the rail of a day has the most votes of its week, or up to Wednesday of the last seven days', async () => {
  const { from, to, papers } = (await railAt('2026-11-27')).topOfWeek
  expect([from, to]).toEqual(['2026-11-23', '2026-11-27'])
  expect(papers.map(({ title, votes }) => [title, votes])).toEqual([
    ['A', 103],
    ['C', 50],
    ['B', 7],
  ])
  const wednesday = (await railAt('2026-11-25')).topOfWeek
  expect([wednesday.from, wednesday.to]).toEqual(['2026-11-19', '2026-11-25'])
  expect(wednesday.papers.map(({ title }) => title)).toEqual(['Last week', 'A', 'B'])
})

test('the rail beside a week does not repeat the papers that the list begins with', async () => {
  const week = spanOf('week', '2026-11-27')
  expect((await railOf(depsWith(), VISITOR, { ...week, today: '2026-11-27' })).topOfWeek.papers).toEqual([])
})

test('the rail of a month that is not over ends today', async () => {
  const { days, topOfWeek } = await railOf(depsWith(), VISITOR, {
    ...spanOf('month', '2026-11-27'),
    today: '2026-11-27',
  })
  expect([days.at(-1)!.day, topOfWeek.to]).toEqual(['2026-11-27', '2026-11-27'])
})

test('the rail without days has the phrases of the given papers, and none if they share fewer than three', async () => {
  const ids = async (titles: string[]) =>
    (await database.db.paper.findMany({ where: { title: { in: titles } } })).map(({ id }) => id)
  const day = { from: '2026-11-26', to: '2026-11-26', today: '2026-11-27' }
  const of = async (titles: string[]) =>
    (await railOf(depsWith(), VISITOR, { ...day, ids: await ids(titles) })).phrases
  expect(await of(['A', 'C', 'D'])).toHaveLength(3)
  expect(await of(['A', 'C'])).toEqual([])
})

test('the rail of a day without papers has the nearest days', async () => {
  const { days, phrases, topOfWeek } = await railAt('2020-01-01')
  expect([days.filter(({ papers }) => papers > 0), phrases, topOfWeek.papers]).toEqual([[], [], []])
})

/** A search thread that counts its jobs. */
function countingThread() {
  const thread = heldSearchThread(() => depsWith())
  let jobs = 0
  const run: typeof thread.run = (...asked) => {
    jobs++
    return thread.run(...asked)
  }
  return { thread, deps: depsWith({ run }), jobs: () => jobs }
}

const DAY = { from: '2026-11-27', to: '2026-11-27', today: '2026-11-27' }
const tokensLeft = async (ip: string) =>
  (await database.db.bucket.findUnique({ where: { key: `search ${ip}/32` } }))?.tokens

test('phrases are found once for a list in the search thread, and then cost no visitor a permit', async () => {
  const { deps, jobs } = countingThread()
  const { phrases } = await railOf(deps, VISITOR, DAY)
  expect([phrases?.length, jobs()]).toEqual([3, 1])
  expect((await railOf(deps, from('203.0.113.10'), DAY)).phrases).toEqual(phrases)
  expect([jobs(), await tokensLeft('203.0.113.10')]).toEqual([1, undefined])
})

test('phrases are found again when a paper changes, and not for a list without papers', async () => {
  const { deps, jobs } = countingThread()
  await railOf(deps, VISITOR, DAY)
  const updatedAt = new Date('2026-11-27T13:00:00Z')
  await database.db.paper.updateMany({ where: { title: 'D' }, data: { keywords: [], updatedAt } })
  const { phrases } = await railOf(deps, VISITOR, DAY)
  expect([phrases, jobs()]).toEqual([[], 2])
  const empty = await railOf(deps, VISITOR, { from: '2020-01-01', to: '2020-01-01', today: DAY.today })
  expect([empty.phrases, jobs()]).toEqual([[], 2])
})

test('a rail without a free search thread has no phrases, and its next visitor has those found meanwhile', async () => {
  const { thread, deps } = countingThread()
  thread.hold('203.0.113.0/24')
  expect((await railOf(deps, VISITOR, DAY)).phrases).toBeNull()
  await thread.release()
  await expect.poll(async () => (await railOf(deps, VISITOR, DAY)).phrases).toHaveLength(3)
})
