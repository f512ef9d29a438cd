import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { beforeEach, expect, test } from 'vitest'
import { recordListings } from '../../../src/papers/listing.repo.ts'
import { paperByName, papersAfter } from '../../../src/papers/paper.repo.ts'
import { storePlainPapers } from '../../../src/papers/plain-paper.repo.ts'
import { abstractRunsOf, PLAIN_VERSION, plainPaperOf } from '../../../src/papers/plain-paper.ts'
import { parseDailyPapers } from '../../../src/sources/huggingface/parse-daily-papers.ts'
import { emptyTables, useDatabase } from '../../support/database.ts'
import { paperOf } from '../../support/recorded-papers.ts'
import { arxivKey, sampleRecord } from '../../support/sample-record.ts'

const NOW = new Date('2026-11-24T12:00:00Z')
const database = useDatabase()
beforeEach(() => emptyTables(database.db))

const list = (titles: string[], now = NOW) =>
  recordListings(database.db, {
    source: 'huggingface',
    day: '2026-11-24',
    records: titles.map((title, i) =>
      sampleRecord({ title, keys: [arxivKey(`2611.0000${i + 1}`)], version: now.getUTCHours() }),
    ),
    now,
  })

const store = (limit = 10) => storePlainPapers(database.db, { now: NOW, limit })

const contents = async () => {
  const rows = await database.db.plainPaper.findMany({ orderBy: { paperId: 'asc' } })
  return rows.map(({ content }) => content)
}

test('papers are stored once, without TeX, and again when they change', async () => {
  await list(['$O(n^2)$ Robots', 'Arms', 'Grips'])
  expect([await store(2), await store(2), await store(2)]).toEqual([2, 1, 0])
  expect(await contents()).toMatchObject([{ title: 'O(n²) Robots' }, {}, {}])
  await list(['$O(n^2)$ Robots', '$O(n)$ Arms'], new Date('2026-11-24T13:00:00Z'))
  expect([await store(), await store()]).toEqual([2, 0])
  expect((await contents())[1]).toMatchObject({ title: 'O(n) Arms' })
})

test('plain texts of another version of the program are made again', async () => {
  await list(['Robots'])
  await store()
  await database.db.plainPaper.updateMany({ data: { version: 0, content: {} } })
  expect(await store()).toBe(1)
  expect(await contents()).toEqual([{ sentence: expect.any(String), isSummary: false }])
})

test('a stored paper gives the same as one that is read again, and only what TeX changes is stored', async () => {
  await list(['$O(n^2)$ Robots', 'Robots'])
  const before = await papersAfter(database.db, { after: 0, most: 2 })
  await store()
  const after = await papersAfter(database.db, { after: 0, most: 2 })
  expect(after).toMatchObject(before)
  expect(after.map(plainPaperOf)).toEqual(before.map(plainPaperOf))
  const [withTex, without] = (await contents()) as object[]
  expect(withTex).toHaveProperty('titleRuns')
  expect(without).not.toHaveProperty('titleRuns')
})

test('a paper is shown as it is stored, if its texts are the same', async () => {
  await list(['Shown as stored'])
  await store()
  const sentenceOf = async () => plainPaperOf((await paperByName(database.db, '2611.00001'))!).sentence
  const read = await sentenceOf()
  await database.db.plainPaper.updateMany({ data: { content: { sentence: 'Stored.' } } })
  expect(await sentenceOf()).toBe('Stored.')
  await database.db.paper.updateMany({ data: { keywords: ['robots'] } })
  expect(await sentenceOf()).toBe(read)
})

test('an abstract with TeX is stored as its page shows it', async () => {
  const records = [sampleRecord({ abstract: 'In $O(n^2)$ steps.', keys: [arxivKey('2611.00001')] })]
  await recordListings(database.db, { source: 'huggingface', day: '2026-11-24', records, now: NOW })
  const runs = async () => abstractRunsOf((await paperByName(database.db, '2611.00001'))!)
  const read = await runs()
  await store()
  expect([await contents(), await runs()]).toMatchObject([[{ abstractRuns: read }], read])
  await database.db.plainPaper.updateMany({ data: { content: { abstractRuns: [] } } })
  expect(await runs()).toEqual([])
})

// If this fails, stored texts are out of date: increase PLAIN_VERSION, and write the new line here.
test('lists show plain texts of this version', () => {
  const folder = resolve(import.meta.dirname, '../../fixtures/huggingface/daily')
  const hash = createHash('sha256')
  for (const name of readdirSync(folder).sort()) {
    const { records } = parseDailyPapers(JSON.parse(readFileSync(resolve(folder, name), 'utf8')))
    for (const record of records) hash.update(JSON.stringify(plainPaperOf(paperOf(record, 1))))
  }
  expect(`${PLAIN_VERSION} ${hash.digest('hex').slice(0, 12)}`).toBe('6 476ffe3f18c8')
})
