import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Database } from '../../../src/core/database/database.ts'
import { silentLog } from '../../../src/core/log.ts'
import { createFetchClient } from '../../../src/sources/fetch-client.ts'
import { huggingface } from '../../../src/sources/huggingface/huggingface.ts'
import { fetchDay } from '../../../src/sources/huggingface/huggingface-client.ts'
import { parseDailyPapers } from '../../../src/sources/huggingface/parse-daily-papers.ts'
import { type HuggingFaceServer, startHuggingFaceServer } from '../../support/hugging-face-server.ts'
import { five, type Trouble } from '../../support/json-server.ts'
import { recordedDay, recordings } from '../../support/recorded-days.ts'
import { noTestData, testData } from '../../support/test-data.ts'

const DAY = '2026-08-14'
let server: HuggingFaceServer
let waits: number[]

beforeAll(async () => {
  server = await startHuggingFaceServer({ folder: `${recordings}/daily` })
})
afterAll(() => server.close())
beforeEach(() => {
  waits = []
  server.requests.length = 0
  server.troubles.length = 0
})

/** Answers with what was read, and how many requests it took. */
async function fetchFrom(url: string, day = DAY, { signal, timeoutMs = 10_000 }: More = {}) {
  const wait = async (ms: number) => void waits.push(ms)
  const { request, requestCount } = createFetchClient({
    db: {} as Database, // not used without a gap
    log: silentLog,
    source: 'huggingface',
    day,
    fetchPolicy: { ...huggingface.fetchPolicy, gapMs: 0, timeoutMs },
    contact: 'operator@papers.example',
    wait,
    signal,
  })
  const fetched = await fetchDay({
    source: 'huggingface',
    day,
    now: new Date(`${DAY}T12:00:00Z`),
    lastFetch: null,
    urls: { HF_URL: url },
    request,
    unseen: async () => new Set(),
    listed: async () => new Set(),
    withoutDate: async () => new Set(),
    wait,
    warn: () => {},
  })
  return { ...fetched, requests: requestCount() }
}

interface More {
  signal?: AbortSignal
  timeoutMs?: number
}

const whole = parseDailyPapers(recordedDay('daily', DAY))

test('a day is fetched completely, and requests contain the contact', async ({ skip }) => {
  if (!testData('huggingface')) skip(noTestData('huggingface'))
  expect(whole.records.length).toBeGreaterThan(5)
  expect(await fetchFrom(server.url)).toEqual({ ...whole, requests: 2 })
  expect(server.requests).toEqual([
    {
      path: `/api/daily_papers?date=${DAY}&limit=100&p=0`,
      userAgent: 'daily-papers (operator@papers.example)',
    },
    {
      path: `/api/daily_papers?date=${DAY}&limit=100&p=1`,
      userAgent: 'daily-papers (operator@papers.example)',
    },
  ])
  expect(waits).toEqual([])
})

test('a weekend is an empty day', async () => {
  expect(await fetchFrom(server.url, '2026-08-15')).toEqual({ records: [], refused: [], requests: 1 })
})

test('pages with fewer entries than requested are followed to the end', async () => {
  const small = await startHuggingFaceServer({ folder: `${recordings}/daily`, maxPerPage: 2 })
  const fetched = await fetchFrom(small.url)
  await small.close()
  expect(fetched).toEqual({ ...whole, requests: Math.ceil(recordedDay('daily', DAY).length / 2) + 1 })
})

test('a server that ignores page numbers gets no endless requests', async () => {
  const body = '[{"paper":{"id":"2507.06457","title":"T"}}]'
  server.troubles.push({ kind: 'body', body }, { kind: 'body', body })
  expect(await fetchFrom(server.url)).toEqual({ ...parseDailyPapers(JSON.parse(body)), requests: 2 })
})

test('an unreadable entry is refused; if none is readable, the day is', async () => {
  const entries = [{ paper: { id: '2507.06457' } }, { paper: { id: '2507.06458', title: 'T' } }]
  const serve = (list: unknown[]) =>
    server.troubles.push({ kind: 'body', body: JSON.stringify(list) }, { kind: 'body', body: '[]' })
  serve(entries)
  expect(await fetchFrom(server.url)).toMatchObject({ records: [{ title: 'T' }], refused: [{ index: 0 }] })
  serve(entries.slice(0, 1))
  await expect(fetchFrom(server.url)).rejects.toMatchObject({
    code: 'source.unreadable',
    values: { source: 'huggingface', day: DAY, count: 1 },
  })
})

describe('temporary problems', () => {
  test.each<[string, Trouble[], number[]]>([
    ['a server error', [{ kind: 'status', status: 503 }], [1000]],
    ['a body that is cut off', [{ kind: 'cut-off' }], [1000]],
    ['HTML instead of JSON', [{ kind: 'html' }], [1000]],
    ['JSON that is no list', [{ kind: 'body', body: '{"error":"later"}' }], [1000]],
    ['half of a list', [{ kind: 'body', body: '[{"paper":' }], [1000]],
    [
      'four in a row',
      [
        { kind: 'status', status: 500 },
        { kind: 'html' },
        { kind: 'cut-off' },
        { kind: 'status', status: 502 },
      ],
      [1000, 2000, 4000, 8000],
    ],
    ['too many requests', [{ kind: 'rate-limited', headers: { ratelimit: '"api";r=0;t=17' } }], [17_000]],
    [
      'too many requests, in the other form',
      [{ kind: 'rate-limited', headers: { 'retry-after': '5' } }],
      [5000],
    ],
    ['too many requests, without a time', [{ kind: 'rate-limited', headers: {} }], [60_000]],
  ])('%s', async (_what, troubles, expected) => {
    server.troubles.push(...troubles)
    expect((await fetchFrom(server.url)).records).toEqual(whole.records)
    expect(waits).toEqual(expected)
  })

  test('no response in time', async () => {
    server.troubles.push({ kind: 'slow', ms: 10_000 })
    expect((await fetchFrom(server.url, DAY, { timeoutMs: 2000 })).records).toEqual(whole.records)
    expect(waits).toEqual([1000])
  })

  test('the next page waits before the last requests of a window are used up', async () => {
    server.troubles.push({ kind: 'last-requests', remaining: 2, seconds: 9 })
    await fetchFrom(server.url)
    expect(waits).toEqual([9000])
  })

  test('the next page does not wait with requests left', async () => {
    server.troubles.push({ kind: 'last-requests', remaining: 3, seconds: 9 })
    await fetchFrom(server.url)
    expect(waits).toEqual([])
  })
})

describe('lasting problems', () => {
  test.each<[string, Trouble[], object]>([
    ['source.failing', five({ kind: 'status', status: 503 }), { status: 503 }],
    ['source.unreachable', five({ kind: 'cut-off' }), {}],
    ['source.not-json', five({ kind: 'html' }), { status: 200, type: 'text/html' }],
    [
      'source.rate-limited',
      five({ kind: 'rate-limited', headers: { 'retry-after': '5' } }),
      { status: 429, seconds: 5 },
    ],
  ])('%s after five tries', async (code, troubles, values) => {
    server.troubles.push(...troubles)
    await expect(fetchFrom(server.url)).rejects.toMatchObject({
      code,
      values: { source: 'huggingface', day: DAY, ...values },
    })
    expect(server.requests).toHaveLength(5)
  })

  test.each<[string, string, Trouble[], object]>([
    ['an invalid date', 'source.refused-date', [{ kind: 'status', status: 400 }], { status: 400 }],
    ['a wrong address', 'source.refused', [{ kind: 'status', status: 404 }], { status: 404 }],
    [
      'an hour to wait',
      'source.rate-limited',
      [{ kind: 'rate-limited', headers: { 'retry-after': '3600' } }],
      { seconds: 3600 },
    ],
  ])('%s is final at once', async (_what, code, troubles, values) => {
    server.troubles.push(...troubles)
    await expect(fetchFrom(server.url)).rejects.toMatchObject({ code, values })
    expect(server.requests).toHaveLength(1)
    expect(waits).toEqual([])
  })

  test('a future day that the server refuses', async () => {
    await expect(fetchFrom(server.url, '2999-01-01')).rejects.toMatchObject({ code: 'source.refused-date' })
  })

  test('no server listens', async () => {
    const gone = await startHuggingFaceServer({ folder: '.' })
    await gone.close()
    await expect(fetchFrom(gone.url)).rejects.toMatchObject({
      code: 'source.unreachable',
      values: { what: 'ECONNREFUSED' },
    })
  })

  test('a page that fails in the middle fails the day, not half of it', async () => {
    server.troubles.push({ kind: 'slow', ms: 0 }, { kind: 'status', status: 404 })
    await expect(fetchFrom(server.url)).rejects.toMatchObject({ code: 'source.refused' })
  })

  test.each([
    ['deeper than anybody can walk', '['.repeat(100_000) + ']'.repeat(100_000)],
    ['with a million numbers', `[${Array(1_000_000).fill(1).join()}]`],
  ])('a list %s is not a list of entries', async (_what, body) => {
    server.troubles.push(...five({ kind: 'body', body }))
    await expect(fetchFrom(server.url)).rejects.toMatchObject({ code: 'source.not-json' })
  })

  test('pages that exceed the limit together are not stored', async () => {
    const page = (n: number) => JSON.stringify([{ paper: { title: `${n}`, summary: 'a'.repeat(1_500_000) } }])
    server.troubles.push(...[1, 2, 3].map((n): Trouble => ({ kind: 'body', body: page(n) })))
    await expect(fetchFrom(server.url)).rejects.toMatchObject({ code: 'source.too-large' })
    expect(server.requests).toHaveLength(3)
  })

  test('an aborted fetch does not report a fault of the source', async () => {
    server.troubles.push({ kind: 'slow', ms: 2000 })
    const stopping = new AbortController()
    const fetching = fetchFrom(server.url, DAY, { signal: stopping.signal })
    const outcome = expect(fetching).rejects.toThrow('we stop')
    await expect.poll(() => server.requests.length).toBe(1)
    stopping.abort(new Error('we stop'))
    await outcome
  })
})
