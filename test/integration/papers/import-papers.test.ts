import { beforeEach, describe, expect, test } from 'vitest'
import { readConfig } from '../../../src/config/config.ts'
import { stoppedClock } from '../../../src/core/clock.ts'
import type { Deps } from '../../../src/core/deps.ts'
import { silentLog } from '../../../src/core/log.ts'
import { FEATURES } from '../../../src/features/index.ts'
import { importPapers } from '../../../src/papers/import-papers.ts'
import { papersListedOn } from '../../../src/papers/paper.repo.ts'
import { sourceDaysBetween } from '../../../src/sources/source-day.repo.ts'
import { emptyTables, useDatabase } from '../../support/database.ts'
import { recordedDay, recordingsAre, seedPapers } from '../../support/recorded-days.ts'

const database = useDatabase()
beforeEach(() => emptyTables(database.db))

const importing = (value: unknown, more: { day?: string; dryRun?: boolean } = {}) => {
  const deps: Deps = {
    config: readConfig({ DATABASE_URL: database.url }),
    clock: stoppedClock(new Date('2026-07-28T23:59:00Z')),
    features: FEATURES,
    log: silentLog,
    db: database.db,
    databaseUrl: database.url,
  }
  return importPapers(deps, { text: typeof value === 'string' ? value : JSON.stringify(value), ...more })
}

const rows = async () => ({
  papers: await database.db.paper.findMany({ orderBy: { id: 'asc' } }),
  listings: await database.db.listing.findMany({ orderBy: { paperId: 'asc' } }),
})

test(`a list of titles and summaries: twice, and the second time changes nothing (${recordingsAre})`, async () => {
  expect(await importing(seedPapers())).toEqual({
    source: 'import',
    day: '2026-07-28',
    added: 61,
    changed: 0,
    unchanged: 0,
    listed: 61,
    revised: 0,
    refused: [],
    rejected: [],
  })
  const before = await rows()
  expect(await importing(seedPapers())).toMatchObject({ added: 0, changed: 0, unchanged: 61 })
  expect(await rows()).toEqual(before)
})

test('the same papers with and without their identifiers are one each', async () => {
  const papers = [
    { id: '2507.06457', title: 'A Systematic Analysis of Hybrid Linear Attention', summary: 'One.' },
    { title: 'Repair-R1: Better Test Before Repair', summary: 'Two.' },
  ]
  const other = [
    { title: 'A systematic analysis of hybrid linear attention', summary: 'One.', votes: 12 },
    { id: '2507.22853v1', title: 'Repair-R1: Better Test\n  Before Repair', summary: 'Two.' },
  ]
  expect(await importing(papers)).toMatchObject({ added: 2 })
  expect(await importing(other)).toMatchObject({ added: 0, changed: 2 })
  expect(await papersListedOn(database.db, '2026-07-28')).toMatchObject([
    { id: 1, arxivId: '2507.06457', votes: 12 },
    { id: 2, arxivId: '2507.22853', votes: null },
  ])
})

test("the API's own response counts as its source, but not as a fetch of that source", async () => {
  const entries = recordedDay('daily', '2026-08-14')
  const { source, added } = await importing(entries, { day: '2026-07-28' })
  expect({ source, added }).toEqual({ source: 'huggingface', added: entries.length })
  expect(await sourceDaysBetween(database.db, { from: '2026-07-28', to: '2026-07-28' })).toMatchObject([
    { source: 'huggingface', state: 'fresh', papers: entries.length, closedAt: null, nextTry: null },
  ])
})

test('an import of an empty day succeeds', async () => {
  expect(await importing('[]')).toMatchObject({ added: 0, listed: 0 })
})

test('an import accepts a byte order mark, as Windows writes it', async () => {
  expect(await importing(`\uFEFF${JSON.stringify([{ title: 'A title', summary: '' }])}`)).toMatchObject({
    added: 1,
  })
})

test('unreadable entries are reported, and the others kept', async () => {
  expect(await importing([{ title: 'A title' }, { summary: 's' }, null])).toMatchObject({
    added: 1,
    refused: [
      { index: 1, why: 'title: absent, or no text' },
      { index: 2, why: expect.stringContaining('expected object') },
    ],
  })
})

test('papers that the database rejects are named, and the others kept', async () => {
  await database.db.$executeRaw`alter table paper add constraint no_poison check (title <> 'Poison')`
  try {
    const rejected = [{ paper: 'Poison', why: expect.stringContaining('no_poison') }]
    const file = [{ title: 'One' }, { title: 'Poison' }, { title: 'Three' }]
    expect(await importing(file)).toMatchObject({ added: 2, listed: 2, refused: [], rejected })
    expect(await sourceDaysBetween(database.db, { from: '2026-07-28', to: '2026-07-28' })).toMatchObject([
      { source: 'import', papers: 2, rejected: ['Poison'] },
    ])
    await expect(importing([{ title: 'Poison' }])).rejects.toMatchObject({ code: 'papers.rejected', exit: 1 })
  } finally {
    await database.db.$executeRaw`alter table paper drop constraint no_poison`
  }
})

test.each([
  ['a version out of range', { id: '2611.00001v999999999999' }],
  ['a DOI of 1,900 Chinese characters', { id: `10.1000/${'中'.repeat(1900)}` }],
  ['votes out of range', { votes: 1e300 }],
  ['a date beyond any calendar', { published: '+275760-09-13T00:00:00Z' }],
  ['NULs and half characters', { title: 'a\0b\ud800', authors: ['\0', '\udc00'], summary: '\0\ud800' }],
])('%s in one entry: all are imported', async (_what, poison) => {
  const file = [{ title: 'One' }, { title: 'Poison', ...poison }, { title: 'Three' }]
  expect(await importing(file)).toMatchObject({ added: 3, refused: [], rejected: [] })
})

test('a dry run counts and records nothing', async () => {
  expect(await importing([{ title: 'A title' }], { dryRun: true })).toMatchObject({ added: 1, listed: 1 })
  expect(await rows()).toEqual({ papers: [], listings: [] })
  expect(await database.db.sourceDay.count()).toBe(0)
})

describe('files that are not a list of papers', () => {
  test.each([
    ['no JSON', 'Daily Papers', 'import.not-a-list', 2],
    ['an object', '{"papers":[]}', 'import.not-a-list', 2],
    ['a list of which nothing can be read', '[{"name":"x"},{}]', 'import.nothing-readable', 1],
  ])('%s', async (_what, text, code, exit) => {
    await expect(importing(text)).rejects.toMatchObject({ code, exit })
    expect(await database.db.sourceDay.count()).toBe(0)
  })
})

test('a file with more papers than a statement takes is recorded in the order of its entries', async () => {
  const twin = { title: 'Paper 7', summary: 'The same paper, further down.' }
  const papers = Array.from({ length: 1200 }, (_, i) => ({ title: `Paper ${i + 1}`, summary: 'x' }))
  const imported = await importing([...papers, twin])
  expect(imported).toMatchObject({ listed: 1200, added: 1200, refused: [] })
  const stored = await database.db.paper.findMany({ orderBy: { id: 'asc' } })
  expect(stored.map(({ title }) => title)).toEqual(papers.map(({ title }) => title))
  expect(stored[6]!.abstract).toBe(twin.summary)
})
