import { beforeEach, describe, expect, test } from 'vitest'
import { SOURCE_NAME_EXAMPLES } from '../../../src/sources/registry.ts'
import {
  claimSourceDay,
  dueSourceDays,
  recordFailedFetch,
  recordImport,
  recordSuccessfulFetch,
  recordThrottled,
  sourceDaysBetween,
} from '../../../src/sources/source-day.repo.ts'
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

test('a source day is recorded from its first fetch to its last', async () => {
  await recordSuccessfulFetch(database.db, { ...HF, papers: 0, now: at('2026-08-14T01:00:00Z') })
  expect(await only()).toEqual({
    ...HF,
    state: 'waiting',
    reason: null,
    papers: 0,
    revised: 0,
    late: 0,
    fetches: 1,
    requests: 0,
    failures: 0,
    lastStatus: 200,
    lastFault: null,
    rejected: [],
    fetchedAt: at('2026-08-14T01:00:00Z'),
    cameAt: null,
    nextTry: at('2026-08-14T01:30:00Z'),
    closedAt: null,
  })
  await recordFailedFetch(database.db, {
    ...HF,
    now: at('2026-08-14T02:00:00Z'),
    fault: 'source.failing',
    status: 503,
  })
  await recordFailedFetch(database.db, {
    ...HF,
    now: at('2026-08-14T02:05:00Z'),
    fault: 'source.unreachable',
  })
  expect(await only()).toMatchObject({
    state: 'failed',
    failures: 2,
    lastStatus: null,
    lastFault: 'source.unreachable',
    fetchedAt: at('2026-08-14T01:00:00Z'),
    nextTry: at('2026-08-14T02:20:00Z'),
  })
  await recordSuccessfulFetch(database.db, { ...HF, papers: 21, now: at('2026-08-14T02:20:00Z') })
  expect(await only()).toMatchObject({
    state: 'fresh',
    papers: 21,
    failures: 0,
    lastFault: null,
    lastStatus: 200,
  })
  await recordSuccessfulFetch(database.db, { ...HF, papers: 28, now: at('2026-08-15T06:10:00Z') })
  expect(await only()).toMatchObject({
    papers: 28,
    fetches: 3,
    cameAt: at('2026-08-14T02:20:00Z'),
    closedAt: at('2026-08-15T06:10:00Z'),
    nextTry: at('2026-08-15T12:10:00Z'),
  })
})

test('a failure does not change a day that has papers', async () => {
  await recordSuccessfulFetch(database.db, { ...HF, papers: 21, now: at('2026-08-14T07:00:00Z') })
  await recordFailedFetch(database.db, { ...HF, now: at('2026-08-14T08:00:00Z'), fault: 'source.failing' })
  expect(await only()).toMatchObject({
    state: 'fresh',
    papers: 21,
    failures: 1,
    lastFault: 'source.failing',
    nextTry: at('2026-08-14T08:05:00Z'),
  })
})

test('successful responses and requests are counted, those of failed fetches too', async () => {
  await recordSuccessfulFetch(database.db, { ...HF, papers: 0, requests: 1, now: at('2026-08-14T01:00:00Z') })
  const failed = { ...HF, now: at('2026-08-14T02:00:00Z'), fault: 'source.failing', requests: 5 }
  await recordFailedFetch(database.db, failed)
  await recordSuccessfulFetch(database.db, { ...HF, papers: 3, requests: 2, now: at('2026-08-14T02:05:00Z') })
  expect(await only()).toMatchObject({ fetches: 2, requests: 8 })
})

test('papers after a day is closed are late, once each', async () => {
  const fetchedAt = (now: string, papers: number) =>
    recordSuccessfulFetch(database.db, { ...HF, papers, now: at(now) })
  await fetchedAt('2026-08-14T07:00:00Z', 20)
  await fetchedAt('2026-08-15T06:00:00Z', 28)
  expect(await only()).toMatchObject({ papers: 28, late: 0 })
  await fetchedAt('2026-08-15T12:00:00Z', 30)
  await fetchedAt('2026-08-15T18:00:00Z', 30)
  await fetchedAt('2026-08-16T00:00:00Z', 31)
  expect(await only()).toMatchObject({ papers: 31, late: 3 })
})

test('a day with the list of another day waits until its own comes', async () => {
  const repeated = { ...HF, papers: 0, reason: 'repeated' as const }
  await recordSuccessfulFetch(database.db, { ...repeated, now: at('2026-08-14T07:00:00Z') })
  expect(await only()).toMatchObject({ state: 'waiting', reason: 'repeated' })
  await recordSuccessfulFetch(database.db, { ...repeated, now: at('2026-08-14T13:00:00Z') })
  expect(await only()).toMatchObject({ state: 'stalled', reason: 'repeated' })
  await recordFailedFetch(database.db, { ...HF, now: at('2026-08-14T14:00:00Z'), fault: 'source.failing' })
  expect(await only()).toMatchObject({ state: 'failed', reason: null })
  await recordSuccessfulFetch(database.db, { ...HF, papers: 21, now: at('2026-08-14T14:05:00Z') })
  expect(await only()).toMatchObject({ state: 'fresh', reason: null, cameAt: at('2026-08-14T14:05:00Z') })
})

test('a closed day stays closed after any further fetch', async () => {
  await recordSuccessfulFetch(database.db, { ...HF, papers: 28, now: at('2026-08-15T06:10:00Z') })
  await recordSuccessfulFetch(database.db, { ...HF, papers: 29, now: at('2026-08-16T06:10:00Z') })
  expect(await only()).toMatchObject({ papers: 29, closedAt: at('2026-08-15T06:10:00Z') })
  await recordFailedFetch(database.db, { ...HF, now: at('2026-08-17T06:10:00Z'), fault: 'source.failing' })
  expect(await only()).toMatchObject({
    state: 'fresh',
    failures: 1,
    closedAt: at('2026-08-15T06:10:00Z'),
    nextTry: at('2026-08-17T06:15:00Z'),
  })
})

test('a closed day is not fetched again after a failure once its votes are settled', async () => {
  await recordSuccessfulFetch(database.db, { ...HF, papers: 28, now: at('2026-09-01T06:00:00Z') })
  expect(await only()).toMatchObject({ closedAt: at('2026-09-01T06:00:00Z'), nextTry: null })
  await recordFailedFetch(database.db, { ...HF, now: at('2026-09-01T07:00:00Z'), fault: 'source.failing' })
  expect(await only()).toMatchObject({ state: 'fresh', failures: 1, nextTry: null })
})

test('a day may begin with a failure', async () => {
  const now = at('2026-08-14T02:00:00Z')
  await recordFailedFetch(database.db, {
    ...HF,
    now,
    fault: 'source.rate-limited',
    status: 429,
    seconds: 1800,
  })
  expect(await only()).toMatchObject({ state: 'failed', failures: 1, nextTry: at('2026-08-14T02:30:00Z') })
})

test('an import does not change when the source is fetched', async () => {
  await recordImport(database.db, { ...HF, papers: 3, now: at('2026-08-14T02:00:00Z') })
  expect(await only()).toMatchObject({ state: 'fresh', papers: 3, nextTry: null, closedAt: null })
  expect(await due('2026-08-14T02:00:01Z')).toContain('huggingface 2026-08-14')
})

describe('days that are due', () => {
  test('are two weeks on a new installation, oldest first, for all sources', async () => {
    const sources = SOURCE_NAME_EXAMPLES.split(', ')
    const asked = await dueSourceDays(database.db, { sources, now: at('2026-08-14T12:00:00Z') })
    const days = asked.map(({ day }) => day)
    expect(days).toEqual(days.toSorted())
    for (const source of sources) {
      const first = asked.find((one) => one.source === source)
      expect(first?.day).toBe('2026-07-31')
    }
    expect(asked.filter(({ source }) => source === 'huggingface')).toHaveLength(15)
  })

  test('are found next to those of an unknown source', async () => {
    expect(await due('2026-08-14T12:00:00Z', ['elsewhere', 'huggingface'])).toEqual(
      await due('2026-08-14T12:00:00Z'),
    )
  })

  test('are not those that wait for their next try; a closed one only has its votes read', async () => {
    await recordSuccessfulFetch(database.db, { ...HF, papers: 1, now: at('2026-08-14T12:00:00Z') })
    await recordSuccessfulFetch(database.db, {
      ...HF,
      day: '2026-08-12',
      papers: 1,
      now: at('2026-08-14T12:00:00Z'),
    })
    // Its votes are read again after six hours.
    expect(await due('2026-08-14T17:59:59Z')).not.toContain('huggingface 2026-08-12')
    expect(await due('2026-08-14T18:00:00Z')).toContain('huggingface 2026-08-12')
    const days = await due('2026-08-14T12:59:59Z')
    expect(days).toHaveLength(13)
    expect(days).not.toContain('huggingface 2026-08-14')
    expect(await due('2026-08-14T13:00:00Z')).toContain('huggingface 2026-08-14')
    expect(await due('2026-08-14T13:00:00Z')).not.toContain('huggingface 2026-08-12')
  })

  test('are all days since the last fetch, also after a month', async () => {
    await recordSuccessfulFetch(database.db, {
      ...HF,
      day: '2026-07-10',
      papers: 1,
      now: at('2026-07-11T06:30:00Z'),
    })
    const days = await due('2026-08-14T12:00:00Z')
    expect([days[0], days.length]).toEqual(['huggingface 2026-07-11', 35])
  })

  test('are due for one source while another has them behind it', async () => {
    const closed = { source: 'elsewhere', day: at('2026-07-10'), closedAt: at('2026-07-11T06:30:00Z') }
    await database.db.sourceDay.create({ data: closed })
    expect((await due('2026-08-14T12:00:00Z'))[0]).toBe('huggingface 2026-07-31')
  })
})

test('one of many processes gets a due day, until it is due again', async () => {
  const claims = (now: string) =>
    Promise.all(Array.from({ length: 8 }, () => claimSourceDay(database.db, HF, at(now))))
  expect((await claims('2026-08-14T01:00:00Z')).filter(Boolean)).toHaveLength(1)
  expect((await claims('2026-08-14T01:14:59Z')).filter(Boolean)).toHaveLength(0)
  expect((await claims('2026-08-14T01:15:00Z')).filter(Boolean)).toHaveLength(1)
  await recordSuccessfulFetch(database.db, { ...HF, papers: 1, now: at('2026-08-15T06:00:00Z') })
  expect((await claims('2026-08-15T11:59:59Z')).filter(Boolean)).toHaveLength(0)
  expect((await claims('2026-08-15T12:00:00Z')).filter(Boolean)).toHaveLength(1) // for its votes
  await recordSuccessfulFetch(database.db, { ...HF, papers: 1, now: at('2026-09-01T06:00:00Z') })
  expect((await claims('2026-09-02T01:15:00Z')).filter(Boolean)).toHaveLength(0)
})

test('a day whose source was not requested keeps its state, and is due again later', async () => {
  await recordFailedFetch(database.db, {
    ...HF,
    now: at('2026-08-14T06:00:00Z'),
    fault: 'source.failing',
    status: 500,
  })
  await recordThrottled(database.db, { ...HF, now: at('2026-08-14T07:00:00Z'), seconds: 900 })
  const [day] = await sourceDaysBetween(database.db, { from: HF.day, to: HF.day })
  expect(day).toMatchObject({ state: 'failed', failures: 1, lastFault: 'source.failing' })
  expect(day!.nextTry).toEqual(at('2026-08-14T07:15:00Z'))
})

test('papers that the database rejected are named until the next successful response, up to a hundred', async () => {
  const now = at('2026-08-14T02:00:00Z')
  const rejected = Array.from({ length: 101 }, (_, n) => `arxiv:2608.${10_000 + n}`)
  await recordSuccessfulFetch(database.db, { ...HF, papers: 3, rejected, now })
  await recordFailedFetch(database.db, { ...HF, now, fault: 'source.failing' })
  expect((await only()).rejected).toEqual(rejected.slice(0, 100))
  await recordSuccessfulFetch(database.db, { ...HF, papers: 3, now })
  expect((await only()).rejected).toEqual([])
  await recordImport(database.db, { ...HF, papers: 3, rejected: ['doi:10.1000/1'], now })
  expect((await only()).rejected).toEqual(['doi:10.1000/1'])
})
