import { beforeEach, describe, expect, test } from 'vitest'
import { addDays } from '../../../src/core/dates.ts'
import { arxiv } from '../../../src/sources/arxiv/arxiv.ts'
import { DAY, five, keys, kinds, paper, TODAYS, useArxivDays } from '../../support/arxiv-days.ts'
import type { ArxivTrouble } from '../../support/arxiv-server.ts'

const AFTERNOON = new Date(`${DAY}T16:30:00Z`)

const world = useArxivDays()

describe('a day that its feed shows', () => {
  test('is fetched from the feed, with details from the API', async () => {
    const fetched = await world.fetchNow()
    expect(fetched).toMatchObject({ refused: [], reason: undefined })
    expect(kinds(fetched)).toEqual({ '2608.11001': 'new', '2608.11002': 'cross', '2512.00130': 'revised' })
    expect(fetched.records.find(({ version }) => version === 3)).toMatchObject({
      publishedAt: new Date('2025-12-01T12:00:00Z'),
    })
    expect(fetched.records.find(({ kind }) => kind === 'new')).toEqual({
      kind: 'new',
      keys: [
        { scheme: 'arxiv', value: '2608.11001' },
        { scheme: 'doi', value: '10.1000/abc' },
      ],
      version: 1,
      title: 'Paper 2608.11001 of <b> & "more"',
      abstract: 'What 2608.11001 is about: $a < b$.',
      authors: ['Ana Li', "Bo O'Neil"],
      categories: ['cs.CL', 'cs.LG'],
      keywords: [],
      publishedAt: new Date('2026-08-12T12:00:00Z'),
      withdrawnAt: undefined,
    })
    expect(world.warnings).toEqual([])
  })

  test('takes two requests, which contain the contact', async () => {
    await world.fetchNow()
    expect(world.server.requests.map(({ path }) => path)).toEqual([
      '/rss/cs.CL',
      '/api/query?id_list=2512.00130,2608.11002,2608.11001&max_results=3',
    ])
    expect(new Set(world.server.requests.map(({ userAgent }) => userAgent))).toEqual(
      new Set(['daily-papers (operator@papers.example)']),
    )
  })

  test('requests only unknown details', async () => {
    world.known = keys(TODAYS)
    expect(Object.keys(kinds(await world.fetchNow()))).toHaveLength(3)
    expect(world.endpoints()).toEqual(['rss'])
  })

  test('is fetched for each category separately', async () => {
    expect(kinds(await world.fetchNow({ section: 'math.AG' }))).toEqual({ '2608.11003': 'new' })
    expect(kinds(await world.fetchNow({ section: 'cs.LG' }))).toMatchObject({
      '2608.11001': 'cross',
      '2608.11002': 'new',
    })
  })

  test('keeps papers that were not listed on another day', async () => {
    world.seen.push('arxiv:2608.11002', 'arxiv:2512.00130')
    expect(kinds(await world.fetchNow())).toEqual({ '2608.11001': 'new', '2512.00130': 'revised' })
  })

  test('recognises a feed of yesterday under the date of today by its papers', async () => {
    world.server.troubles.push({ kind: 'yesterday' })
    expect(await world.fetchNow()).toEqual({ records: [], refused: [], reason: 'repeated' })
    expect(world.endpoints()).toEqual(['rss'])
  })

  test('has no papers yet if the feed is empty', async () => {
    world.server.troubles.push({ kind: 'empty' })
    expect(await world.fetchNow()).toEqual({ records: [], refused: [], reason: undefined })
  })

  test('has papers recorded on a day off as well', async () => {
    world.days['2026-11-27'] = [paper('2611.00001')]
    world.now = new Date('2026-11-27T05:15:00Z')
    expect(kinds(await world.fetchNow({ day: '2026-11-27' }))).toEqual({ '2611.00001': 'new' })
    expect(arxiv.calendar.dayOffReason('2026-11-27')).toBe('holiday')
  })

  test('of two thousand items may be cut, and the archive gives the rest', async () => {
    const many = Array.from({ length: 2100 }, (_, i) => paper(`2608.2${String(i).padStart(4, '0')}`))
    world.days[DAY] = [
      ...many,
      paper('2512.00130', { version: 2, created: '2026-08-12', published: '2025-12-01' }),
    ]
    world.known = keys(world.days[DAY]!)
    world.pageSize = 1000
    const fetched = await world.fetchNow()
    expect(fetched.records).toHaveLength(2101)
    expect(fetched.reason).toBe('made-up')
    expect(new Set(fetched.records.map(({ keys }) => keys[0]!.value)).size).toBe(2101)
    world.listed = keys(world.days[DAY]!)
    const later = await world.fetchNow()
    expect([later.reason, later.records.filter(({ kind }) => kind === 'new').length]).toEqual([
      'made-up',
      1999,
    ])
  })

  test('of two thousand items is kept, with any response of the archive', async () => {
    world.days[DAY] = Array.from({ length: 2000 }, (_, i) => paper(`2608.2${String(i).padStart(4, '0')}`))
    world.known = keys(world.days[DAY]!)
    world.server.troubles.push({ at: 'oai', kind: 'rate-limited' })
    expect((await world.fetchNow()).records).toHaveLength(2000)
    expect(world.warnings).toEqual([expect.stringContaining('the archive')])
  })
})

describe('from noon on (Eastern US), if the feed fails', () => {
  beforeEach(() => {
    world.now = AFTERNOON
  })

  test.each<[string, ArxivTrouble]>([
    ['is empty', { at: 'rss', kind: 'empty' }],
    ['is of yesterday', { at: 'rss', kind: 'yesterday' }],
  ])('and %s, the archive supplies the day', async (_what, failure) => {
    world.server.troubles.push(failure)
    const fetched = await world.fetchNow()
    expect(kinds(fetched)).toEqual({ '2608.11001': 'new', '2608.11002': 'cross', '2512.00130': 'revised' })
    expect(fetched.reason).toBe('made-up')
    expect(fetched.records.every(({ publishedAt }) => publishedAt)).toBe(true)
    expect(world.endpoints()).toEqual(['rss', 'oai', 'oai', 'api'])
  })

  test('and the archive has nothing, no papers are recorded', async () => {
    world.days[DAY] = []
    expect(await world.fetchNow()).toEqual({ records: [], refused: [], reason: undefined })
    world.server.troubles.push({ at: 'rss', kind: 'yesterday' })
    expect(await world.fetchNow()).toEqual({ records: [], refused: [], reason: 'repeated' })
  })

  test('and the archive fails too, the day is fetched again', async () => {
    world.server.troubles.push(
      { at: 'rss', kind: 'empty' },
      { at: 'oai', kind: 'oai-error', code: 'badArgument' },
    )
    expect(await world.fetchNow()).toEqual({ records: [], refused: [], reason: undefined })
    expect(world.warnings).toEqual([
      'arXiv says: badArgument: As badArgument says. Reason: on purpose',
      expect.stringMatching(/^the archive, for what the feed lacks: /),
    ])
  })

  test('on a weekend, the archive is not requested', async () => {
    world.now = new Date('2026-08-15T18:00:00Z')
    expect((await world.fetchNow({ day: '2026-08-15' })).records).toEqual([])
    expect(world.endpoints()).toEqual(['rss'])
  })

  test('the archive is not requested if the feed responds', async () => {
    await world.fetchNow()
    expect(world.endpoints()).toEqual(['rss', 'api'])
  })
})

describe('problems with the feed', () => {
  test.each<[string, ArxivTrouble, number[]]>([
    ['503', { kind: 'status', status: 503 }, [1000]],
    ['503 that names a time', { kind: 'status', status: 503, headers: { 'retry-after': '20' } }, [20_000]],
    ['429 that names a short time', { kind: 'rate-limited', headers: { 'retry-after': '7' } }, [7000]],
    ['half a feed', { kind: 'cut' }, [1000]],
    ['a connection that breaks', { kind: 'hangs-up' }, [1000]],
    ['HTML', { kind: 'html' }, [1000]],
    ['nothing', { kind: 'body', body: '' }, [1000]],
  ])('that passes: %s', async (_what, failure, expected) => {
    world.server.troubles.push({ ...failure, at: 'rss' })
    expect(Object.keys(kinds(await world.fetchNow()))).toHaveLength(3)
    expect(world.waits).toEqual(expected)
  })

  test('that passes: a slow response', async () => {
    world.server.troubles.push({ at: 'rss', kind: 'slow', ms: 10_000 })
    expect(Object.keys(kinds(await world.fetchNow({ timeoutMs: 2000 })))).toHaveLength(3)
    expect(world.waits).toEqual([1000])
  })

  test.each<[string, ArxivTrouble, string, object]>([
    ['half a feed', five({ kind: 'cut' }), 'source.not-xml', { what: 'feed', why: 'it ends in the middle' }],
    ['HTML', five({ kind: 'html' }), 'source.not-xml', { why: 'it declares a document type' }],
    ['503', five({ kind: 'status', status: 503 }), 'source.failing', { status: 503 }],
    ['404', { kind: 'status', status: 404 }, 'source.refused', { status: 404 }],
    ['429 without a time', { kind: 'rate-limited' }, 'source.rate-limited', { seconds: 900 }],
    [
      '503 that names an hour',
      { kind: 'status', status: 503, headers: { 'retry-after': '3600' } },
      'source.rate-limited',
      { seconds: 3600 },
    ],
    ['400 that says why', { kind: 'error-feed' }, 'source.refused', { status: 400, why: 'on purpose' }],
    [
      'items that cannot be read',
      { kind: 'body', body: '<rss><channel><item/><item/></channel></rss>' },
      'source.unreadable',
      { count: 2 },
    ],
  ])('that stays: %s', async (_what, failure, code, values) => {
    world.server.troubles.push({ ...failure, at: 'rss' })
    await expect(world.fetchNow()).rejects.toMatchObject({
      code,
      values: { source: 'arxiv:cs.CL', day: DAY, ...values },
    })
    expect(new Set(world.endpoints())).toEqual(new Set(['rss']))
  })

  test("an unknown category is reported in arXiv's words", async () => {
    await expect(world.fetchNow({ section: 'cs.XX' })).rejects.toMatchObject({
      code: 'source.refused',
      values: { why: expect.stringMatching(/^Bad archive/) },
    })
    expect(world.warnings).toEqual([expect.stringMatching(/^arXiv says: Bad archive/)])
  })
})

describe('problems with the API lose no paper', () => {
  test.each<[string, ArxivTrouble, string]>([
    ['429', { kind: 'rate-limited' }, 'rate limited for 900 s'],
    ['503', five({ kind: 'status', status: 503 }), 'returned 503'],
    ['an error', { kind: 'error-feed' }, 'refuses the request'],
    ['nothing', { kind: 'empty' }, 'knows none of 3 papers'],
    ['an empty body', five({ kind: 'body', body: '' }), 'Start tag expected'],
    ['half an answer', five({ kind: 'cut' }), 'without a complete feed in XML'],
    ['a connection that breaks', five({ kind: 'hangs-up' }), 'did not respond'],
    ['HTML', five({ kind: 'html' }), 'document type'],
  ])('%s', async (_what, failure, warning) => {
    world.server.troubles.push({ ...failure, at: 'api' })
    const fetched = await world.fetchNow()
    expect(kinds(fetched)).toEqual({ '2608.11001': 'new', '2608.11002': 'cross', '2512.00130': 'revised' })
    expect(fetched.records.map(({ publishedAt }) => publishedAt)).toEqual([undefined, undefined, undefined])
    expect(fetched.records[0]!.authors).toEqual(['Ana Li', "Bo O'Neil"])
    expect(world.warnings.join()).toContain(warning)
    expect((await world.fetchNow()).records.every(({ publishedAt }) => publishedAt)).toBe(true)
  })

  test('a hundred papers a request; a refused one does not affect the others', async () => {
    world.days[DAY] = Array.from({ length: 250 }, (_, i) => paper(`2608.2${String(i).padStart(4, '0')}`))
    world.server.troubles.push({ at: 'api', kind: 'error-feed' })
    const { records } = await world.fetchNow()
    expect(world.endpoints()).toEqual(['rss', 'api', 'api', 'api'])
    expect(records.filter(({ publishedAt }) => publishedAt)).toHaveLength(150)
  })

  test('if it asks for a pause, no further request is sent', async () => {
    world.days[DAY] = Array.from({ length: 250 }, (_, i) => paper(`2608.2${String(i).padStart(4, '0')}`))
    world.server.troubles.push({ at: 'api', kind: 'rate-limited' })
    expect((await world.fetchNow()).records).toHaveLength(250)
    expect(world.endpoints()).toEqual(['rss', 'api'])
  })

  test('old ids are sent and read back', async () => {
    world.days[DAY] = [paper('hep-th/9901001'), paper('2503.02130'), paper('2503.02131')]
    const { records } = await world.fetchNow()
    expect(records.every(({ publishedAt }) => publishedAt)).toBe(true)
    expect(world.server.requests.at(-1)!.path).toContain('id_list=hep-th%2F9901001,2503.02131,2503.02130&')
  })
})

test('check succeeds for a source that responds', async () => {
  const answer = await fetch(arxiv.probe(world.server.urls))
  expect([answer.status, await answer.text()]).toEqual([200, expect.stringContaining('GOOD')])
})

test('a day that is not announced yet has no papers', async () => {
  expect((await world.fetchNow({ day: addDays(DAY, 1) })).records).toEqual([])
})
