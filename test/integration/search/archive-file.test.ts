import { existsSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeEach, expect, test } from 'vitest'
import { readConfig } from '../../../src/config/config.ts'
import { stoppedClock } from '../../../src/core/clock.ts'
import type { Deps } from '../../../src/core/deps.ts'
import { silentLog } from '../../../src/core/log.ts'
import { recordListings } from '../../../src/papers/listing.repo.ts'
import { Archive } from '../../../src/queries/archive.ts'
import { parseQuery } from '../../../src/queries/language/parse-query.ts'
import { bestMatches } from '../../../src/queries/ranking/rank-matches.ts'
import { wordKeyOf } from '../../../src/queries/text/tokens.ts'
import { loadArchive, saveArchive } from '../../../src/search/archive-file.ts'
import { openArchive } from '../../../src/search/open-archive.ts'
import { emptyTables, useDatabase } from '../../support/database.ts'
import { arxivKey, sampleRecord } from '../../support/sample-record.ts'

const NOW = new Date('2026-11-24T12:00:00Z')
const LATER = new Date('2026-11-25T12:00:00Z')
const database = useDatabase()
const other = useDatabase()
const folder = mkdtempSync(join(tmpdir(), 'archive-'))
const file = join(folder, 'archive.bin')
afterAll(() => rmSync(folder, { recursive: true }))

const warned: string[] = []
const deps = ({ db, url } = database): Deps => ({
  config: readConfig({ DATA_DIR: folder }),
  clock: stoppedClock(NOW),
  log: { ...silentLog, warn: (event) => void warned.push(event) },
  db,
  databaseUrl: url,
})

const list = (titles: Record<string, string>, now = NOW, db = database.db) =>
  recordListings(db, {
    source: 'huggingface',
    day: '2026-11-24',
    records: Object.entries(titles).map(([id, title]) =>
      sampleRecord({ title, keys: [arxivKey(id)], categories: ['cs.LG'], version: now === NOW ? 1 : 2 }),
    ),
    now,
  })

const PAPERS = {
  '2611.00001': 'Robots Learn to Walk',
  '2611.00002': 'Walking with RAGs',
  '2611.00003': 'Speech',
}

beforeEach(async () => {
  await emptyTables(database.db)
  await list(PAPERS)
  const archive = await openArchive(deps())
  await saveArchive(deps(), { index: archive.index, maxPaperId: 3, changedAt: NOW, backTo: null })
  warned.length = 0
})

async function loaded() {
  const saved = await loadArchive(deps())
  return saved && { ...saved, archive: new Archive(saved.index, saved.backTo) }
}

const found = (archive: Archive, query: string) =>
  archive.attributesOf(archive.find(parseQuery(query))).map(({ id }) => id)

test('a later process has the keys of the words, also of acronyms', async () => {
  const { prose } = (await loaded())!.index.vocabularies
  expect(prose.size).toBeGreaterThan(5)
  for (let word = 1; word < prose.size; word++)
    expect(prose.keyOfWord(prose.spelling(word))).toBe(wordKeyOf(prose.spelling(word), 'prose'))
  expect(prose.keyOfWord('unheard')).toBeUndefined()
})

test('a later process finds the same in the same order, with the same facts', async () => {
  const before = await openArchive(deps())
  const { archive, maxPaperId, changedAt } = (await loaded())!
  for (const query of ['walk', 'RAG', 'speech', '"robots learn"', 'cat:cs.LG', 'walk OR speech']) {
    const tree = parseQuery(query)
    expect(bestMatches(archive, tree, archive.find(tree))).toEqual(
      bestMatches(before, tree, before.find(tree)),
    )
  }
  expect(found(archive, 'walk').sort()).toEqual([1, 2])
  expect([maxPaperId, changedAt]).toEqual([3, NOW])
  for (const docId of [0, 1, 2]) {
    expect(archive.index.attributes(docId)).toEqual(before.index.attributes(docId))
    expect(archive.index.words(docId)).toEqual(before.index.words(docId))
  }
})

test('what changed since is read: new papers, new words, withdrawn papers', async () => {
  await list({ '2611.00002': 'Running', '2611.00004': 'Walks' }, LATER)
  await database.db.paper.update({ where: { id: 1 }, data: { withdrawnAt: LATER, updatedAt: LATER } })
  const { archive } = (await loaded())!
  expect([found(archive, 'walk'), found(archive, 'running')]).toEqual([[4], [2]])
})

test.each([
  ['the database lacks a paper', () => database.db.paper.deleteMany({ where: { id: 2 } })],
  [
    'the database is older',
    async () => {
      const old = new Date('2026-11-01T12:00:00Z')
      await database.db.paper.updateMany({ data: { updatedAt: old } })
      await database.db.listing.updateMany({ data: { updatedAt: old } })
    },
  ],
  ['there is no file', () => rmSync(file)],
])('it is not used if %s', async (_why, change) => {
  await change()
  expect([await loaded(), warned]).toEqual([null, []])
})

test('it is not used for another database', async () => {
  await list(PAPERS, NOW, other.db)
  expect(await loadArchive(deps(other))).toBeNull()
})

test.each([
  ['is cut off', () => truncateSync(file, 500)],
  ['is something else', () => writeFileSync(file, '{"papers": []}')],
  [
    'has another byte',
    () => {
      const bytes = readFileSync(file)
      bytes[bytes.length - 20]! ^= 1
      writeFileSync(file, bytes)
    },
  ],
])('a file that %s is ignored with a warning', async (_what, change) => {
  change()
  expect([await loaded(), warned]).toEqual([null, ['archive.unread']])
})

test('what a process left that ended while it wrote is removed', async () => {
  writeFileSync(`${file}.999999999`, 'half')
  const { index } = await openArchive(deps())
  await saveArchive(deps(), { index, maxPaperId: 3, changedAt: NOW, backTo: null })
  expect(existsSync(`${file}.999999999`)).toBe(false)
})
