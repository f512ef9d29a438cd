import { resolve } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { readConfig } from '../../../src/config/config.ts'
import type { Deps } from '../../../src/core/deps.ts'
import { ingestDay, ingestDue } from '../../../src/papers/ingest.ts'
import { papersListedOn } from '../../../src/papers/paper.repo.ts'
import { sourceDaysBetween } from '../../../src/sources/source-day.repo.ts'
import { startBiorxivServer } from '../../support/biorxiv-server.ts'
import type { JsonServer } from '../../support/json-server.ts'
import { useSite } from '../../support/site.ts'

const site = useSite()
const MONDAY = '2026-01-05'
const TUESDAY = '2026-01-06'
const GRID = 'doi:10.64898/2026.01.03.690001'
const COHESIN = 'doi:10.1101/2025.11.02.655310'
let server: JsonServer
let deps: Deps

beforeAll(async () => {
  server = await startBiorxivServer({
    folder: resolve(import.meta.dirname, '../../fixtures/biorxiv/daily'),
    perPage: 4,
  })
})
afterAll(() => server.close())
beforeEach(() => {
  server.requests.length = 0
  server.troubles.length = 0
  site.clock.moveTo(new Date(`${TUESDAY}T12:00:00Z`))
  deps = { ...site.deps, config: readConfig({ SOURCES: 'biorxiv', BIORXIV_URL: server.url }) }
})

const quick = { wait: async () => {}, fetchPolicy: { gapMs: 0 } }
const ingest = (day: string, source = 'biorxiv') => ingestDay(deps, { source, day, ...quick })
const titlesOn = async (day: string) => (await papersListedOn(site.db, day)).map(({ title }) => title)
const sourceDays = () => sourceDaysBetween(site.db, { from: '2025-12-01', to: '2026-01-31' })
const papers = () => site.db.paper.findMany({ orderBy: { id: 'asc' } })

describe('a day', () => {
  test('is recorded with its DOIs, newer versions beside new papers', async () => {
    expect(await ingest(MONDAY)).toMatchObject({ added: 6, listed: 5, revised: 1, refused: [] })
    expect(await titlesOn(MONDAY)).toHaveLength(5)
    expect(await titlesOn(MONDAY)).not.toContain('Cohesin loads at CO₂-stressed replication forks')
    const keys = await site.db.paperKey.findMany({ where: { scheme: 'doi' }, orderBy: { value: 'asc' } })
    expect(keys.map(({ value }) => value)).toContain('10.64898/2026.01.03.690001')
    expect(keys).toHaveLength(7)
    expect(await sourceDays()).toMatchObject([{ source: 'biorxiv', day: MONDAY, state: 'fresh', papers: 5 }])
  })

  test('fetched again changes nothing', async () => {
    await ingest(MONDAY)
    const before = await papers()
    expect(await ingest(MONDAY)).toMatchObject({ added: 0, changed: 0, unchanged: 6, listed: 5, revised: 1 })
    expect(await papers()).toEqual(before)
  })

  test('with a newer version changes the paper, which is not new', async () => {
    await ingest(MONDAY)
    expect(await ingest(TUESDAY)).toMatchObject({ added: 1, changed: 1, listed: 1, revised: 1 })
    expect(await titlesOn(TUESDAY)).toEqual(['Bumblebees count landmarks on the way home'])
    const { body } = await site.app.inject({ url: `/papers/${GRID}` })
    expect(body).toContain('stay within 3°')
    expect(body).not.toContain('stay within 4°')
  })

  test('of which one page fails records nothing', async () => {
    server.troubles.push({ kind: 'slow', ms: 0 }, { kind: 'status', status: 404 })
    await expect(ingest(MONDAY)).rejects.toMatchObject({ code: 'source.refused' })
    expect(await papers()).toEqual([])
    expect(await sourceDays()).toMatchObject([
      { state: 'failed', lastFault: 'source.refused', lastStatus: 404 },
    ])
  })

  test('of one subject is a source of its own, and adds no paper twice', async () => {
    await ingest(MONDAY)
    expect(await ingest(MONDAY, 'biorxiv:neuroscience')).toMatchObject({ added: 0, listed: 2 })
    expect(await papers()).toHaveLength(6)
  })
})

describe('medRxiv', () => {
  const WASTEWATER = 'doi:10.64898/2026.01.02.26343001'
  let medical: JsonServer

  beforeAll(async () => {
    medical = await startBiorxivServer({
      folder: resolve(import.meta.dirname, '../../fixtures/medrxiv/daily'),
      perPage: 4,
    })
  })
  afterAll(() => medical.close())
  beforeEach(() => {
    deps = { ...site.deps, config: readConfig({ SOURCES: 'medrxiv', BIORXIV_URL: medical.url }) }
  })

  test('is fetched from the address of bioRxiv, with newer versions and the DOI of an article', async () => {
    expect(await ingest(MONDAY, 'medrxiv')).toMatchObject({ added: 6, listed: 5, revised: 1, refused: [] })
    expect(await ingest(TUESDAY, 'medrxiv')).toMatchObject({ added: 1, changed: 1, listed: 1, revised: 1 })
    const keys = await site.db.paperKey.findMany({ where: { scheme: 'doi' } })
    expect(keys.map(({ value }) => value)).toContain('10.1016/j.example.2025.12.104')
  })

  test('has no paper of bioRxiv, nor bioRxiv one of its papers', async () => {
    expect(await ingest(MONDAY, 'biorxiv')).toMatchObject({ added: 0, listed: 0 })
  })

  test('has a page for each paper, with its PDF at medRxiv', async () => {
    await ingest(MONDAY, 'medrxiv')
    const { statusCode, body } = await site.app.inject({ url: `/papers/${WASTEWATER}` })
    expect(statusCode).toBe(200)
    expect(body).toContain('href="https://www.medrxiv.org/content/10.64898/2026.01.02.26343001.full.pdf"')
  })

  test('is fetched at the hours of bioRxiv', async () => {
    await ingestDue(deps, quick)
    const days = await sourceDays()
    expect(days.map(({ source }) => source)).toEqual(days.map(() => 'medrxiv'))
    expect(days.at(-1)).toMatchObject({
      day: TUESDAY,
      state: 'fresh',
      nextTry: new Date(`${TUESDAY}T15:00:00Z`),
    })
  })
})

describe('a paper', () => {
  test('has its page at its DOI, with a link to it', async () => {
    await ingest(MONDAY)
    const { statusCode, body } = await site.app.inject({ url: `/papers/${GRID}` })
    expect(statusCode).toBe(200)
    expect(body).toContain('Grid cells keep their phase across Mus musculus sleep')
    expect(body).toContain('href="https://doi.org/10.64898/2026.01.03.690001"')
    expect(
      (await site.app.inject({ url: `/papers/${GRID.toUpperCase().replace('DOI', 'doi')}` })).statusCode,
    ).toBe(200)
  })

  test('that became an article is found by both DOIs', async () => {
    await ingest(MONDAY)
    for (const name of [COHESIN, 'doi:10.1016/j.example.2025.12.004']) {
      const { statusCode, body } = await site.app.inject({ url: `/papers/${name}` })
      expect([name, statusCode]).toEqual([name, 200])
      expect(body).toContain('Cohesin loads at CO₂-stressed replication forks')
    }
  })

  test('is in no category of arXiv; its subject can be searched for', async () => {
    await ingest(MONDAY)
    const rows = await papers()
    expect(rows.filter(({ categories }) => categories.length > 0)).toEqual([])
    expect(rows.map(({ keywords }) => keywords)).toContainEqual(['developmental biology'])
  })
})

describe('its days', () => {
  test('are fetched from six in the morning, every three hours, until they end', async () => {
    await ingestDue(deps, quick)
    expect((await sourceDays()).map(({ day }) => day).at(-1)).toBe(TUESDAY)
    const asked = async (instant: string) => {
      server.requests.length = 0
      site.clock.moveTo(new Date(instant))
      await ingestDue(deps, quick)
      return [...new Set(server.requests.map(({ path }) => path.split('/')[3]))]
    }
    expect(await asked('2026-01-06T14:59:00Z')).toEqual([])
    expect(await asked('2026-01-06T15:00:00Z')).toEqual([TUESDAY, MONDAY])
    expect(await asked('2026-01-07T05:59:00Z')).not.toContain('2026-01-07')
    expect(await asked('2026-01-07T06:00:00Z')).toContain('2026-01-07')
    expect(await asked('2026-01-09T12:00:00Z')).toContain(TUESDAY)
    expect(await asked('2026-01-09T18:00:00Z')).not.toContain(TUESDAY)
  })

  test('without papers are quiet on a weekend, and stalled on a workday', async () => {
    site.clock.moveTo(new Date('2026-01-09T18:00:00Z'))
    await ingestDue(deps, quick)
    const states = new Map((await sourceDays()).map(({ day, state, reason }) => [day, [state, reason]]))
    expect(states.get('2026-01-04')).toEqual(['quiet', 'weekend'])
    expect(states.get(MONDAY)).toEqual(['fresh', null])
    expect(states.get('2026-01-08')).toEqual(['stalled', null])
    expect(states.get('2026-01-09')).toEqual(['waiting', null])
  })
})
