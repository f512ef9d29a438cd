import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { readConfig } from '../../../src/config/config.ts'
import { addDays, type Day, midnight } from '../../../src/core/dates.ts'
import type { Deps } from '../../../src/core/deps.ts'
import { findProblems } from '../../../src/operator/health/conditions.ts'
import { readHealthFacts } from '../../../src/operator/health/facts.ts'
import { sourceStatus } from '../../../src/operator/source-status.ts'
import { ingestDue } from '../../../src/papers/ingest.ts'
import { papersListedOn } from '../../../src/papers/paper.repo.ts'
import { sourceDaysBetween } from '../../../src/sources/source-day.repo.ts'
import { startBiorxivServer } from '../../support/biorxiv-server.ts'
import { five, type JsonServer } from '../../support/json-server.ts'
import { type ServedWork, startOpenalexServer } from '../../support/openalex-server.ts'
import { sampleWork } from '../../support/openalex-work.ts'
import { useSite } from '../../support/site.ts'

const site = useSite()
const fixtures = resolve(import.meta.dirname, '../../fixtures')
const recorded: ServedWork[] = JSON.parse(readFileSync(resolve(fixtures, 'openalex/works.json'), 'utf8'))
const FIRST = '2026-01-06'
const GENETICS = 'openalex:primary_location.source.id:S137905309'
const ALL = 'openalex:is_retracted:false'
const quick = { wait: async () => {}, fetchPolicy: { gapMs: 0 } }
let server: JsonServer
let deps: Deps

afterEach(() => server.close())

async function serve(works: readonly ServedWork[], settings: Record<string, string>, keys?: string[]) {
  server = await startOpenalexServer({
    works,
    keys,
    today: () => site.clock.now().toISOString().slice(0, 10),
  })
  deps = { ...site.deps, config: readConfig({ ...settings, OPENALEX_URL: server.url }) }
}

/** Moves to five in the morning and fetches what is due; returns the number of requests. */
async function fetchOn(day: Day, hour = 5): Promise<number> {
  const before = server.requests.length
  site.clock.moveTo(new Date(midnight(day).getTime() + hour * 3_600_000))
  await ingestDue(deps, quick)
  return server.requests.length - before
}

const titlesOn = async (day: Day) => (await papersListedOn(site.db, day)).map(({ title }) => title)
const listings = () =>
  site.db.listing.findMany({ orderBy: [{ paperId: 'asc' }, { day: 'asc' }], include: { paper: true } })
const sourceDays = () => sourceDaysBetween(site.db, { from: '2025-12-01', to: '2026-03-31' })
/** What is wrong with the sources, for the operator. */
const sourceProblems = async () =>
  findProblems(await readHealthFacts(deps)).filter(({ condition }) => condition.name.startsWith('source-'))
const fetchedDay = async (day: Day) => (await sourceDays()).find((one) => one.day === day)

describe('the first fetch', () => {
  test('lists the works of a month on the days of their publication, and those of later dates today', async () => {
    await serve(recorded, { SOURCES: ALL })
    expect(await fetchOn(FIRST)).toBe(1)
    expect(await titlesOn('2026-01-05')).toHaveLength(2)
    expect(await titlesOn('2026-01-04')).toEqual(['Minimum wages and the price of a restaurant meal'])
    expect((await titlesOn(FIRST)).toSorted()).toEqual([
      'Central bank digital currency and bank runs',
      'Identification with many weak instruments & clustered errors',
    ])
    expect(await fetchedDay(FIRST)).toMatchObject({ source: ALL, state: 'fresh', requests: 1 })
  })

  test('makes no request for the days before', async () => {
    await serve(recorded, { SOURCES: ALL })
    await fetchOn(FIRST)
    expect(server.requests).toHaveLength(1)
    expect(await fetchOn(FIRST, 23)).toBe(0)
  })
})

describe('the next days', () => {
  test('list a work that was indexed late on the day of the last fetch, and none twice', async () => {
    await serve(recorded, { SOURCES: ALL })
    for (let n = 0; n < 9; n++) expect(await fetchOn(addDays(FIRST, n))).toBe(1)
    const all = await listings()
    expect(all.map(({ paper }) => paper.title)).toHaveLength(7)
    expect(new Set(all.map(({ paperId }) => paperId)).size).toBe(7)
    const late = all.find(({ paper }) => paper.title.startsWith('Deep mutational scanning'))
    expect(late!.day >= midnight(FIRST)).toBe(true)
  })

  test('without new works are quiet, and no problem', async () => {
    await serve(recorded, { SOURCES: GENETICS })
    for (let n = 0; n < 5; n++) await fetchOn(addDays(FIRST, n))
    expect(await fetchedDay(addDays(FIRST, 2))).toMatchObject({ state: 'quiet', reason: 'none', papers: 0 })
    expect(await sourceProblems()).toEqual([])
  })

  test('after days without the service bring what was missed', async () => {
    const works = Array.from({ length: 20 }, (_, n) => sampleWork({ n, date: addDays(FIRST, n) }))
    await serve(works, { SOURCES: GENETICS })
    await fetchOn(FIRST)
    expect(await fetchOn(addDays(FIRST, 19))).toBe(1)
    const all = await listings()
    expect(all).toHaveLength(20)
    expect(all.map(({ day, paper }) => [paper.title, day.toJSON().slice(0, 10)])).toContainEqual([
      'Work 7',
      addDays(FIRST, 7),
    ])
  })
})

describe('one paper', () => {
  const GRID = 'https://doi.org/10.64898/2026.01.03.690001'

  test.each([
    ['on one day', FIRST],
    ['before its preprint', addDays(FIRST, -2)],
    ['after its preprint', addDays(FIRST, 1)],
  ])('is an article and its preprint of bioRxiv, by the DOI of the preprint: %s', async (_when, indexed) => {
    const biorxiv = await startBiorxivServer({ folder: resolve(fixtures, 'biorxiv/daily') })
    const date = addDays(FIRST, -2)
    const article = sampleWork({ n: 1, date, indexed, title: 'Grid cells keep their phase', copies: [GRID] })
    await serve([article], { SOURCES: GENETICS, BIORXIV_URL: biorxiv.url })
    await fetchOn(addDays(FIRST, -1), 12)
    expect(await listings()).toHaveLength(indexed < FIRST ? 1 : 0)
    deps = { ...deps, config: { ...deps.config, SOURCES: ['biorxiv', GENETICS] } }
    await fetchOn(FIRST, 12)
    await fetchOn(addDays(FIRST, 1), 12)
    await biorxiv.close()
    const keys = await site.db.paperKey.findMany({
      where: { value: { in: ['10.5555/oa.1', GRID.slice(16)] } },
    })
    expect(keys).toHaveLength(2)
    expect(new Set(keys.map(({ paperId }) => paperId)).size).toBe(1)
    const mine = (await listings()).filter(({ paperId }) => paperId === keys[0]!.paperId)
    expect(new Set(mine.map(({ source }) => source))).toEqual(new Set(['biorxiv', GENETICS]))
  })

  test('is in two filters, and on the site once', async () => {
    await serve(recorded, { SOURCES: `${GENETICS},openalex:authorships.author.orcid:0000-0002-1825-0097` })
    await fetchOn(FIRST)
    const pangenome = (await listings()).filter(({ paper }) => paper.title.startsWith('A pangenome'))
    expect(pangenome).toHaveLength(2)
    expect(new Set(pangenome.map(({ paperId }) => paperId)).size).toBe(1)
  })

  test('has its page at the DOI, with its journal', async () => {
    await serve(recorded, { SOURCES: ALL })
    await fetchOn(FIRST)
    const { statusCode, body } = await site.app.inject({ url: '/papers/doi:10.1257/aer.20249001' })
    expect(statusCode).toBe(200)
    expect(body).toContain('American Economic Review')
    expect((await site.app.inject({ url: '/papers/2503.04567' })).statusCode).toBe(200)
  })
})

describe('a problem', () => {
  test('in the middle of the pages stores nothing, and the next try brings everything', async () => {
    const works = Array.from({ length: 250 }, (_, n) => sampleWork({ n, date: addDays(FIRST, -(n % 5)) }))
    await serve(works, { SOURCES: GENETICS })
    server.troubles.push({ kind: 'slow', ms: 0 }, ...five({ kind: 'status', status: 503 }))
    await fetchOn(FIRST)
    expect(await listings()).toEqual([])
    expect(await fetchedDay(FIRST)).toMatchObject({ state: 'failed', lastFault: 'source.failing' })
    await fetchOn(FIRST, 6)
    expect(await listings()).toHaveLength(250)
  })

  test('with the filter stops the source, with the sentence of OpenAlex', async () => {
    const wrong = 'openalex:author_name:Osei'
    await serve(recorded, { SOURCES: wrong })
    expect(await fetchOn(FIRST)).toBe(1)
    expect(await fetchedDay(FIRST)).toMatchObject({
      state: 'failed',
      reason: 'wrong-filter',
      lastStatus: 400,
      nextTry: new Date(`${FIRST}T11:00:00Z`),
    })
    const [problem] = await sourceProblems()
    expect(problem).toMatchObject({
      condition: { name: 'source-stopped' },
      finding: {
        values: { source: wrong, what: 'wrong-filter', detail: 'author_name is not a valid field' },
      },
    })
    expect(await fetchOn(FIRST, 6)).toBe(0)
    expect(await fetchOn(FIRST, 11)).toBe(1)
  })
})

describe('a 429 that says that the requests of the day are used up', () => {
  /** As the proxy of api.openalex.org has them. */
  const SPENT = {
    'retry-after': '68400',
    'x-ratelimit-remaining-usd': '0',
    'x-ratelimit-cost-required-usd': '0.0001',
  }

  test('ends the fetches of all filters, and says so', async () => {
    const works = Array.from({ length: 150 }, (_, n) => sampleWork({ n, date: FIRST }))
    await serve(works, { SOURCES: `${GENETICS},${ALL}` })
    server.troubles.push({ kind: 'slow', ms: 0 }, { kind: 'rate-limited', headers: SPENT })
    expect(await fetchOn(FIRST)).toBe(2)
    expect(await fetchedDay(FIRST)).toMatchObject({
      state: 'failed',
      reason: 'no-budget',
      lastStatus: 429,
      nextTry: new Date(`${FIRST}T11:00:00Z`),
    })
    expect((await sourceProblems())[0]!.finding.values).toMatchObject({ source: GENETICS, what: 'no-budget' })
    expect(await listings()).toEqual([])
  })
})

describe('OPENALEX_KEY', () => {
  const KEY = 'a-secret-key-of-openalex'

  test('is sent in a header, and is in no address, log line, state or page', async () => {
    await serve(recorded, { SOURCES: ALL, OPENALEX_KEY: KEY }, [KEY])
    server.troubles.push(...five({ kind: 'status', status: 503 }))
    await fetchOn(FIRST)
    await fetchOn(FIRST, 6)
    expect(server.requests.map(({ authorization }) => authorization)).toEqual(
      server.requests.map(() => `Bearer ${KEY}`),
    )
    expect(server.requests.map(({ path }) => path).join()).not.toContain(KEY)
    expect(JSON.stringify(await sourceStatus(deps, { days: 7 }))).not.toContain(KEY)
    expect(JSON.stringify(site.logged)).not.toContain(KEY)
  })

  test('that is wrong stops the source, and says so', async () => {
    await serve(recorded, { SOURCES: ALL, OPENALEX_KEY: 'another-key' }, [KEY])
    expect(await fetchOn(FIRST)).toBe(1)
    expect(await fetchedDay(FIRST)).toMatchObject({ reason: 'wrong-key', lastStatus: 401 })
    expect(JSON.stringify(await sourceProblems())).not.toContain('another-key')
  })

  test('goes to no other source', async () => {
    const biorxiv = await startBiorxivServer({ folder: resolve(fixtures, 'biorxiv/daily') })
    await serve(recorded, { SOURCES: `biorxiv,${ALL}`, BIORXIV_URL: biorxiv.url, OPENALEX_KEY: KEY }, [KEY])
    await fetchOn(FIRST, 12)
    await biorxiv.close()
    expect(biorxiv.requests.length).toBeGreaterThan(0)
    expect(biorxiv.requests.filter(({ authorization }) => authorization)).toEqual([])
  })
})
