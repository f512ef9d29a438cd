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
import { type HuggingFaceServer, startHuggingFaceServer } from '../../../support/hugging-face-server.ts'
import { recordings } from '../../../support/recorded-days.ts'

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
  logged = []
  const note = (event: LogEvent, fields?: LogFields) => void logged.push([event, fields])
  const log: Log = { info: note, warn: note, error: note }
  const config = readConfig({ DATABASE_URL: database.url, HF_URL: server.url })
  clock = stoppedClock(new Date(`${DAY}T07:00:00Z`))
  deps = { config, clock, log, db: database.db, databaseUrl: database.url }
})

const wait = async () => {}
const ingest = (more = {}) => ingestDay(deps, { source: 'huggingface', day: DAY, wait, ...more })

/** What the source answers next: these papers, of as many votes each, and no second page. */
const list = (papers: Record<string, number>) => {
  const entries = Object.entries(papers).map(([id, upvotes]) => ({
    paper: { id, title: `Paper ${id}`, upvotes },
  }))
  const pages = entries.length > 0 ? [entries, []] : [[]]
  server.troubles.push(...pages.map((page) => ({ kind: 'body' as const, body: JSON.stringify(page) })))
}

const listings = (day = DAY) =>
  database.db.listing.findMany({ where: { day: new Date(day) }, orderBy: { paperId: 'asc' } })
const sourceDays = () => sourceDaysBetween(database.db, { from: '2026-07-01', to: '2026-08-31' })

describe('a day that repeats another', () => {
  const NEXT = '2026-08-18'
  const next = async (time: string) => {
    clock.moveTo(new Date(`${NEXT}T${time}:00Z`))
    return ingest({ day: NEXT })
  }
  const dayNow = async () => (await sourceDays()).find(({ day }) => day === NEXT)

  beforeEach(async () => {
    list({ '2608.10001': 1, '2608.10002': 1 })
    await ingest()
  })

  test('records nothing, waits, then stalls', async () => {
    const papers = await database.db.paper.findMany()
    list({ '2608.10001': 5, '2608.10002': 5 })
    expect(await next('07:00')).toMatchObject({ added: 0, changed: 0, listed: 0 })
    expect(await dayNow()).toMatchObject({ state: 'waiting', reason: 'repeated', papers: 0, fetches: 1 })
    list({ '2608.10002': 5 })
    await next('12:00')
    expect(await dayNow()).toMatchObject({ state: 'stalled', reason: 'repeated', papers: 0, fetches: 2 })
    expect(await database.db.paper.findMany()).toEqual(papers)
    expect(await listings(NEXT)).toEqual([])
    expect(logged.at(-1)).toEqual(['source.fetched', expect.objectContaining({ reason: 'repeated' })])
  })

  test('is fresh as soon as its own list comes', async () => {
    list({ '2608.10001': 1, '2608.10002': 1 })
    await next('12:00')
    list({ '2608.10002': 1, '2608.10003': 1 })
    expect(await next('13:00')).toMatchObject({ added: 1, listed: 2 })
    const cameAt = new Date(`${NEXT}T13:00:00Z`)
    expect(await dayNow()).toMatchObject({ state: 'fresh', reason: null, papers: 2, cameAt })
  })

  test('keeps what it has where the list of another day comes after its own', async () => {
    list({ '2608.10003': 1 })
    await next('07:00')
    list({ '2608.10001': 1 })
    await next('08:00')
    expect(await dayNow()).toMatchObject({ state: 'fresh', reason: null, papers: 1, fetches: 2 })
    expect(await papersListedOn(database.db, NEXT)).toMatchObject([{ title: 'Paper 2608.10003' }])
  })

  test('the day itself, asked again, repeats nothing', async () => {
    list({ '2608.10001': 1, '2608.10002': 1 })
    clock.moveTo(new Date(`${DAY}T08:00:00Z`))
    await ingest()
    expect(await sourceDays()).toMatchObject([{ day: DAY, state: 'fresh', reason: null, papers: 2 }])
  })

  test('the votes of its papers are read also where all were listed again on a later day', async () => {
    list({ '2608.10001': 1, '2608.10002': 1, '2608.10003': 1 })
    await next('07:00')
    // With a paper of the later day, which is none of its own.
    list({ '2608.10001': 8, '2608.10002': 9, '2608.10003': 7 })
    clock.moveTo(new Date(`${NEXT}T08:00:00Z`))
    expect(await ingest()).toMatchObject({ changed: 2, listed: 2 })
    expect((await listings()).map(({ votes }) => votes)).toEqual([8, 9])
    expect((await sourceDays())[0]).toMatchObject({ day: DAY, state: 'fresh', reason: null, papers: 2 })
  })

  test('a paper without an identifier is taken for a new one', async () => {
    server.troubles.push(
      { kind: 'body', body: '[{"paper":{"title":"Nameless"}},{"paper":{"id":"2608.10001","title":"T"}}]' },
      { kind: 'body', body: '[]' },
    )
    expect(await next('07:00')).toMatchObject({ added: 1, listed: 2 })
  })
})

describe('a day that is closed', () => {
  const closedAt = new Date('2026-08-15T06:00:00Z')
  const dueAt = (time: string) => {
    clock.moveTo(new Date(time))
    return ingestDue(deps, { wait })
  }

  beforeEach(async () => {
    clock.moveTo(closedAt)
    list({ '2608.10001': 3 })
    await ingest()
  })

  test('has its votes read again, and what comes late is counted', async () => {
    expect(await sourceDays()).toMatchObject([{ state: 'fresh', closedAt, late: 0 }])
    list({ '2608.10001': 8, '2608.10002': 1 })
    clock.moveTo(new Date('2026-08-15T12:00:00Z'))
    await ingest()
    expect((await listings()).map(({ votes }) => votes)).toEqual([8, 1])
    const nextTry = new Date('2026-08-15T18:00:00Z')
    expect(await sourceDays()).toMatchObject([
      { papers: 2, late: 1, fetches: 2, requests: 4, closedAt, nextTry },
    ])
  })

  test('is asked every six hours with the others that are due', async () => {
    const asked = () => server.requests.filter(({ path }) => path.includes(DAY)).length
    const before = asked()
    await dueAt('2026-08-15T11:59:00Z')
    expect(asked()).toBe(before)
    await dueAt('2026-08-15T12:00:00Z')
    expect(asked()).toBeGreaterThan(before)
  })

  test('one that had none is fresh with what comes late', async () => {
    const day = '2026-08-13'
    const quiet = async () => (await sourceDays()).find((one) => one.day === day)
    list({})
    await ingest({ day })
    expect(await quiet()).toMatchObject({ state: 'quiet', reason: 'none' })
    list({ '2608.10009': 1 })
    await ingest({ day })
    expect(await quiet()).toMatchObject({ state: 'fresh', reason: null, papers: 1, late: 1 })
  })
})
