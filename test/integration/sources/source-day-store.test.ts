import { beforeEach, describe, expect, test } from 'vitest'
import {
  claimSourceDay,
  dueSourceDays,
  recordFailure,
  recordFetch,
  recordImport,
  sourceDaysBetween,
} from '../../../src/sources/source-day-store.ts'
import { emptyTables, useDatabase } from '../../support/database.ts'

const database = useDatabase()
beforeEach(() => emptyTables(database.db))

const HF = { source: 'huggingface', day: '2026-08-14' }
const at = (text: string) => new Date(text)

const due = async (now: string, sources = ['huggingface']) =>
  (await dueSourceDays(database.db, { sources, now: at(now) })).map(({ source, day }) => `${source} ${day}`)

const only = async () => {
  const rows = await sourceDaysBetween(database.db, { from: '2026-01-01', to: '2026-12-31' })
  expect(rows).toHaveLength(1)
  return rows[0]!
}

test('a day from its first fetch to its last', async () => {
  await recordFetch(database.db, { ...HF, papers: 0, now: at('2026-08-14T01:00:00Z') })
  expect(await only()).toEqual({
    ...HF,
    state: 'waiting',
    papers: 0,
    failures: 0,
    lastStatus: 200,
    lastFault: null,
    fetchedAt: at('2026-08-14T01:00:00Z'),
    nextTry: at('2026-08-14T02:00:00Z'),
    closedAt: null,
  })
  await recordFailure(database.db, {
    ...HF,
    now: at('2026-08-14T02:00:00Z'),
    fault: 'source.failing',
    status: 503,
  })
  await recordFailure(database.db, { ...HF, now: at('2026-08-14T02:05:00Z'), fault: 'source.unreachable' })
  expect(await only()).toMatchObject({
    state: 'failed',
    failures: 2,
    lastStatus: null,
    lastFault: 'source.unreachable',
    fetchedAt: at('2026-08-14T01:00:00Z'),
    nextTry: at('2026-08-14T02:20:00Z'),
  })
  await recordFetch(database.db, { ...HF, papers: 21, now: at('2026-08-14T02:20:00Z') })
  expect(await only()).toMatchObject({
    state: 'fresh',
    papers: 21,
    failures: 0,
    lastFault: null,
    lastStatus: 200,
  })
  await recordFetch(database.db, { ...HF, papers: 28, now: at('2026-08-15T06:10:00Z') })
  expect(await only()).toMatchObject({ papers: 28, closedAt: at('2026-08-15T06:10:00Z'), nextTry: null })
})

test('a closed day stays closed, whatever comes of asking again', async () => {
  await recordFetch(database.db, { ...HF, papers: 28, now: at('2026-08-15T06:10:00Z') })
  await recordFetch(database.db, { ...HF, papers: 29, now: at('2026-08-16T06:10:00Z') })
  expect(await only()).toMatchObject({ papers: 29, closedAt: at('2026-08-15T06:10:00Z') })
  await recordFailure(database.db, { ...HF, now: at('2026-08-17T06:10:00Z'), fault: 'source.failing' })
  expect(await only()).toMatchObject({ state: 'fresh', closedAt: at('2026-08-15T06:10:00Z'), nextTry: null })
})

test('a failure before anything else', async () => {
  const now = at('2026-08-14T02:00:00Z')
  await recordFailure(database.db, { ...HF, now, fault: 'source.rate-limited', status: 429, seconds: 1800 })
  expect(await only()).toMatchObject({ state: 'failed', failures: 1, nextTry: at('2026-08-14T02:30:00Z') })
})

test('an import leaves it to the source when it is asked', async () => {
  await recordImport(database.db, { ...HF, papers: 3, now: at('2026-08-14T02:00:00Z') })
  expect(await only()).toMatchObject({ state: 'fresh', papers: 3, nextTry: null, closedAt: null })
  expect(await due('2026-08-14T02:00:01Z')).toContain('huggingface 2026-08-14')
})

describe('due', () => {
  test('on a new installation: two weeks, oldest first, all sources', async () => {
    const days = await due('2026-08-14T12:00:00Z', ['huggingface', 'other'])
    expect(days).toHaveLength(30)
    expect(days.slice(0, 3)).toEqual(['huggingface 2026-07-31', 'other 2026-07-31', 'huggingface 2026-08-01'])
  })

  test('not while a day waits for its next try, and not once it is closed', async () => {
    await recordFetch(database.db, { ...HF, papers: 1, now: at('2026-08-14T12:00:00Z') })
    await recordFetch(database.db, { ...HF, day: '2026-08-12', papers: 1, now: at('2026-08-14T12:00:00Z') })
    const days = await due('2026-08-14T12:59:59Z')
    expect(days).toHaveLength(13)
    expect(days).not.toContain('huggingface 2026-08-14')
    expect(await due('2026-08-14T13:00:00Z')).toContain('huggingface 2026-08-14')
    expect(await due('2026-08-14T13:00:00Z')).not.toContain('huggingface 2026-08-12')
  })

  test('after a standstill of a month: every day since', async () => {
    await recordFetch(database.db, { ...HF, day: '2026-07-10', papers: 1, now: at('2026-07-11T06:30:00Z') })
    const days = await due('2026-08-14T12:00:00Z')
    expect([days[0], days.length]).toEqual(['huggingface 2026-07-11', 35])
  })

  test('the days that one source has behind it are still before another', async () => {
    await recordFetch(database.db, { ...HF, day: '2026-07-10', papers: 1, now: at('2026-07-11T06:30:00Z') })
    expect((await due('2026-08-14T12:00:00Z', ['other']))[0]).toBe('other 2026-07-31')
  })
})

test('of many that want a due day, one gets it, until it is due again', async () => {
  const claims = (now: string) =>
    Promise.all(Array.from({ length: 8 }, () => claimSourceDay(database.db, HF, at(now))))
  expect((await claims('2026-08-14T01:00:00Z')).filter(Boolean)).toHaveLength(1)
  expect((await claims('2026-08-14T01:14:59Z')).filter(Boolean)).toHaveLength(0)
  expect((await claims('2026-08-14T01:15:00Z')).filter(Boolean)).toHaveLength(1)
  await recordFetch(database.db, { ...HF, papers: 1, now: at('2026-08-15T06:00:00Z') })
  expect((await claims('2026-08-16T01:15:00Z')).filter(Boolean)).toHaveLength(0)
})
