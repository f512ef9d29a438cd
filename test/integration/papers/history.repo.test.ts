import { beforeEach, describe, expect, test } from 'vitest'
import { readConfig } from '../../../src/config/config.ts'
import { stoppedClock } from '../../../src/core/clock.ts'
import type { Day } from '../../../src/core/dates.ts'
import type { Deps } from '../../../src/core/deps.ts'
import { silentLog } from '../../../src/core/log.ts'
import { FEATURES } from '../../../src/features/index.ts'
import { prune } from '../../../src/operator/prune.ts'
import { maxHistoryId, pruneHistoryBefore, snapshotsAt } from '../../../src/papers/history.repo.ts'
import { recordListings } from '../../../src/papers/listing.repo.ts'
import type { ListingKind, SourceRecord } from '../../../src/sources/source.ts'
import { emptyTables, useDatabase } from '../../support/database.ts'
import { sampleRecord } from '../../support/sample-record.ts'

const database = useDatabase()
beforeEach(() => emptyTables(database.db))

const at = (day: Day) => new Date(`${day}T05:00:00Z`)

interface Saying {
  id?: string
  doi?: string
  votes?: number
  kind?: ListingKind
}

const record = ({ id = '2608.00001', doi, ...said }: Saying): SourceRecord =>
  sampleRecord({
    ...said,
    keys: [{ scheme: 'arxiv' as const, value: id }, ...(doi ? [{ scheme: 'doi' as const, value: doi }] : [])],
    title: `Of ${id}`,
  })

/** Listed on 2 August, said on a day. */
const say = (day: Day, sayings: Saying[], source = 'huggingface') =>
  recordListings(database.db, { source, day: '2026-08-02', now: at(day), records: sayings.map(record) })

const rows = async () => {
  const found = await database.db.paperHistory.findMany({ orderBy: { id: 'asc' } })
  return found.map(({ id, paperId, votes, revisedOn }) => [
    id,
    paperId,
    votes,
    revisedOn?.getUTCDate() ?? null,
  ])
}

describe('a row', () => {
  test('is written each time that the votes change', async () => {
    await say('2026-08-02', [{ votes: 3 }])
    await say('2026-08-03', [{ votes: 3 }])
    await say('2026-08-04', [{}])
    await say('2026-08-05', [{ votes: 8 }])
    await say('2026-08-06', [{ votes: 7 }])
    expect(await rows()).toEqual([
      [1, 1, 3, null],
      [2, 1, 8, null],
      [3, 1, 7, null],
    ])
    const [first] = await database.db.paperHistory.findMany({ orderBy: { id: 'asc' } })
    expect(first!.at).toEqual(at('2026-08-02'))
  })
  test('has the most votes of any source', async () => {
    await say('2026-08-02', [{ votes: 8 }])
    await say('2026-08-03', [{ votes: 5 }], 'import')
    await say('2026-08-04', [{ votes: 9 }], 'import')
    expect(await rows()).toEqual([
      [1, 1, 8, null],
      [2, 1, 9, null],
    ])
  })
  test('is written for a newer version, and again for a still newer one', async () => {
    const revise = (day: Day) =>
      recordListings(database.db, {
        source: 'arxiv',
        day,
        now: at('2026-08-09'),
        records: [record({ kind: 'revised' })],
      })
    await say('2026-08-02', [{}])
    for (const day of ['2026-08-04', '2026-08-03', '2026-08-06']) await revise(day)
    expect(await rows()).toEqual([
      [1, 1, null, 4],
      [2, 1, null, 6],
    ])
  })
  test('is not written for unknown votes, and is for no votes', async () => {
    await say('2026-08-02', [{}, { id: '2608.00002', votes: 0 }])
    expect(await rows()).toEqual([[1, 2, 0, null]])
  })
  test('is not written in a dry run', async () => {
    const day = { source: 'huggingface', day: '2026-08-02', now: at('2026-08-02'), dryRun: true }
    await recordListings(database.db, { ...day, records: [record({ votes: 3 })] })
    expect(await rows()).toEqual([])
  })
})

describe('the earlier states of papers', () => {
  const snapshots = async (upTo: number) =>
    Object.fromEntries(await snapshotsAt(database.db, { paperIds: [1, 2, 3], upTo }))

  beforeEach(async () => {
    await say('2026-08-02', [{ votes: 3 }, { id: '2608.00002', votes: 1 }, { id: '2608.00003' }])
    await say('2026-08-03', [{ votes: 20 }])
    await say('2026-08-04', [{ votes: 18 }])
    const revised = record({ id: '2608.00002', kind: 'revised' })
    await recordListings(database.db, {
      source: 'arxiv',
      day: '2026-08-05',
      now: at('2026-08-05'),
      records: [revised],
    })
  })

  test('are those up to an id of the history', async () => {
    expect(await maxHistoryId(database.db)).toBe(5)
    expect(await snapshots(0)).toEqual({})
    expect(await snapshots(1)).toEqual({ 1: { votes: 3, revisedDay: null } })
    expect(await snapshots(3)).toEqual({
      1: { votes: 20, revisedDay: null },
      2: { votes: 1, revisedDay: null },
    })
    expect(await snapshots(4)).toMatchObject({ 1: { votes: 20 } })
    expect(await snapshots(5)).toMatchObject({ 2: { votes: 1, revisedDay: '2026-08-05' } })
  })

  test('are found for a single paper', async () => {
    expect([...(await snapshotsAt(database.db, { paperIds: [2], upTo: 5 })).keys()]).toEqual([2])
    expect(await snapshotsAt(database.db, { paperIds: [], upTo: 5 })).toEqual(new Map())
  })

  test('combine those of two papers that turn out to be one', async () => {
    await say('2026-08-06', [{ doi: '10.1000/1' }, { id: '2608.00002', doi: '10.1000/1' }])
    expect(await snapshots(3)).toEqual({ 1: { votes: 20, revisedDay: null } })
    expect(await snapshots(5)).toEqual({ 1: { votes: 20, revisedDay: '2026-08-05' } })
  })

  test('are found until they are pruned, and the newest id does not decrease', async () => {
    const before = await snapshots(4)
    expect(await pruneHistoryBefore(database.db, at('2026-08-05'))).toBe(2)
    expect(await rows()).toEqual([
      [2, 2, 1, null],
      [4, 1, 18, null],
      [5, 2, 1, 5],
    ])
    expect(await snapshots(4)).toEqual({ ...before, 1: { votes: 18, revisedDay: null } })
    expect(await pruneHistoryBefore(database.db, at('2026-12-05'))).toBe(1)
    expect(await maxHistoryId(database.db)).toBe(5)
  })

  test('are pruned at night with the digests that used them', async () => {
    const deps: Deps = {
      db: database.db,
      databaseUrl: database.url,
      config: { ...readConfig({}), KEEP_DAYS: 60 },
      features: FEATURES,
      log: silentLog,
      clock: stoppedClock(new Date('2026-10-04T03:00:00Z')), // before 5 August
    }
    await prune(deps)
    expect((await rows()).map(([id]) => id)).toEqual([2, 4, 5])
  })

  test('do not include votes that a source repeats after a long time', async () => {
    await pruneHistoryBefore(database.db, at('2026-12-05'))
    await say('2026-12-06', [{ votes: 18 }])
    expect(await maxHistoryId(database.db)).toBe(5)
  })
})

test('maxHistoryId returns an id up to which all rows are visible', async () => {
  await say('2026-08-02', [{ votes: 3 }])
  let seen: number | undefined
  await database.db.$transaction(async (tx) => {
    await tx.paperHistory.create({ data: { paperId: 1, votes: 4, at: at('2026-08-03') } })
    seen = await maxHistoryId(database.db)
  })
  expect(seen).toBe(1)
  expect(await maxHistoryId(database.db)).toBe(2)
})

test('maxHistoryId returns 0 without history', async () => {
  expect(await maxHistoryId(database.db)).toBe(0)
})
