import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Database } from '../../../src/platform/database.ts'
import { addDays, type Day } from '../../../src/platform/dates.ts'
import { silentLog } from '../../../src/platform/log.ts'
import { arxiv } from '../../../src/sources/arxiv/arxiv.ts'
import { openAsk } from '../../../src/sources/ask-client.ts'
import { type Identifier, identifierText } from '../../../src/sources/source-record.ts'
import type { ArxivPaper } from '../../support/arxiv-answers.ts'
import { type ArxivServer, type ArxivTrouble, startArxivServer } from '../../support/arxiv-server.ts'

// 14 August 2026 is a Friday; its feed shows from 04:00 UTC what was announced on Thursday evening.
const DAY = '2026-08-14'
const MORNING = new Date(`${DAY}T04:11:00Z`)
const AFTERNOON = new Date(`${DAY}T16:30:00Z`)
const OVER = new Date('2026-08-15T04:10:00Z')

const paper = (id: string, more: Partial<ArxivPaper> = {}): ArxivPaper => ({
  id,
  title: `Paper ${id} of <b> & "more"`,
  abstract: `What ${id} is about: $a < b$.`,
  authors: ['Ana Li', "Bo O'Neil"],
  categories: ['cs.CL', 'cs.LG'],
  created: '2026-08-12',
  ...more,
})

const YESTERDAYS = [paper('2608.10001'), paper('2608.10002')]
const TODAYS = [
  paper('2608.11001', { doi: '10.1000/ABC' }),
  paper('2608.11002', { categories: ['cs.LG', 'cs.CL'] }),
  paper('2608.11003', { categories: ['math.AG'] }),
  paper('2512.00130', { version: 3, created: '2026-08-12', published: '2025-12-01' }),
]
const days: Record<Day, ArxivPaper[]> = {}
const given = { days, now: () => now, pageSize: 2 }

let server: ArxivServer
let now: Date
let waits: number[]
let warnings: string[]
/** What is known of before, as "arxiv:2608.11001". */
let seen: string[]
let known: string[]
let listed: string[]

beforeAll(async () => {
  server = await startArxivServer(given)
})
afterAll(() => server.close())
beforeEach(() => {
  for (const day of Object.keys(days)) delete days[day]
  Object.assign(days, { '2026-08-13': YESTERDAYS, [DAY]: TODAYS })
  server.requests.length = 0
  server.troubles.length = 0
  now = MORNING
  given.pageSize = 2
  waits = []
  warnings = []
  seen = keys(YESTERDAYS)
  known = []
  listed = []
})

const keys = (papers: ArxivPaper[]) => papers.map(({ id }) => `arxiv:${id}`)
const texts = (asked: readonly Identifier[], fits: (text: string) => boolean) =>
  new Set(asked.map(identifierText).filter(fits))

interface More {
  day?: Day
  section?: string
  timeoutMs?: number
}

function fetchNow({ day = DAY, section = 'cs.CL', timeoutMs = 2000 }: More = {}) {
  const wait = async (ms: number) => void waits.push(ms)
  const { ask } = openAsk({
    db: {} as Database, // whoever asks without a gap needs none
    log: silentLog,
    source: `arxiv:${section}`,
    day,
    manners: { ...arxiv.manners, gapMs: 0, timeoutMs },
    contact: 'operator@papers.example',
    wait,
  })
  return arxiv.fetchDay({
    day,
    section,
    now,
    urls: server.urls,
    ask,
    unseen: async (asked) => texts(asked, (key) => !seen.includes(key)),
    listed: async (asked) => texts(asked, (key) => listed.includes(key)),
    bare: async (asked) => texts(asked, (key) => !known.includes(key)),
    wait,
    warn: (what) => void warnings.push(what),
  })
}

const kinds = ({ records }: Awaited<ReturnType<typeof fetchNow>>) =>
  Object.fromEntries(records.map((record) => [record.keys[0]!.value, record.kind]))
const doors = () => server.requests.map(({ door }) => door)
const five = (trouble: ArxivTrouble): ArxivTrouble => ({ ...trouble, times: 5 })

describe('a day that its feed shows', () => {
  test('comes from the feed, with details from the API', async () => {
    const fetched = await fetchNow()
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
    expect(warnings).toEqual([])
  })

  test('is asked for in two questions, and we say who asks', async () => {
    await fetchNow()
    expect(server.requests.map(({ path }) => path)).toEqual([
      '/rss/cs.CL',
      '/api/query?id_list=2512.00130,2608.11002,2608.11001&max_results=3',
    ])
    expect(new Set(server.requests.map(({ userAgent }) => userAgent))).toEqual(
      new Set(['daily-papers (operator@papers.example)']),
    )
  })

  test('asks for no details that are known', async () => {
    known = keys(TODAYS)
    expect(Object.keys(kinds(await fetchNow()))).toHaveLength(3)
    expect(doors()).toEqual(['rss'])
  })

  test('each category has its own', async () => {
    expect(kinds(await fetchNow({ section: 'math.AG' }))).toEqual({ '2608.11003': 'new' })
    expect(kinds(await fetchNow({ section: 'cs.LG' }))).toMatchObject({
      '2608.11001': 'cross',
      '2608.11002': 'new',
    })
  })

  test('keeps what was not listed on another day', async () => {
    seen.push('arxiv:2608.11002', 'arxiv:2512.00130')
    expect(kinds(await fetchNow())).toEqual({ '2608.11001': 'new', '2512.00130': 'revised' })
  })

  test('a feed of yesterday under the date of today is told by its papers', async () => {
    server.troubles.push({ kind: 'yesterday' })
    expect(await fetchNow()).toEqual({ records: [], refused: [], reason: 'repeated' })
    expect(doors()).toEqual(['rss'])
  })

  test('an empty feed is no papers yet', async () => {
    server.troubles.push({ kind: 'empty' })
    expect(await fetchNow()).toEqual({ records: [], refused: [], reason: undefined })
  })

  test('on a day of rest as well: what comes is taken', async () => {
    days['2026-11-27'] = [paper('2611.00001')]
    now = new Date('2026-11-27T05:15:00Z')
    expect(kinds(await fetchNow({ day: '2026-11-27' }))).toEqual({ '2611.00001': 'new' })
    expect(arxiv.calendar.rest('2026-11-27')).toBe('holiday')
  })

  test('of two thousand items may be cut, and the archive has the rest', async () => {
    const many = Array.from({ length: 2100 }, (_, i) => paper(`2608.2${String(i).padStart(4, '0')}`))
    days[DAY] = [...many, paper('2512.00130', { version: 2, created: '2026-08-12', published: '2025-12-01' })]
    known = keys(days[DAY]!)
    given.pageSize = 1000
    const fetched = await fetchNow()
    expect(fetched.records).toHaveLength(2101)
    expect(fetched.reason).toBe('made-up')
    expect(new Set(fetched.records.map(({ keys }) => keys[0]!.value)).size).toBe(2101)
    listed = keys(days[DAY]!)
    const later = await fetchNow()
    expect([later.reason, later.records.filter(({ kind }) => kind === 'new').length]).toEqual([
      'made-up',
      1999,
    ])
  })

  test('of two thousand items stands, whatever becomes of the archive', async () => {
    days[DAY] = Array.from({ length: 2000 }, (_, i) => paper(`2608.2${String(i).padStart(4, '0')}`))
    known = keys(days[DAY]!)
    server.troubles.push({ at: 'oai', kind: 'rate-limited' })
    expect((await fetchNow()).records).toHaveLength(2000)
    expect(warnings).toEqual([expect.stringContaining('the archive')])
  })
})

describe('from noon on (Eastern US), where the feed fails', () => {
  beforeEach(() => {
    now = AFTERNOON
  })

  test.each<[string, ArxivTrouble]>([
    ['is empty', { at: 'rss', kind: 'empty' }],
    ['is of yesterday', { at: 'rss', kind: 'yesterday' }],
  ])('and %s, the archive makes the day up', async (_what, trouble) => {
    server.troubles.push(trouble)
    const fetched = await fetchNow()
    expect(kinds(fetched)).toEqual({ '2608.11001': 'new', '2608.11002': 'cross', '2512.00130': 'revised' })
    expect(fetched.reason).toBe('made-up')
    expect(fetched.records.every(({ publishedAt }) => publishedAt)).toBe(true)
    expect(doors()).toEqual(['rss', 'oai', 'oai', 'api'])
  })

  test('where the archive has nothing, nothing is made of nothing', async () => {
    days[DAY] = []
    expect(await fetchNow()).toEqual({ records: [], refused: [], reason: undefined })
    server.troubles.push({ at: 'rss', kind: 'yesterday' })
    expect(await fetchNow()).toEqual({ records: [], refused: [], reason: 'repeated' })
  })

  test('where the archive fails too, the day is asked for again', async () => {
    server.troubles.push({ at: 'rss', kind: 'empty' }, { at: 'oai', kind: 'oai-error', code: 'badArgument' })
    expect(await fetchNow()).toEqual({ records: [], refused: [], reason: undefined })
    expect(warnings).toEqual([
      'arXiv says: badArgument: As badArgument says. Reason: on purpose',
      expect.stringMatching(/^the archive, for what the feed lacks: /),
    ])
  })

  test('on a weekend nobody asks the archive for what was not expected', async () => {
    now = new Date('2026-08-15T18:00:00Z')
    expect((await fetchNow({ day: '2026-08-15' })).records).toEqual([])
    expect(doors()).toEqual(['rss'])
  })

  test('a feed that is there needs no archive', async () => {
    await fetchNow()
    expect(doors()).toEqual(['rss', 'api'])
  })
})

describe('a day that is over', () => {
  beforeEach(() => {
    now = OVER
  })

  test('comes from the archive, page by page, whatever the feed shows', async () => {
    days['2026-08-15'] = [paper('2608.12001')]
    const fetched = await fetchNow()
    expect(kinds(fetched)).toEqual({ '2608.11001': 'new', '2608.11002': 'cross', '2512.00130': 'revised' })
    expect(fetched.reason).toBe('made-up')
    expect(server.requests.map(({ path }) => path.replace(/=verb.*/, '=…'))).toEqual([
      `/oai?verb=ListRecords&metadataPrefix=arXiv&set=cs:cs:CL&from=${DAY}&until=${DAY}`,
      '/oai?verb=ListRecords&resumptionToken=…',
      expect.stringMatching(/^\/api\/query/),
    ])
  })

  test('what the feed said of its papers stands, and what it lacked is new', async () => {
    listed = ['arxiv:2608.11001', 'arxiv:2512.00130']
    known = [...listed]
    const fetched = await fetchNow()
    expect(kinds(fetched)).toEqual({
      '2608.11001': 'revised',
      '2608.11002': 'cross',
      '2512.00130': 'revised',
    })
    expect(fetched.reason).toBe('made-up')
  })

  test('that was whole is not made up', async () => {
    listed = keys(TODAYS)
    known = [...listed]
    const { records, reason } = await fetchNow()
    expect(reason).toBeUndefined()
    expect(records.every(({ kind }) => kind === 'revised')).toBe(true)
    expect(doors()).toEqual(['oai', 'oai'])
  })

  test('that was whole still tells what was withdrawn', async () => {
    days[DAY] = [paper('2608.11001', { comment: 'This paper has been withdrawn by the author' })]
    listed = known = keys(days[DAY]!)
    expect((await fetchNow()).records[0]).toMatchObject({ withdrawnAt: new Date('2026-08-12T00:00:00Z') })
  })

  test('a paper that changed later is in the list of that day alone', async () => {
    days['2026-08-17'] = [paper('2608.11001', { version: 2, created: '2026-08-16', published: '2026-08-12' })]
    now = new Date('2026-08-20T12:00:00Z')
    expect(Object.keys(kinds(await fetchNow()))).not.toContain('2608.11001')
    expect(kinds(await fetchNow({ day: '2026-08-17' }))).toEqual({ '2608.11001': 'new' })
    seen.push('arxiv:2608.11001')
    expect(kinds(await fetchNow({ day: '2026-08-17' }))).toEqual({}) // nothing was announced but that
  })

  test('a new version of a paper of last month is not new, once the API has told', async () => {
    days['2026-08-03'] = [
      paper('2608.00100', { created: '2026-08-02' }),
      paper('2607.00001', { version: 2, created: '2026-08-02', published: '2026-07-01' }),
    ]
    expect(kinds(await fetchNow({ day: '2026-08-03' }))).toEqual({
      '2607.00001': 'revised',
      '2608.00100': 'new',
    })
    server.troubles.push({ at: 'api', kind: 'rate-limited' })
    expect(kinds(await fetchNow({ day: '2026-08-03' }))).toMatchObject({ '2607.00001': 'new' })
  })

  test('a weekend has nothing', async () => {
    now = new Date('2026-08-16T04:10:00Z')
    expect(await fetchNow({ day: '2026-08-15' })).toEqual({ records: [], refused: [], reason: undefined })
    expect(doors()).toEqual(['oai'])
  })

  test('in the minutes in which the feed has gone on, it is not asked', async () => {
    days['2026-08-15'] = [paper('2608.12001')]
    for (const at of ['2026-08-15T03:30:00Z', '2026-08-15T04:05:00Z']) {
      now = new Date(at)
      expect(Object.keys(kinds(await fetchNow()))).not.toContain('2608.12001')
    }
    expect(doors()).not.toContain('rss')
  })

  test('a token that ran out begins the list anew, once', async () => {
    const away: ArxivTrouble = { at: 'oai', kind: 'oai-error', code: 'badResumptionToken' }
    server.troubles.push({ at: 'oai', kind: 'slow', ms: 0 }, away)
    expect(Object.keys(kinds(await fetchNow()))).toHaveLength(3)
    expect(doors().filter((door) => door === 'oai')).toHaveLength(4)
    server.troubles.push({ ...away, times: 2 })
    await expect(fetchNow()).rejects.toMatchObject({
      code: 'source.refused',
      values: { source: 'arxiv:cs.CL', day: DAY, why: 'badResumptionToken, twice' },
    })
  })

  test('a token goes back as it came, whatever signs it holds', async () => {
    const token = '<resumptionToken>a&amp;b=1+2 50%25|ü</resumptionToken>'
    const body = `<OAI-PMH><ListRecords>${token}</ListRecords></OAI-PMH>`
    server.troubles.push({ at: 'oai', kind: 'body', body })
    await fetchNow()
    const sent = new URL(server.requests[1]!.path, server.url).searchParams
    expect(Object.fromEntries(sent)).toEqual({ verb: 'ListRecords', resumptionToken: 'a&b=1+2 50%25|ü' })
  })

  test('a list that leads to itself ends', async () => {
    const body = `<OAI-PMH><ListRecords><resumptionToken>same</resumptionToken></ListRecords></OAI-PMH>`
    server.troubles.push({ at: 'oai', kind: 'body', body, times: 100 })
    expect((await fetchNow()).records).toEqual([])
    expect(doors()).toHaveLength(2)
    expect(warnings).toEqual([expect.stringContaining('no end')])
  })

  test('a list without an end ends', async () => {
    days[DAY] = Array.from({ length: 40 }, (_, i) => paper(`2608.110${10 + i}`))
    given.pageSize = 1
    const { records } = await fetchNow()
    expect(records).toHaveLength(30)
    expect(warnings).toEqual([expect.stringContaining('no end')])
  })

  test('an error of the archive is a fault, with what it says', async () => {
    server.troubles.push({ at: 'oai', kind: 'oai-error', code: 'badArgument' })
    await expect(fetchNow()).rejects.toMatchObject({
      code: 'source.refused',
      values: { status: 200, why: 'badArgument: As badArgument says. Reason: on purpose' },
    })
  })
})

describe('trouble with the feed', () => {
  test.each<[string, ArxivTrouble, number[]]>([
    ['503', { kind: 'status', status: 503 }, [1000]],
    ['503 that names a time', { kind: 'status', status: 503, headers: { 'retry-after': '20' } }, [20_000]],
    ['429 that names a short time', { kind: 'rate-limited', headers: { 'retry-after': '7' } }, [7000]],
    ['half a feed', { kind: 'cut' }, [1000]],
    ['a connection that breaks', { kind: 'hangs-up' }, [1000]],
    ['HTML', { kind: 'html' }, [1000]],
    ['nothing', { kind: 'body', body: '' }, [1000]],
  ])('that passes: %s', async (_what, trouble, expected) => {
    server.troubles.push({ ...trouble, at: 'rss' })
    expect(Object.keys(kinds(await fetchNow()))).toHaveLength(3)
    expect(waits).toEqual(expected)
  })

  test('that passes: a slow answer', async () => {
    server.troubles.push({ at: 'rss', kind: 'slow', ms: 2000 })
    expect(Object.keys(kinds(await fetchNow({ timeoutMs: 200 })))).toHaveLength(3)
    expect(waits).toEqual([1000])
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
      'items that nobody can read',
      { kind: 'body', body: '<rss><channel><item/><item/></channel></rss>' },
      'source.unreadable',
      { count: 2 },
    ],
  ])('that stays: %s', async (_what, trouble, code, values) => {
    server.troubles.push({ ...trouble, at: 'rss' })
    await expect(fetchNow()).rejects.toMatchObject({
      code,
      values: { source: 'arxiv:cs.CL', day: DAY, ...values },
    })
    expect(new Set(doors())).toEqual(new Set(['rss']))
  })

  test('a category that arXiv does not know is told in its words', async () => {
    await expect(fetchNow({ section: 'cs.XX' })).rejects.toMatchObject({
      code: 'source.refused',
      values: { why: expect.stringMatching(/^Bad archive/) },
    })
    expect(warnings).toEqual([expect.stringMatching(/^arXiv says: Bad archive/)])
  })
})

describe('trouble with the API loses no paper', () => {
  test.each<[string, ArxivTrouble, string]>([
    ['429', { kind: 'rate-limited' }, 'left alone for 900 s'],
    ['503', five({ kind: 'status', status: 503 }), 'answered 503'],
    ['an error', { kind: 'error-feed' }, 'refuses the request'],
    ['nothing', { kind: 'empty' }, 'knows none of 3 papers'],
    ['an empty body', five({ kind: 'body', body: '' }), 'Start tag expected'],
    ['half an answer', five({ kind: 'cut' }), 'something else than a whole feed'],
    ['a connection that breaks', five({ kind: 'hangs-up' }), 'did not answer'],
    ['HTML', five({ kind: 'html' }), 'document type'],
  ])('%s', async (_what, trouble, warning) => {
    server.troubles.push({ ...trouble, at: 'api' })
    const fetched = await fetchNow()
    expect(kinds(fetched)).toEqual({ '2608.11001': 'new', '2608.11002': 'cross', '2512.00130': 'revised' })
    expect(fetched.records.map(({ publishedAt }) => publishedAt)).toEqual([undefined, undefined, undefined])
    expect(fetched.records[0]!.authors).toEqual(['Ana Li', "Bo O'Neil"])
    expect(warnings.join()).toContain(warning)
    expect((await fetchNow()).records.every(({ publishedAt }) => publishedAt)).toBe(true)
  })

  test('a hundred papers a question; one that is refused does not keep the others from being told', async () => {
    days[DAY] = Array.from({ length: 250 }, (_, i) => paper(`2608.2${String(i).padStart(4, '0')}`))
    server.troubles.push({ at: 'api', kind: 'error-feed' })
    const { records } = await fetchNow()
    expect(doors()).toEqual(['rss', 'api', 'api', 'api'])
    expect(records.filter(({ publishedAt }) => publishedAt)).toHaveLength(150)
  })

  test('where it wants to be left alone, nobody asks on', async () => {
    days[DAY] = Array.from({ length: 250 }, (_, i) => paper(`2608.2${String(i).padStart(4, '0')}`))
    server.troubles.push({ at: 'api', kind: 'rate-limited' })
    expect((await fetchNow()).records).toHaveLength(250)
    expect(doors()).toEqual(['rss', 'api'])
  })

  test('old ids find their way there and back', async () => {
    days[DAY] = [paper('hep-th/9901001'), paper('2503.02130'), paper('2503.02131')]
    const { records } = await fetchNow()
    expect(records.every(({ publishedAt }) => publishedAt)).toBe(true)
    expect(server.requests.at(-1)!.path).toContain('id_list=hep-th%2F9901001,2503.02131,2503.02130&')
  })
})

test('whoever asks where the source is well gets an answer', async () => {
  const answer = await fetch(arxiv.probe(server.urls))
  expect([answer.status, await answer.text()]).toEqual([200, expect.stringContaining('GOOD')])
})

test('a day that is not announced yet', async () => {
  expect((await fetchNow({ day: addDays(DAY, 1) })).records).toEqual([])
})
