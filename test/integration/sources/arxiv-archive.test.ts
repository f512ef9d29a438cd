import { beforeEach, describe, expect, test } from 'vitest'
import { DAY, keys, kinds, paper, TODAYS, useArxivDays } from '../../support/arxiv-days.ts'
import type { ArxivTrouble } from '../../support/arxiv-server.ts'

const OVER = new Date('2026-08-15T04:10:00Z')

const world = useArxivDays()

describe('a past day', () => {
  beforeEach(() => {
    world.now = OVER
  })

  test('is fetched from the archive, page by page, with any feed', async () => {
    world.days['2026-08-15'] = [paper('2608.12001')]
    const fetched = await world.fetchNow()
    expect(kinds(fetched)).toEqual({ '2608.11001': 'new', '2608.11002': 'cross', '2512.00130': 'revised' })
    expect(fetched.reason).toBe('made-up')
    expect(world.server.requests.map(({ path }) => path.replace(/=verb.*/, '=…'))).toEqual([
      `/oai?verb=ListRecords&metadataPrefix=arXiv&set=cs:cs:CL&from=${DAY}&until=${DAY}`,
      '/oai?verb=ListRecords&resumptionToken=…',
      expect.stringMatching(/^\/api\/query/),
    ])
  })

  test('keeps the papers of the feed as listed, and adds missing ones as new', async () => {
    world.listed = ['arxiv:2608.11001', 'arxiv:2512.00130']
    world.known = [...world.listed]
    const fetched = await world.fetchNow()
    expect(kinds(fetched)).toEqual({
      '2608.11001': 'revised',
      '2608.11002': 'cross',
      '2512.00130': 'revised',
    })
    expect(fetched.reason).toBe('made-up')
  })

  test('that was complete is not fetched from the archive', async () => {
    world.listed = keys(TODAYS)
    world.known = [...world.listed]
    const { records, reason } = await world.fetchNow()
    expect(reason).toBeUndefined()
    expect(records.every(({ kind }) => kind === 'revised')).toBe(true)
    expect(world.endpoints()).toEqual(['oai', 'oai'])
  })

  test('that was complete still has withdrawals recorded', async () => {
    world.days[DAY] = [paper('2608.11001', { comment: 'This paper has been withdrawn by the author' })]
    world.listed = world.known = keys(world.days[DAY]!)
    expect((await world.fetchNow()).records[0]).toMatchObject({
      withdrawnAt: new Date('2026-08-12T00:00:00Z'),
    })
  })

  test('does not have a paper that changed later', async () => {
    world.days['2026-08-17'] = [
      paper('2608.11001', { version: 2, created: '2026-08-16', published: '2026-08-12' }),
    ]
    world.now = new Date('2026-08-20T12:00:00Z')
    expect(Object.keys(kinds(await world.fetchNow()))).not.toContain('2608.11001')
    expect(kinds(await world.fetchNow({ day: '2026-08-17' }))).toEqual({ '2608.11001': 'new' })
    world.seen.push('arxiv:2608.11001')
    expect(kinds(await world.fetchNow({ day: '2026-08-17' }))).toEqual({}) // nothing was announced but that
  })

  test("does not have a new version of an old paper as new after the API's details", async () => {
    world.days['2026-08-03'] = [
      paper('2608.00100', { created: '2026-08-02' }),
      paper('2607.00001', { version: 2, created: '2026-08-02', published: '2026-07-01' }),
    ]
    expect(kinds(await world.fetchNow({ day: '2026-08-03' }))).toEqual({
      '2607.00001': 'revised',
      '2608.00100': 'new',
    })
    world.server.troubles.push({ at: 'api', kind: 'rate-limited' })
    expect(kinds(await world.fetchNow({ day: '2026-08-03' }))).toMatchObject({ '2607.00001': 'new' })
  })

  test('does not have a paper as new that another section knows as a newer version', async () => {
    world.known = ['arxiv:2607.00001']
    world.days['2026-08-03'] = [
      paper('2608.00100', { created: '2026-08-02' }),
      paper('2607.00001', { version: 2, created: '2026-08-02', published: '2026-07-01' }),
    ]
    expect(kinds(await world.fetchNow({ day: '2026-08-03' }))).toMatchObject({ '2607.00001': 'revised' })
  })

  test('has no papers on a weekend', async () => {
    world.now = new Date('2026-08-16T04:10:00Z')
    expect(await world.fetchNow({ day: '2026-08-15' })).toEqual({
      records: [],
      refused: [],
      reason: undefined,
    })
    expect(world.endpoints()).toEqual(['oai'])
  })

  test('is not fetched in the minutes in which the feed changes', async () => {
    world.days['2026-08-15'] = [paper('2608.12001')]
    for (const at of ['2026-08-15T03:30:00Z', '2026-08-15T04:05:00Z']) {
      world.now = new Date(at)
      expect(Object.keys(kinds(await world.fetchNow()))).not.toContain('2608.12001')
    }
    expect(world.endpoints()).not.toContain('rss')
  })

  test('starts the list again once if its token expired', async () => {
    const away: ArxivTrouble = { at: 'oai', kind: 'oai-error', code: 'badResumptionToken' }
    world.server.troubles.push({ at: 'oai', kind: 'slow', ms: 0 }, away)
    expect(Object.keys(kinds(await world.fetchNow()))).toHaveLength(3)
    expect(world.endpoints().filter((endpoint) => endpoint === 'oai')).toHaveLength(4)
    world.server.troubles.push({ ...away, times: 2 })
    await expect(world.fetchNow()).rejects.toMatchObject({
      code: 'source.refused',
      values: { source: 'arxiv:cs.CL', day: DAY, why: 'badResumptionToken, twice' },
    })
  })

  test('returns a token unchanged, with any characters', async () => {
    const token = '<resumptionToken>a&amp;b=1+2 50%25|ü</resumptionToken>'
    const body = `<OAI-PMH><ListRecords>${token}</ListRecords></OAI-PMH>`
    world.server.troubles.push({ at: 'oai', kind: 'body', body })
    await world.fetchNow()
    const sent = new URL(world.server.requests[1]!.path, world.server.url).searchParams
    expect(Object.fromEntries(sent)).toEqual({ verb: 'ListRecords', resumptionToken: 'a&b=1+2 50%25|ü' })
  })

  test('ends at a list that leads to itself', async () => {
    const body = `<OAI-PMH><ListRecords><resumptionToken>same</resumptionToken></ListRecords></OAI-PMH>`
    world.server.troubles.push({ at: 'oai', kind: 'body', body, times: 100 })
    expect((await world.fetchNow()).records).toEqual([])
    expect(world.endpoints()).toHaveLength(2)
    expect(world.warnings).toEqual([expect.stringContaining('no end')])
  })

  test('ends a list without an end', async () => {
    world.days[DAY] = Array.from({ length: 40 }, (_, i) => paper(`2608.110${10 + i}`))
    world.pageSize = 1
    const { records } = await world.fetchNow()
    expect(records).toHaveLength(30)
    expect(world.warnings).toEqual([expect.stringContaining('no end')])
  })

  test('fails on pages of megabytes without an end', async () => {
    const pad = 'a'.repeat(490_000)
    for (let n = 0; n < 30; n++) {
      const record = `<record><header><identifier>${pad}</identifier></header></record>`.repeat(11)
      const body = `<OAI-PMH><ListRecords>${record}<resumptionToken>t${n}</resumptionToken></ListRecords></OAI-PMH>`
      world.server.troubles.push({ at: 'oai', kind: 'body', body })
    }
    await expect(world.fetchNow()).rejects.toMatchObject({
      code: 'source.too-large',
      values: { source: 'arxiv:cs.CL', day: DAY },
    })
    expect(world.endpoints().length).toBeLessThan(8)
  })

  test('fails on a token of kilobytes', async () => {
    const body = `<OAI-PMH><ListRecords><resumptionToken>${'t'.repeat(5000)}</resumptionToken></ListRecords></OAI-PMH>`
    world.server.troubles.push({ at: 'oai', kind: 'body', body, times: 5 })
    await expect(world.fetchNow()).rejects.toMatchObject({ code: 'source.not-xml' })
  })

  test('reports an error of the archive with its text', async () => {
    world.server.troubles.push({ at: 'oai', kind: 'oai-error', code: 'badArgument' })
    await expect(world.fetchNow()).rejects.toMatchObject({
      code: 'source.refused',
      values: { status: 200, why: 'badArgument: As badArgument says. Reason: on purpose' },
    })
  })
})
