import { beforeAll, describe, expect, test } from 'vitest'
import { parseList } from '../../../src/papers/import-papers.ts'
import { listedPage, newestDayWithPapers, votesOfDay } from '../../../src/papers/listed.repo.ts'
import { recordListings } from '../../../src/papers/listing.repo.ts'
import {
  maxPaperId,
  paperByName,
  papersById,
  papersInRange,
  papersListedOn,
} from '../../../src/papers/paper.repo.ts'
import { emptyTables, useDatabase } from '../../support/database.ts'

const database = useDatabase()

const page = ({ from, to = from, ...slice }: { from: string; to?: string; skip?: number; take?: number }) =>
  listedPage(database.db, { order: 'votes', take: 9, from, to, ...slice })

beforeAll(async () => {
  await emptyTables(database.db)
  expect(await maxPaperId(database.db)).toBe(0)
  const list = async (day: string, source: string, entries: object[], withdrawn = false) => {
    const records = parseList(entries).records.map((record) =>
      withdrawn ? { ...record, withdrawnAt: new Date('2026-08-20T00:00:00Z') } : record,
    )
    await recordListings(database.db, { source, day, records, now: new Date('2026-08-20T00:00:00Z') })
  }
  await list('2026-08-13', 'huggingface', [
    { id: '2608.00001', title: 'One', votes: 3 },
    { id: 'hep-th/9901001', title: 'Two', votes: 8, comments: 2 },
    { title: 'Three' },
  ])
  await list('2026-08-14', 'huggingface', [
    { id: '2608.00001', title: 'One', votes: 5 },
    { id: '10.1000/ABC', title: 'Four', votes: 4 },
  ])
  await list('2026-08-14', 'import', [{ title: 'One', votes: 50 }])
  await list('2026-08-15', 'huggingface', [{ id: '2608.00005', title: 'Withdrawn', votes: 99 }], true)
  await list('2026-08-17', 'huggingface', [{ title: 'Six' }])
})

const ids = (papers: { id: number }[]) => papers.map(({ id }) => id)

describe('the papers of a day', () => {
  test('have the most votes first, and unknown votes last', async () => {
    expect(ids(await papersListedOn(database.db, '2026-08-13'))).toEqual([1, 2, 3])
    expect(ids(await papersListedOn(database.db, '2026-08-14'))).toEqual([1, 4])
  })
  test('have the highest votes of any listing', async () => {
    expect(await papersListedOn(database.db, '2026-08-13')).toMatchObject([
      { title: 'One', votes: 50, firstDay: '2026-08-13' },
      { title: 'Two', votes: 8, comments: 2 },
      { title: 'Three', votes: null },
    ])
  })
  test('are without withdrawn ones', async () => {
    expect(await papersListedOn(database.db, '2026-08-15')).toEqual([])
    expect(await page({ from: '2026-08-15' })).toMatchObject({ papers: 0, withCode: 0, ids: [] })
  })
  test('come in pages, and a paper of two sources counts once', async () => {
    const slice = async (skip: number, take: number) => (await page({ from: '2026-08-13', skip, take })).ids
    expect([await slice(0, 2), await slice(2, 2), await slice(4, 2)]).toEqual([[1, 2], [3], []])
    const counted = async (from: string, to = from) => (await page({ from, to })).papers
    expect(await counted('2026-08-13')).toBe(3)
    expect(await counted('2026-08-14')).toBe(2)
    expect(await counted('2026-08-13', '2026-08-17')).toBe(5)
  })
  test('have the votes that their source counts', async () => {
    const counted = await votesOfDay(database.db, '2026-08-13')
    expect(counted.toSorted((a, b) => b.votes - a.votes)).toEqual([
      { id: 1, votes: 50 },
      { id: 2, votes: 8 },
    ])
  })
  test('do not exist on a day without a listing', async () => {
    expect(await papersListedOn(database.db, '2026-08-16')).toEqual([])
  })
})

describe('the papers in a range of numbers', () => {
  const between = async (after: number, upTo: number, firstDayFrom = '2026-01-01') =>
    ids(await papersInRange(database.db, { after, upTo, firstDayFrom }))
  test('are above the first id and up to the last', async () => {
    expect(await between(1, 4)).toEqual([2, 3, 4])
  })
  test('are without withdrawn ones', async () => {
    expect(await between(3, 99)).toEqual([4, 6])
  })
  test('are first listed on the given day or later', async () => {
    expect(await between(0, 99, '2026-08-14')).toEqual([4, 6])
  })
})

test('papersById keeps the given order, withdrawn ones included', async () => {
  expect(ids(await papersById(database.db, [6, 77, 5, 1]))).toEqual([6, 5, 1])
  expect(await papersById(database.db, [])).toEqual([])
})

describe('a paper by name', () => {
  test.each([
    ['2608.00001', 1],
    ['2608.00001v2', 1],
    ['hep-th/9901001', 2],
    ['doi:10.1000/abc', 4],
    ['doi:10.1000/ABC', 4],
    ['id:3', 3],
    ['3', 3],
    ['2608.00005', 5],
    ['2608.77777', undefined],
    ['id:77', undefined],
    ["' or true --", undefined],
  ])('%s', async (name, id) => {
    expect((await paperByName(database.db, name))?.id).toBe(id)
  })
})

test('maxPaperId is the highest id', async () => {
  expect(await maxPaperId(database.db)).toBe(6)
})

describe('days that have papers', () => {
  test.each([
    ['2026-08-20', '2026-08-17'],
    ['2026-08-16', '2026-08-14'],
    ['2026-08-14', '2026-08-14'],
    ['2026-08-12', null],
  ])('the newest up to %s is %s', async (upTo, day) => {
    expect(await newestDayWithPapers(database.db, { upTo })).toBe(day)
  })
  test.each([
    ['2026-08-14', '2026-08-13', '2026-08-17'],
    ['2026-08-15', '2026-08-14', '2026-08-17'],
    ['2026-08-13', null, '2026-08-14'],
    ['2026-08-17', '2026-08-14', null],
  ])('are the ones next to %s', async (day, previous, next) => {
    expect(await page({ from: day })).toMatchObject({ previous, next })
  })
})
