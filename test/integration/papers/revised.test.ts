import { beforeEach, describe, expect, test } from 'vitest'
import type { Day } from '../../../src/core/dates.ts'
import { listedPage, newestDayWithPapers } from '../../../src/papers/listed.repo.ts'
import { recordListings } from '../../../src/papers/listing.repo.ts'
import {
  maxPaperId,
  newestPapers,
  paperByName,
  papersInRange,
  papersListedOn,
} from '../../../src/papers/paper.repo.ts'
import type { ListingKind } from '../../../src/sources/source.ts'
import { emptyTables, useDatabase } from '../../support/database.ts'
import { sampleRecord } from '../../support/sample-record.ts'

const database = useDatabase()
beforeEach(() => emptyTables(database.db))

const list = (day: Day, kind: ListingKind, ...ids: string[]) =>
  recordListings(database.db, {
    source: 'arxiv:cs',
    day,
    now: new Date(`${day}T05:00:00Z`),
    records: ids.map((id) =>
      sampleRecord({
        kind,
        keys: [{ scheme: 'arxiv' as const, value: id }],
        title: `Of ${id}`,
        categories: ['cs.CL'],
      }),
    ),
  })

const found = (name: string) => paperByName(database.db, name)
const ids = (papers: { id: number }[]) => papers.map(({ id }) => id)

describe('a paper that is listed as a newer version', () => {
  test('is a paper that is marked as a newer version', async () => {
    expect(await list('2026-08-13', 'revised', '2301.00001')).toEqual({
      added: 1,
      changed: 0,
      unchanged: 0,
      listed: 0,
      revised: 1,
      rejected: [],
    })
    await list('2026-08-17', 'revised', '2301.00001')
    await list('2026-08-12', 'revised', '2301.00001')
    expect(await found('2301.00001')).toMatchObject({
      id: 1,
      firstDay: '2026-08-12',
      onlyRevised: true,
      revisedDay: '2026-08-17',
    })
  })

  test.each(['new', 'cross'] as const)(
    'and was %s before keeps its number and its first day',
    async (kind) => {
      await list('2026-08-13', kind, '2608.00001')
      expect(await found('2608.00001')).toMatchObject({ onlyRevised: false, revisedDay: null })
      expect(await list('2026-08-14', 'revised', '2608.00001')).toMatchObject({
        added: 0,
        changed: 1,
        revised: 1,
      })
      await list('2026-08-12', 'revised', '2608.00001')
      expect(await found('2608.00001')).toMatchObject({
        id: 1,
        firstDay: '2026-08-13',
        onlyRevised: false,
        revisedDay: '2026-08-14',
      })
    },
  )

  test('is new if it is also listed as new on the same day', async () => {
    await list('2026-08-13', 'revised', '2608.00001')
    expect(await list('2026-08-13', 'new', '2608.00001')).toMatchObject({ listed: 1, revised: 0 })
    await list('2026-08-13', 'revised', '2608.00001')
    expect(await found('2608.00001')).toMatchObject({ onlyRevised: false, revisedDay: null })
  })
})

describe.each(['new', 'cross'] as const)('one known only by newer versions that is then %s', (kind) => {
  beforeEach(async () => {
    await list('2026-08-12', 'revised', '2301.00001', '2301.00002')
    await list('2026-08-13', 'new', '2608.00003')
  })

  test('gets an id that no digest has passed, and the day of that listing', async () => {
    const passed = await maxPaperId(database.db)
    expect(await list('2026-08-14', kind, '2301.00001')).toMatchObject({ added: 0, changed: 1, listed: 1 })
    expect(await found('2301.00001')).toMatchObject({
      id: 4,
      title: 'Of 2301.00001',
      firstDay: '2026-08-14',
      onlyRevised: false,
      revisedDay: '2026-08-12',
    })
    const offered = await papersInRange(database.db, { after: passed, upTo: 99, firstDayFrom: '2026-08-14' })
    expect(ids(offered)).toEqual([4])
  })

  test('is still found by its old number, with its listings and its history', async () => {
    await list('2026-08-14', kind, '2301.00001')
    expect(await found('id:1')).toMatchObject({ id: 4 })
    expect(await database.db.paper.count()).toBe(3)
    expect(await database.db.listing.count({ where: { paperId: 4 } })).toBe(2)
    expect(await database.db.paperHistory.findMany({ where: { paperId: 4 } })).toMatchObject([{ id: 1 }])
  })

  test('keeps that id', async () => {
    for (const day of ['2026-08-14', '2026-08-17', '2026-08-11']) await list(day, kind, '2301.00001')
    await list('2026-08-18', 'revised', '2301.00001')
    expect(await found('2301.00001')).toMatchObject({
      id: 4,
      firstDay: '2026-08-11',
      revisedDay: '2026-08-18',
    })
  })
})

test('two papers that are one keep the id that was offered, also if the other is lower', async () => {
  const both = { scheme: 'doi' as const, value: '10.1000/1' }
  await list('2026-08-12', 'revised', '2301.00001')
  await list('2026-08-13', 'new', '2301.00002')
  await recordListings(database.db, {
    source: 'huggingface',
    day: '2026-08-14',
    now: new Date('2026-08-14T05:00:00Z'),
    records: ['2301.00001', '2301.00002'].map((value) =>
      sampleRecord({
        keys: [{ scheme: 'arxiv', value }, both],
        title: `Of ${value}`,
      }),
    ),
  })
  expect(await found('2301.00001')).toMatchObject({ id: 2, firstDay: '2026-08-13' })
  expect(await found('id:1')).toMatchObject({ id: 2 })
})

describe('the days of the site', () => {
  const on = (day: string) => listedPage(database.db, { from: day, to: day, order: 'votes', take: 9 })
  beforeEach(async () => {
    await list('2026-08-12', 'revised', '2301.00001')
    await list('2026-08-13', 'new', '2608.00002')
    await list('2026-08-14', 'revised', '2608.00002', '2301.00001')
    await list('2026-08-17', 'cross', '2608.00003')
    await list('2026-08-18', 'revised', '2608.00003')
  })

  test.each([
    ['2026-08-12', []],
    ['2026-08-13', [2]],
    ['2026-08-14', []],
    ['2026-08-17', [3]],
  ])('have new and cross-listed papers: %s', async (day, expected) => {
    expect(ids(await papersListedOn(database.db, day))).toEqual(expected)
    expect(ids(await newestPapers(database.db, { listedOn: day, limit: 9 }))).toEqual(expected)
    expect(await on(day)).toMatchObject({ ids: expected, papers: expected.length })
  })

  test('are empty if only newer versions came', async () => {
    expect(await newestDayWithPapers(database.db, { upTo: '2026-08-20' })).toBe('2026-08-17')
    expect(await newestDayWithPapers(database.db, { upTo: '2026-08-12' })).toBeNull()
    expect(await on('2026-08-14')).toMatchObject({ previous: '2026-08-13', next: '2026-08-17' })
    expect(await on('2026-08-17')).toMatchObject({ previous: '2026-08-13', next: null })
  })

  test('a range of ids includes newer versions if the query asks for them', async () => {
    const range = { after: 0, upTo: 99, firstDayFrom: '2026-08-17' }
    expect(ids(await papersInRange(database.db, range))).toEqual([3])
    expect(ids(await papersInRange(database.db, { ...range, orRevisedFrom: '2026-08-14' }))).toEqual([
      1, 2, 3,
    ])
    expect(ids(await papersInRange(database.db, { ...range, orRevisedFrom: '2026-08-15' }))).toEqual([3])
  })
})
