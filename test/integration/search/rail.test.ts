import { beforeEach, expect, test } from 'vitest'
import { stoppedClock } from '../../../src/core/clock.ts'
import { recordListings } from '../../../src/papers/listing.repo.ts'
import { railOf } from '../../../src/search/rail.ts'
import { spanOf } from '../../../src/search/spans.ts'
import type { SourceRecord } from '../../../src/sources/source.ts'
import { emptyTables, useDatabase } from '../../support/database.ts'
import { sampleRecord } from '../../support/sample-record.ts'

const database = useDatabase()
const clock = stoppedClock(new Date('2026-11-27T12:00:00Z'))

const list = (day: string, ...facts: Partial<SourceRecord>[]) =>
  recordListings(database.db, {
    source: 'huggingface',
    day,
    records: facts.map((one) => sampleRecord(one)),
    now: clock.now(),
  })

beforeEach(async () => {
  clock.moveTo(new Date('2026-11-27T12:00:00Z'))
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

const railAt = (day: string) => railOf(database, { from: day, to: day, today: '2026-11-27' })

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
  expect((await railOf(database, { ...week, today: '2026-11-27' })).topOfWeek.papers).toEqual([])
})

test('the rail of a month that is not over ends today', async () => {
  const { days, topOfWeek } = await railOf(database, {
    ...spanOf('month', '2026-11-27'),
    today: '2026-11-27',
  })
  expect([days.at(-1)!.day, topOfWeek.to]).toEqual(['2026-11-27', '2026-11-27'])
})

test('the rail without days has the phrases of the given papers, and none if they share fewer than three', async () => {
  const ids = async (titles: string[]) =>
    (await database.db.paper.findMany({ where: { title: { in: titles } } })).map(({ id }) => id)
  const day = { from: '2026-11-26', to: '2026-11-26', today: '2026-11-27' }
  const of = async (titles: string[]) => (await railOf(database, { ...day, ids: await ids(titles) })).phrases
  expect(await of(['A', 'C', 'D'])).toHaveLength(3)
  expect(await of(['A', 'C'])).toEqual([])
})

test('the rail of a day without papers has the nearest days', async () => {
  const { days, phrases, topOfWeek } = await railAt('2020-01-01')
  expect([days.filter(({ papers }) => papers > 0), phrases, topOfWeek.papers]).toEqual([[], [], []])
})
