import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { beforeEach, expect, test } from 'vitest'
import { recordListings } from '../../../src/papers/listing.repo.ts'
import { paperByName } from '../../../src/papers/paper.repo.ts'
import { loadPlainPapers, storePlainPapers } from '../../../src/papers/plain-paper.repo.ts'
import { PLAIN_VERSION, plainFingerprint, plainPaperOf } from '../../../src/papers/plain-paper.ts'
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
  return rows.map(({ content }) => (content as { title: { text: string }[] }).title[0]!.text)
}

test('papers are stored once, without TeX, and again when they change', async () => {
  await list(['$O(n^2)$ Robots', 'Arms', 'Grips'])
  expect([await store(2), await store(2), await store(2)]).toEqual([2, 1, 0])
  expect(await contents()).toEqual([expect.stringMatching(/^O\(n²\)/), 'Arms', 'Grips'])
  await list(['$O(n^2)$ Robots', 'Other Arms'], new Date('2026-11-24T13:00:00Z'))
  expect([await store(), await store()]).toEqual([2, 0])
  expect((await contents())[1]).toBe('Other Arms')
})

test('what another version stored is made anew', async () => {
  await list(['Robots'])
  await store()
  await database.db.plainPaper.updateMany({ data: { version: 0, content: {} } })
  expect(await store()).toBe(1)
  expect(await contents()).toEqual(['Robots'])
})

test('a paper is shown as it is stored, if its texts are the same', async () => {
  await list(['Shown as stored'])
  const paper = (await paperByName(database.db, '2611.00001'))!
  const stored = { title: [], sentence: 'Stored.', authors: [], organization: '', keywords: [] }
  const row = { paperId: paper.id, fingerprint: plainFingerprint(paper), content: stored }
  await database.db.plainPaper.create({ data: { ...row, version: PLAIN_VERSION, madeAt: NOW } })
  const changed = { ...paper, abstract: 'Something else.' }
  await loadPlainPapers(database.db, [paper, changed])
  expect([plainPaperOf(paper).sentence, plainPaperOf(changed).sentence]).toEqual([
    'Stored.',
    'Something else.',
  ])
})

// If this fails, stored texts are out of date: increase PLAIN_VERSION, and write the new line here.
test('what lists show of papers is of this version', () => {
  const folder = resolve(import.meta.dirname, '../../fixtures/huggingface/daily')
  const hash = createHash('sha256')
  for (const name of readdirSync(folder).sort()) {
    const { records } = parseDailyPapers(JSON.parse(readFileSync(resolve(folder, name), 'utf8')))
    for (const record of records) hash.update(JSON.stringify(plainPaperOf(paperOf(record, 1))))
  }
  expect(`${PLAIN_VERSION} ${hash.digest('hex').slice(0, 12)}`).toBe('1 9848ccc7b097')
})
