import { beforeEach, describe, expect, test } from 'vitest'
import { readConfig } from '../../../src/config/config.ts'
import { stoppedClock } from '../../../src/core/clock.ts'
import type { Day } from '../../../src/core/dates.ts'
import type { Deps } from '../../../src/core/deps.ts'
import { silentLog } from '../../../src/core/log.ts'
import { FEATURES } from '../../../src/features/index.ts'
import { recordListings } from '../../../src/papers/listing.repo.ts'
import type { Archive } from '../../../src/queries/archive.ts'
import { parseQuery } from '../../../src/queries/language/parse-query.ts'
import { openArchive, readWholeArchive } from '../../../src/search/open-archive.ts'
import type { SourceRecord } from '../../../src/sources/source.ts'
import { emptyTables, useDatabase } from '../../support/database.ts'
import { sampleRecord } from '../../support/sample-record.ts'

const NOW = new Date('2026-11-24T12:00:00Z')
const DAY = '2026-11-24'
const database = useDatabase()
const clock = stoppedClock(NOW)
const deps = (): Deps => ({
  config: readConfig({}),
  clock,
  features: FEATURES,
  log: silentLog,
  db: database.db,
  databaseUrl: database.url,
})

beforeEach(async () => {
  clock.moveTo(NOW)
  await emptyTables(database.db)
  await openArchive(deps())
})

const record = (title: string, said: Partial<SourceRecord> = {}) => sampleRecord({ title, ...said })

const list = (records: SourceRecord[], day: Day = DAY) =>
  recordListings(database.db, { source: 'huggingface', day, records, now: clock.now() })

const idsOf = (archive: Archive, query: string) =>
  archive.attributesOf(archive.find(parseQuery(query))).map(({ id }) => id)

const found = async (query: string) => idsOf(await openArchive(deps()), query)

const minutesLater = (minutes: number) => clock.moveTo(new Date(NOW.getTime() + minutes * 60_000))

describe('the papers of this process', () => {
  test('include new ones at once', async () => {
    await list([record('Of robots')])
    expect(await found('robots')).toEqual([1])
    await list([record('More robots'), record('Of speech')])
    expect([await found('robots'), await found('speech')]).toEqual([[1, 2], [3]])
  })

  test('have their new votes and words within a minute', async () => {
    const key = { scheme: 'arxiv' as const, value: '2611.00001' }
    await list([record('Of robots', { keys: [key], votes: 3 })])
    expect(await found('votes>=9')).toEqual([])
    minutesLater(0.5)
    await list([record('Of arms', { keys: [key], votes: 9, version: 2 })])
    minutesLater(1)
    expect([await found('votes>=9'), await found('robots'), await found('arms')]).toEqual([[1], [], [1]])
  })

  test('are without withdrawn ones within a minute', async () => {
    await list([record('Of robots')])
    expect(await found('robots')).toEqual([1])
    await database.db.paper.updateMany({ data: { withdrawnAt: NOW, updatedAt: NOW } })
    minutesLater(1)
    expect(await found('robots')).toEqual([])
  })

  test('are without merged ones within a minute', async () => {
    const arxiv = { scheme: 'arxiv' as const, value: '2611.00001' }
    const doi = { scheme: 'doi' as const, value: '10.1000/1' }
    await list([record('Of robots', { keys: [arxiv] }), record('Robots of all kinds', { keys: [doi] })])
    expect(await found('robots')).toEqual([1, 2])
    await list([record('Of robots', { keys: [arxiv, doi] })])
    minutesLater(1)
    expect(await found('robots')).toEqual([1])
  })

  test('are forgotten when the database has fewer of them than before', async () => {
    await list([record('Of robots'), record('More robots')])
    expect(await found('robots')).toEqual([1, 2])
    const before = await readWholeArchive(deps())
    await database.db.$executeRaw`truncate paper, paper_key, listing, paper_history restart identity cascade`
    await list([record('Of speech')])
    expect([await found('robots'), await found('speech')]).toEqual([[], [1]])
    const after = await readWholeArchive(deps())
    expect([after === before, after.backTo]).toEqual([false, null])
  })
})

test('openArchive gives two callers at once, and one that comes while they read, the same papers', async () => {
  await emptyTables(database.db)
  await list(Array.from({ length: 60 }, (_, n) => record(`Robots, part ${n}`)))
  const [one, other, third] = await Promise.all([
    openArchive(deps()),
    openArchive(deps()),
    readWholeArchive(deps()),
  ])
  expect([other, third]).toEqual([one, one])
  expect(idsOf(one, 'robots')).toHaveLength(60)
  expect([one.index.docCount, one.backTo]).toEqual([60, null])
})

test('openArchive reads only what a request needs, and everything if it needs that', async () => {
  await emptyTables(database.db)
  const days = Array.from({ length: 12 }, (_, n) => `2026-11-${String(n + 10)}`)
  for (const day of days) {
    await list(
      Array.from({ length: 200 }, (_, n) => record(`Robots of ${day}, part ${n}`)),
      day,
    )
  }
  const archive = await openArchive(deps(), { from: '2026-11-20' })
  expect([archive.index.size, archive.backTo]).toEqual([2048, '2026-11-11'])
  expect(await readWholeArchive(deps())).toBe(archive)
  expect([archive.index.size, archive.backTo]).toEqual([2400, null])
})
