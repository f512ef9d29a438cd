import { beforeEach, expect, test } from 'vitest'
import { readConfig } from '../../../../src/config/config.ts'
import { stoppedClock } from '../../../../src/core/clock.ts'
import type { Deps } from '../../../../src/core/deps.ts'
import { openLog, silentLog } from '../../../../src/core/log.ts'
import { FEATURES } from '../../../../src/features/index.ts'
import { learnIfDue } from '../../../../src/queries/learned/learn.ts'
import { learnedModel, meaningIn } from '../../../../src/queries/learned/learned-models.repo.ts'
import { openArchive } from '../../../../src/search/open-archive.ts'
import { emptyTables, useDatabase } from '../../../support/database.ts'

const database = useDatabase()
const clock = stoppedClock(new Date('2026-11-24T12:00:00Z'))
const deps = (): Deps => ({
  config: readConfig({}),
  clock,
  features: FEATURES,
  log: silentLog,
  db: database.db,
  databaseUrl: database.url,
})

beforeEach(async () => {
  clock.moveTo(new Date('2026-11-24T12:00:00Z'))
  await emptyTables(database.db)
})

/** Papers about ten subjects, with three words each. */
const addPapers = (from: number, to: number) => database.db.$executeRaw`
  insert into paper (title, abstract, authors, categories, keywords, first_day, first_seen, updated_at)
  select 'robot' || n % 10 || ' arm' || n % 10, 'grip' || n % 10 || ' paper' || n, '{}', '{}', '{}',
    '2026-11-24', now(), now()
  from generate_series(${from}::int, ${to}::int) n`

const learnedAt = async () =>
  (await database.db.learnedModel.findUnique({ where: { kind: 'space' } }))?.learnedAt.toISOString()

test('a space is learned once there are enough papers, and again once they have doubled', async () => {
  await addPapers(1, 299)
  await learnIfDue(deps())
  expect([await learnedAt(), await learnedModel(database.db, 'space')]).toEqual([undefined, undefined])
  expect((await learnedModel(database.db, 'usage'))?.terms.has('robot3 arm3')).toBe(true)

  await addPapers(300, 300)
  await learnIfDue(deps())
  expect(await learnedAt()).toBe('2026-11-24T12:00:00.000Z')
  const space = await learnedModel(database.db, 'space')
  expect(await learnedModel(database.db, 'space')).toBe(space)
  const archive = await openArchive(deps(), { withVectors: true })
  const nearness = archive.nearnessTo(new Map([['robot3', 1]]))
  const nearest = archive
    .attributesOf(archive.all())
    .map(({ id }) => id)
    .filter((id) => nearness(archive.index.docIdOf(id)!) >= 0.9)
  expect([nearest.length, nearest.every((id) => id % 10 === 3)]).toEqual([30, true])

  clock.moveTo(new Date('2026-11-24T13:00:00Z'))
  await addPapers(301, 599)
  await learnIfDue(deps())
  expect(await learnedAt()).toBe('2026-11-24T12:00:00.000Z')
  await addPapers(600, 600)
  await learnIfDue(deps())
  expect(await learnedAt()).toBe('2026-11-24T13:00:00.000Z')
  expect(await learnedModel(database.db, 'space')).not.toBe(space)
})

test('an open archive uses what was learned at once, with the vectors of every paper', async () => {
  await addPapers(1, 300)
  const archive = await openArchive(deps(), { withVectors: true })
  expect([archive.vectors, archive.usage.terms.size]).toEqual([undefined, 0])
  for (const [from, to] of [
    [301, 310],
    [311, 650],
  ] as const) {
    await addPapers(from, to)
    await learnIfDue(deps())
    await openArchive(deps(), { withVectors: true })
    expect(archive.usage).toBe(await learnedModel(database.db, 'usage'))
    expect(archive.hasVectorsOf(await learnedModel(database.db, 'space'))).toBe(true)
    expect(archive.vectors?.count).toBe(to)
  }
})

test('each night a space is learned again', async () => {
  await addPapers(1, 2000)
  await learnIfDue(deps())
  const learnedAfter = async (now: string) => {
    clock.moveTo(new Date(now))
    await learnIfDue(deps())
    return learnedAt()
  }
  expect(await learnedAfter('2026-11-25T01:59:00Z')).toBe('2026-11-24T12:00:00.000Z')
  expect(await learnedAfter('2026-11-25T02:00:00Z')).toBe('2026-11-25T02:00:00.000Z')
  expect(await learnedAfter('2026-11-26T01:59:00Z')).toBe('2026-11-25T02:00:00.000Z')
  expect(await learnedAfter('2026-11-28T17:00:00Z')).toBe('2026-11-28T17:00:00.000Z')
  expect(await learnedAfter('2026-11-29T01:59:00Z')).toBe('2026-11-28T17:00:00.000Z')
})

test('a night with too few papers may be repeated on the same day', async () => {
  await addPapers(1, 299)
  clock.moveTo(new Date('2026-11-25T02:00:00Z'))
  await learnIfDue(deps())
  expect(await learnedAt()).toBeUndefined()
  clock.moveTo(new Date('2026-11-25T02:01:00Z'))
  await addPapers(300, 300)
  await learnIfDue(deps())
  expect(await learnedAt()).toBe('2026-11-25T02:01:00.000Z')
})

test('one process learns at a time', async () => {
  await addPapers(1, 600)
  const events: string[] = []
  const log = openLog('info', { write: (line) => void events.push(JSON.parse(line).event) })
  await Promise.all(Array.from({ length: 4 }, () => learnIfDue({ ...deps(), log })))
  expect([events, await learnedAt()]).toEqual([['archive.learned'], '2026-11-24T12:00:00.000Z'])
})

test('a model that cannot be read is not used', async () => {
  await addPapers(1, 300)
  await learnIfDue(deps())
  expect((await meaningIn(database.db))({ kind: 'word', field: 'any', text: 'x' })).toBeDefined()
  await database.db.learnedModel.update({
    where: { kind: 'usage' },
    data: { data: new Uint8Array([1, 2, 3]), learnedAt: new Date('2026-11-24T14:00:00Z') },
  })
  expect(await learnedModel(database.db, 'usage')).toBeUndefined()
  expect((await meaningIn(database.db))({ kind: 'word', field: 'any', text: 'x' })).toBeDefined()
})
