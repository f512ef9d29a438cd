import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { readConfig } from '../../../src/config/config.ts'
import { type MovableClock, stoppedClock } from '../../../src/core/clock.ts'
import type { Day } from '../../../src/core/dates.ts'
import type { Deps } from '../../../src/core/deps.ts'
import { silentLog } from '../../../src/core/log.ts'
import { FEATURES } from '../../../src/features/index.ts'
import { ingestDay } from '../../../src/papers/ingest.ts'
import { sourceDaysBetween } from '../../../src/sources/source-day.repo.ts'
import type { ArxivPaper } from '../../support/arxiv-responses.ts'
import { type ArxivServer, startArxivServer } from '../../support/arxiv-server.ts'
import { emptyTables, useDatabase } from '../../support/database.ts'

const database = useDatabase()
const DAY = '2026-08-14' // a Friday
const BEFORE = '2026-08-13'

const paper = (id: string, more: Partial<ArxivPaper> = {}): ArxivPaper => ({
  id,
  title: `Paper ${id}`,
  abstract: `About ${id}.`,
  authors: ['Ana Li'],
  categories: ['cs.CL'],
  created: '2026-08-12',
  ...more,
})

const days: Record<Day, ArxivPaper[]> = {
  [BEFORE]: [paper('2608.10001'), paper('2608.10002')],
  [DAY]: [
    paper('2608.11001'),
    paper('2608.11002', { categories: ['cs.LG', 'cs.CL'] }),
    paper('2608.10001', { version: 2, created: '2026-08-13', published: '2026-08-12' }),
    paper('2608.00900', { version: 2, created: '2026-08-13', published: '2026-08-05' }),
  ],
  // What the archive has of a Saturday: changes of old papers, one of which cannot be read.
  '2026-08-22': [
    paper('2601.00001', { title: '', created: '2026-01-05' }),
    paper('2601.00002', { version: 2, created: '2026-01-05', published: '2026-01-05' }),
  ],
}

let server: ArxivServer
let clock: MovableClock
let deps: Deps

beforeAll(async () => {
  server = await startArxivServer({ days, now: () => clock.now() })
})
afterAll(() => server.close())
beforeEach(async () => {
  await emptyTables(database.db)
  server.requests.length = 0
  server.troubles.length = 0
  clock = stoppedClock(new Date(`${BEFORE}T04:11:00Z`))
  const config = readConfig({
    DATABASE_URL: database.url,
    BASE_URL: 'http://papers.example',
    SOURCES: 'arxiv:cs.CL',
    ...server.urls,
  })
  deps = { config, clock, features: FEATURES, log: silentLog, db: database.db, databaseUrl: database.url }
  await look(BEFORE, `${BEFORE}T04:11:00Z`)
})

async function look(day: Day, now: string) {
  clock.moveTo(new Date(now))
  await ingestDay(deps, { source: 'arxiv:cs.CL', day, fetchPolicy: { gapMs: 0 }, wait: async () => {} })
  const [found] = await sourceDaysBetween(database.db, { from: day, to: day })
  const { state, reason, nextTry, closedAt, papers, revised } = found!
  return { state, reason, nextTry: nextTry?.toJSON(), closed: closedAt !== null, papers, revised }
}

async function listing(day: Day): Promise<Record<string, string>> {
  const found = await database.db.listing.findMany({
    where: { day: new Date(day) },
    include: { paper: { include: { keys: true } } },
  })
  const idOf = ({ paper: { keys } }: (typeof found)[number]) =>
    keys.find(({ scheme }) => scheme === 'arxiv')!.value
  return Object.fromEntries(found.map((one) => [idOf(one), one.kind]))
}

const WHOLE = { '2608.11001': 'new', '2608.11002': 'cross', '2608.10001': 'revised', '2608.00900': 'revised' }

test('an ordinary day is fetched until it is closed', async () => {
  expect(await look(DAY, `${DAY}T04:11:00Z`)).toEqual({
    state: 'fresh',
    reason: null,
    nextTry: `${DAY}T06:10:00.000Z`,
    closed: false,
    papers: 2,
    revised: 2,
  })
  expect(await listing(DAY)).toEqual(WHOLE)
  expect(await look(DAY, `${DAY}T06:10:00Z`)).toMatchObject({ nextTry: `${DAY}T12:10:00.000Z` })
  expect(await look(DAY, `${DAY}T12:10:00Z`)).toMatchObject({ nextTry: '2026-08-15T04:10:00.000Z' })
  expect(await look(DAY, '2026-08-15T04:10:00Z')).toMatchObject({
    state: 'fresh',
    reason: null,
    closed: true,
  })
  expect(await listing(DAY)).toEqual(WHOLE)
})

test('a day whose feed stays at yesterday waits, then is taken from the archive, and is complete in the end', async () => {
  server.troubles.push({ at: 'rss', kind: 'yesterday', times: 3 })
  expect(await look(DAY, `${DAY}T04:11:00Z`)).toMatchObject({
    state: 'waiting',
    reason: 'repeated',
    papers: 0,
  })
  expect(await look(DAY, `${DAY}T16:09:00Z`)).toMatchObject({ state: 'waiting', reason: 'repeated' })
  expect(await listing(DAY)).toEqual({})
  expect(await look(DAY, `${DAY}T16:10:00Z`)).toMatchObject({ state: 'fresh', reason: 'made-up', papers: 3 })
  // The archive does not tell a new version of an unknown paper of this month from a new paper.
  expect(await listing(DAY)).toEqual({ ...WHOLE, '2608.00900': 'new' })
  await look(DAY, '2026-08-15T04:10:00Z')
  expect(await listing(DAY)).toEqual({ ...WHOLE, '2608.00900': 'new' })
  expect(await listing(BEFORE)).toEqual({ '2608.10001': 'new', '2608.10002': 'new' })
})

test('a day on which the service was down is taken from the archive', async () => {
  expect(await look(DAY, '2026-08-20T12:00:00Z')).toMatchObject({
    state: 'fresh',
    reason: 'made-up',
    papers: 3,
    closed: true,
  })
})

test('details that the API did not give come with the next fetch', async () => {
  server.troubles.push({ at: 'api', kind: 'rate-limited' })
  expect(await look(DAY, `${DAY}T04:11:00Z`)).toMatchObject({ state: 'fresh', papers: 2 })
  const bare = () => database.db.paper.count({ where: { publishedAt: null } })
  expect(await bare()).toBe(3)
  await look(DAY, `${DAY}T06:10:00Z`)
  expect(await bare()).toBe(0)
})

test('a weekend and a holiday are quiet', async () => {
  expect(await look('2026-08-15', '2026-08-15T18:00:00Z')).toMatchObject({
    state: 'quiet',
    reason: 'weekend',
  })
  expect(await look('2026-08-15', '2026-08-16T04:10:00Z')).toMatchObject({ reason: 'weekend', closed: true })
  expect(await look('2026-11-27', '2026-11-27T12:00:00Z')).toMatchObject({
    state: 'quiet',
    reason: 'holiday',
  })
})

test('a day without an announcement is quiet, though a change in its archive cannot be read', async () => {
  expect(await look('2026-08-22', '2026-08-28T12:00:00Z')).toMatchObject({
    state: 'quiet',
    reason: 'weekend',
    closed: true,
  })
})

test('a weekday without papers is stalled, then quiet', async () => {
  expect(await look('2026-08-17', '2026-08-17T16:10:00Z')).toMatchObject({ state: 'stalled', reason: null })
  expect(await look('2026-08-17', '2026-08-18T04:10:00Z')).toMatchObject({ state: 'quiet', reason: 'none' })
})
