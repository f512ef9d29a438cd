import { beforeEach, expect, test } from 'vitest'
import { stoppedClock } from '../../../src/core/clock.ts'
import { recordListings } from '../../../src/papers/listing.repo.ts'
import { railOf } from '../../../src/search/rail.ts'
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
    { title: 'A', votes: 103, keywords: ['Agents', 'safety'] },
    { title: 'C', votes: 50, keywords: ['agents', 'agents'] },
    { title: 'D', keywords: ['agents', 'video', 'safety'] },
    { title: 'Gone', keywords: ['video'], withdrawnAt: clock.now() },
  )
})

test('the rail of a day has the days around it', async () => {
  const rail = await railOf(database, { from: '2026-11-27', to: '2026-11-27' })
  expect(rail.days).toHaveLength(30)
  expect(rail.days.filter(({ papers }) => papers > 0)).toEqual([
    { day: '2026-10-29', papers: 1 },
    { day: '2026-11-20', papers: 1 },
    { day: '2026-11-25', papers: 2 },
    { day: '2026-11-27', papers: 3 },
  ])
  expect(rail.keywords).toEqual([
    { keyword: 'agents', papers: 3 },
    { keyword: 'safety', papers: 2 },
  ])
  expect(rail.topOfWeek.map(({ title, votes }) => [title, votes])).toEqual([
    ['A', 103],
    ['C', 50],
    ['B', 7],
  ])
})

test('the rail of a day without papers has the nearest days', async () => {
  const { days, ...others } = await railOf(database, { from: '2020-01-01', to: '2020-01-01' })
  expect([days.filter(({ papers }) => papers > 0), others]).toEqual([[], { keywords: [], topOfWeek: [] }])
})
