import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { readConfig } from '../../../../src/config.ts'
import { ingestDay } from '../../../../src/flows/papers/ingest-day.ts'
import { ingestDue } from '../../../../src/flows/papers/ingest-due.ts'
import { papersListedOn } from '../../../../src/papers/paper-store.ts'
import { type MovableClock, stoppedClock } from '../../../../src/platform/clock.ts'
import type { Log, LogEvent, LogFields } from '../../../../src/platform/log.ts'
import { sourceDaysBetween } from '../../../../src/sources/source-day-store.ts'
import type { Deps } from '../../../../src/wiring.ts'
import { emptyTables, useDatabase } from '../../../support/database.ts'
import {
  type HuggingFaceServer,
  startHuggingFaceServer,
  type Trouble,
} from '../../../support/hugging-face-server.ts'
import { recordedDay, recordings } from '../../../support/recorded-days.ts'

const database = useDatabase()
const DAY = '2026-08-14'
let server: HuggingFaceServer
let deps: Deps
let clock: MovableClock
let logged: [LogEvent, LogFields?][]

beforeAll(async () => {
  server = await startHuggingFaceServer({ folder: `${recordings}/daily` })
})
afterAll(() => server.close())
beforeEach(async () => {
  await emptyTables(database.db)
  server.requests.length = 0
  server.troubles.length = 0
  server.serve(`${recordings}/daily`)
  logged = []
  const note = (event: LogEvent, fields?: LogFields) => void logged.push([event, fields])
  const log: Log = { info: note, warn: note, error: note }
  const config = readConfig({
    DATABASE_URL: database.url,
    HF_URL: server.url,
    BASE_URL: 'http://papers.example',
  })
  clock = stoppedClock(new Date(`${DAY}T07:00:00Z`))
  deps = { config, clock, log, db: database.db, databaseUrl: database.url }
})

const wait = async () => {}
const ingest = (more = {}) => ingestDay(deps, { source: 'huggingface', day: DAY, wait, ...more })
const five = (trouble: Trouble): Trouble[] => Array.from({ length: 5 }, () => trouble)

const rows = async () => ({
  papers: await database.db.paper.findMany({ orderBy: { id: 'asc' } }),
  keys: await database.db.paperKey.findMany({ orderBy: [{ scheme: 'asc' }, { value: 'asc' }] }),
  listings: await database.db.listing.findMany({ orderBy: { paperId: 'asc' } }),
})
const sourceDays = () => sourceDaysBetween(database.db, { from: '2026-07-01', to: '2026-08-31' })

describe('one day', () => {
  test('its papers, its source day, and what is logged', async () => {
    const count = recordedDay('daily', DAY).length
    expect(await ingest()).toEqual({
      source: 'huggingface',
      day: DAY,
      added: count,
      changed: 0,
      unchanged: 0,
      listed: count,
      revised: 0,
      refused: [],
      stands: { state: 'fresh', reason: null },
    })
    expect(await papersListedOn(database.db, DAY)).toHaveLength(count)
    expect(await sourceDays()).toMatchObject([{ day: DAY, state: 'fresh', papers: count, failures: 0 }])
    expect(logged).toEqual([
      [
        'source.fetched',
        expect.objectContaining({ source: 'huggingface', day: DAY, requests: 2, added: count, refused: 0 }),
      ],
    ])
    expect(server.requests[0]?.userAgent).toBe('daily-papers (http://papers.example)')
  })

  test('once more changes no row', async () => {
    await ingest()
    const before = await rows()
    clock.moveTo(new Date(`${DAY}T08:00:00Z`))
    expect(await ingest()).toMatchObject({ added: 0, changed: 0 })
    expect(await rows()).toEqual(before)
  })

  test('later the same day only what changed', async () => {
    await ingest()
    const before = await rows()
    server.serve(`${recordings}/later-same-day`)
    clock.moveTo(new Date(`${DAY}T13:00:00Z`))
    const { added, changed, unchanged } = await ingest()
    expect(added).toBeGreaterThan(0)
    expect(changed).toBeGreaterThan(0)
    expect(unchanged).toBeGreaterThan(0)
    const after = await rows()
    expect(after.papers.slice(0, before.papers.length).map(({ id }) => id)).toEqual(
      before.papers.map(({ id }) => id),
    )
    const untouched = before.listings.filter(({ paperId, votes, comments }) =>
      after.listings.some(
        (row) => row.paperId === paperId && row.votes === votes && row.comments === comments,
      ),
    )
    expect(after.listings).toEqual(expect.arrayContaining(untouched))
  })

  test('an entry that cannot be read is logged, and the rest kept', async () => {
    server.troubles.push({
      kind: 'body',
      body: '[{"paper":{"id":"2608.1"}},{"paper":{"id":"2608.10001","title":"T"}}]',
    })
    server.troubles.push({ kind: 'body', body: '[]' })
    expect(await ingest()).toMatchObject({ added: 1, refused: [{ index: 0 }] })
    expect(logged[0]).toEqual([
      'source.record-refused',
      { source: 'huggingface', day: DAY, index: 0, why: 'title: absent, or no text' },
    ])
  })

  test('a day of which nothing can be read has failed, and is not quiet', async () => {
    server.troubles.push({ kind: 'body', body: '[{"article":{}}]' }, { kind: 'body', body: '[]' })
    await expect(ingest()).rejects.toMatchObject({ code: 'source.unreadable', values: { count: 1 } })
    expect(await sourceDays()).toMatchObject([{ state: 'failed', lastFault: 'source.unreadable' }])
  })

  test('a fetch that fails changes no paper and is recorded', async () => {
    await ingest()
    const before = await rows()
    server.troubles.push(...five({ kind: 'status', status: 503 }))
    await expect(ingest()).rejects.toMatchObject({ code: 'source.failing' })
    expect(await rows()).toEqual(before)
    expect(await sourceDays()).toMatchObject([
      {
        state: 'fresh',
        failures: 1,
        requests: 7,
        lastStatus: 503,
        lastFault: 'source.failing',
        nextTry: new Date(`${DAY}T07:05:00Z`),
      },
    ])
  })

  test('a day without papers whose fetch fails has failed', async () => {
    server.troubles.push(...five({ kind: 'status', status: 503 }))
    await expect(ingest()).rejects.toMatchObject({ code: 'source.failing' })
    expect(await sourceDays()).toMatchObject([
      { state: 'failed', papers: 0, failures: 1, fetches: 0, requests: 5 },
    ])
  })

  test('a source that wants to be left alone for an hour is', async () => {
    server.troubles.push({ kind: 'rate-limited', headers: { 'retry-after': '3600' } })
    await expect(ingest()).rejects.toMatchObject({ code: 'source.rate-limited' })
    expect(await sourceDays()).toMatchObject([{ nextTry: new Date(`${DAY}T08:00:00Z`) }])
  })

  test('a dry run counts and records nothing, good or bad', async () => {
    expect(await ingest({ dryRun: true })).toMatchObject({ added: recordedDay('daily', DAY).length })
    server.troubles.push({ kind: 'status', status: 400 })
    await expect(ingest({ dryRun: true })).rejects.toMatchObject({ code: 'source.refused-date' })
    expect(await rows()).toEqual({ papers: [], keys: [], listings: [] })
    expect(await sourceDays()).toEqual([])
  })

  test('an unknown source', async () => {
    await expect(ingest({ source: 'elsewhere' })).rejects.toMatchObject({ code: 'source.unknown' })
    expect(await sourceDays()).toEqual([])
  })
})

test('a day to come is not asked for', async () => {
  await expect(ingest({ day: '2026-08-15' })).rejects.toMatchObject({ code: 'source.not-begun' })
  expect(server.requests).toEqual([])
  expect(await sourceDays()).toEqual([])
})

describe('every day that is due', () => {
  const due = () => ingestDue(deps, { wait })

  test('two weeks on a new installation: today, then oldest first', async () => {
    await due()
    const asked = server.requests.map(({ path }) => /date=([\d-]+)/.exec(path)?.[1])
    const [today, ...others] = [...new Set(asked)]
    expect(today).toBe(DAY)
    expect(others).toEqual(others.toSorted())
    const days = await sourceDays()
    expect(days).toHaveLength(15)
    expect(days.at(-1)).toMatchObject({ day: DAY, state: 'fresh', closedAt: null })
    expect(days.filter(({ closedAt }) => closedAt)).toHaveLength(14)
    expect(days.find(({ day }) => day === '2026-08-09')).toMatchObject({ state: 'quiet', reason: 'weekend' })
  })

  test('and nothing more until the next hour', async () => {
    await due()
    server.requests.length = 0
    await due()
    expect(server.requests).toEqual([])
    clock.moveTo(new Date(`${DAY}T08:00:00Z`))
    await due()
    expect(server.requests.every(({ path }) => path.includes(DAY))).toBe(true)
    expect(server.requests.length).toBeGreaterThan(0)
  })

  test('one that fails does not keep the others waiting, and comes again', async () => {
    server.troubles.push(...five({ kind: 'html' }))
    await due()
    const failed = (await sourceDays()).filter(({ state }) => state === 'failed')
    expect(failed).toMatchObject([{ day: DAY, lastFault: 'source.not-json' }])
    expect(logged.filter(([event]) => event === 'source.failed')).toMatchObject([
      ['source.failed', { day: DAY, code: 'source.not-json' }],
    ])
    clock.moveTo(new Date(`${DAY}T07:05:00Z`))
    await due()
    expect((await sourceDays()).filter(({ state }) => state === 'failed')).toEqual([])
  })

  test('where the service does not answer, or wants its peace, its other days are not asked for now', async () => {
    server.troubles.push({ kind: 'rate-limited', headers: { 'retry-after': '3600' } })
    await due()
    expect(server.requests).toHaveLength(1)
    expect(await sourceDays()).toMatchObject([
      { day: DAY, state: 'failed', lastFault: 'source.rate-limited' },
    ])
    server.requests.length = 0
    await due()
    // Whoever asks next finds the gate shut; what is known of the day stays.
    expect(server.requests).toEqual([])
    expect(logged.at(-1)).toMatchObject(['source.held', { code: 'source.held' }])
  })

  test('and holds up no other service', async () => {
    const silent = createServer(() => {})
    await new Promise<void>((listening) => silent.listen(0, '127.0.0.1', listening))
    const url = `http://127.0.0.1:${(silent.address() as AddressInfo).port}`
    const settings = { ARXIV_RSS_URL: url, ARXIV_OAI_URL: url, ARXIV_API_URL: url, HF_URL: server.url }
    const config = readConfig({ ...settings, SOURCES: 'arxiv:cs.CL,huggingface' })
    await ingestDue({ ...deps, config }, { wait: async () => {}, manners: { gapMs: 0, timeoutMs: 100 } })
    const days = await sourceDays()
    expect(days.filter(({ source }) => source === 'huggingface')).toHaveLength(15)
    expect(days.filter(({ source }) => source === 'arxiv:cs.CL')).toMatchObject([
      { lastFault: 'source.unreachable' },
    ])
    silent.closeAllConnections()
    silent.close()
  })

  test('after a standstill the missed days are made up', async () => {
    await due()
    clock.moveTo(new Date('2026-08-20T09:00:00Z'))
    server.requests.length = 0
    await due()
    const days = await sourceDays()
    expect(days.filter(({ day, closedAt }) => day < '2026-08-20' && !closedAt)).toEqual([])
    expect(days.at(-1)?.day).toBe('2026-08-20')
    expect(await papersListedOn(database.db, '2026-08-19')).toHaveLength(
      recordedDay('daily', '2026-08-19').length,
    )
  })

  test('two processes at once ask for each day once', async () => {
    await Promise.all([due(), due()])
    const first = server.requests.filter(({ path }) => path.endsWith('p=0'))
    expect(first).toHaveLength(15)
  })
})
