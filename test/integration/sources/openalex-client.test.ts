import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { addDays, type Day, midnight } from '../../../src/core/dates.ts'
import { openalex } from '../../../src/sources/openalex/openalex.ts'
import { requireSource } from '../../../src/sources/registry.ts'
import type { JsonServer, Trouble } from '../../support/json-server.ts'
import { type ServedWork, startOpenalexServer } from '../../support/openalex-server.ts'
import { sampleWork } from '../../support/openalex-work.ts'
import { recordDay } from '../../support/recorded-answers.ts'

const DAY = '2026-01-06'
const JOURNAL = 'openalex:primary_location.source.id:S137905309'
let server: JsonServer | undefined
let waits: number[]
let warnings: string[]

beforeEach(() => {
  waits = []
  warnings = []
})
afterEach(async () => {
  await server?.close()
  server = undefined
})

type Options = Partial<Parameters<typeof startOpenalexServer>[0]>

async function serve(works: readonly ServedWork[], options: Options = {}, ...troubles: Trouble[]) {
  server = await startOpenalexServer({ works, ...options })
  server.troubles.push(...troubles)
  return server
}

/** As many works a day as given, on the days up to the day of the tests. */
const worksOf = ({ perDay, days }: { perDay: number; days: number }): ServedWork[] =>
  Array.from({ length: days }, (_, back) =>
    Array.from({ length: perDay }, (_, n) =>
      sampleWork({
        n: back * 10_000 + n,
        date: addDays(DAY, -back),
        title: `Work ${n} of ${addDays(DAY, -back)}`,
      }),
    ),
  ).flat()

const fetchDay = (source = JOURNAL, { day = DAY, lastFetch }: { day?: Day; lastFetch?: Date } = {}) =>
  recordDay({
    ...requireSource(source),
    ...{ day, lastFetch, now: new Date(`${day}T05:00:00Z`), contact: 'operator@papers.example' },
    urls: { OPENALEX_URL: server!.url },
    wait: async (ms) => void waits.push(ms),
    warn: (what) => void warnings.push(what),
  })

const queries = () => server!.requests.map(({ path }) => new URL(path, 'http://x').searchParams)

describe('pages', () => {
  test('a filter is asked for with the last month, only the parts that are read, and the contact', async () => {
    await serve([sampleWork({ n: 1, date: DAY })])
    const { records } = await fetchDay()
    expect(records.map(({ title }) => title)).toEqual(['Work 1'])
    expect(server!.requests).toHaveLength(1)
    expect(server!.requests[0]!.userAgent).toBe('daily-papers (operator@papers.example)')
    expect(Object.fromEntries(queries()[0]!)).toEqual({
      filter:
        'primary_location.source.id:S137905309,from_publication_date:2025-12-07,to_publication_date:2027-01-06',
      sort: 'publication_date:desc',
      per_page: '100',
      cursor: '*',
      select: expect.stringContaining('abstract_inverted_index'),
    })
  })

  test.each([100, 101, 250])('%i works take as few requests as there are pages', async (count) => {
    await serve(worksOf({ perDay: count, days: 1 }))
    const { records } = await fetchDay()
    expect(new Set(records.map(({ title }) => title)).size).toBe(count)
    // A page that is full does not say whether it is the last one.
    expect(server!.requests).toHaveLength(Math.floor(count / 100) + 1)
    expect(new Set(waits)).toEqual(new Set([500]))
  })

  test('a page with fewer works than asked for is followed by the next one', async () => {
    await serve(worksOf({ perDay: 10, days: 1 }), { perPage: 3 })
    expect((await fetchDay()).records).toHaveLength(10)
    expect(server!.requests).toHaveLength(4)
  })

  test('a filter with commas, brackets and words is sent as it was written', async () => {
    await serve([])
    await expect(
      fetchDay('openalex:title.search:"price level, München",type:article|review'),
    ).rejects.toThrow()
    expect(queries()[0]!.get('filter')).toMatch(
      /^title\.search:"price level, München",type:article\|review,from_publication_date:/,
    )
  })

  test('a month with too many works is not read, but a week', async () => {
    await serve(worksOf({ perDay: 150, days: 31 }))
    const { records } = await fetchDay()
    expect(records).toHaveLength(8 * 150)
    expect(server!.requests).toHaveLength(1 + 13)
    expect(warnings).toEqual(['it has 4650 works of the last 30 days: a shorter time is read'])
  })

  test('a filter with more than 2,000 works a day is stopped after three requests', async () => {
    await serve(worksOf({ perDay: 2100, days: 3 }))
    await expect(fetchDay()).rejects.toMatchObject({
      code: 'source.too-many',
      values: { source: JOURNAL, day: DAY, count: 2100, most: 2000 },
    })
    expect(server!.requests).toHaveLength(3)
  })
})

describe('twenty filters with six works a day', () => {
  const MAX_REQUESTS = 50
  // The same works for each, so that the server is quick.
  const filters = Array.from({ length: 20 }, (_, n) => `${JOURNAL}|S${4_000 + n}`)

  test('take fewer than fifty requests on the first day, and on each day after it', async () => {
    const works = Array.from({ length: 6 * 38 }, (_, n) =>
      sampleWork({ n, date: addDays(DAY, Math.floor(n / 6) - 30) }),
    )
    let today = DAY
    await serve(works, { today: () => today })
    const requests: number[] = []
    for (let n = 0; n < 4; n++, today = addDays(today, 1)) {
      const before = server!.requests.length
      const lastFetch = n > 0 ? midnight(addDays(today, -1)) : undefined
      for (const filter of filters) await fetchDay(filter, { day: today, lastFetch })
      requests.push(server!.requests.length - before)
    }
    expect(requests[0]).toBe(40)
    expect(Math.min(...requests.slice(1))).toBeGreaterThanOrEqual(20)
    expect(Math.max(...requests.slice(1))).toBeLessThan(MAX_REQUESTS)
  })
})

describe('problems', () => {
  const five = (failure: Trouble): Trouble[] => Array.from({ length: 5 }, () => failure)
  const untouched: Trouble = { kind: 'slow', ms: 0 }

  test.each<[string, Trouble]>([
    ['503', { kind: 'status', status: 503 }],
    ['cut off', { kind: 'cut-off' }],
    ['HTML', { kind: 'html' }],
    ['half of it', { kind: 'body', body: '{"meta":{"count":1},"results":[{"title"' }],
    ['an object without a list', { kind: 'body', body: '{"meta":{"count":1}}' }],
  ])('%s passes', async (_what, failure) => {
    await serve(worksOf({ perDay: 120, days: 1 }), {}, untouched, ...five(failure).slice(1))
    expect((await fetchDay()).records).toHaveLength(120)
    expect(waits.filter((ms) => ms >= 1000)).toEqual([1000, 2000, 4000, 8000])
  })

  test.each<[string, string, Trouble]>([
    ['503', 'source.failing', { kind: 'status', status: 503 }],
    ['404', 'source.refused', { kind: 'status', status: 404 }],
    ['HTML', 'source.not-json', { kind: 'html' }],
    [
      'a 429 with Retry-After',
      'source.rate-limited',
      { kind: 'rate-limited', headers: { 'retry-after': '86000' } },
    ],
  ])('%s on the second page fails the day', async (_what, code, failure) => {
    await serve(worksOf({ perDay: 120, days: 1 }), {}, untouched, ...five(failure))
    await expect(fetchDay()).rejects.toMatchObject({ code, values: { source: JOURNAL, day: DAY } })
  })

  test('a page that is only a part, because the search took too long, is asked for again', async () => {
    let slow = 2
    await serve(worksOf({ perDay: 60, days: 1 }), { isSlow: () => slow-- > 0 })
    expect((await fetchDay()).records).toHaveLength(60)
    expect(server!.requests).toHaveLength(3)
  })

  test('a search that is always too slow fails the day', async () => {
    await serve(worksOf({ perDay: 60, days: 1 }), { isSlow: () => true })
    await expect(fetchDay()).rejects.toMatchObject({
      code: 'source.not-json',
      values: { type: '30 of 60 works' },
    })
  })

  test('a wrong filter is refused with the sentence of OpenAlex, and not tried again', async () => {
    await serve([])
    await expect(fetchDay('openalex:author_name:Osei')).rejects.toMatchObject({
      code: 'source.refused-filter',
      values: { status: 400, what: 'author_name is not a valid field' },
    })
    await expect(fetchDay('openalex:from_publication_date:today')).rejects.toMatchObject({
      values: { what: 'Value for param from_publication_date is an invalid date' },
    })
    expect(server!.requests).toHaveLength(2)
  })

  test.each([401, 403])('%i says that the key is wrong', async (status) => {
    await serve([], {}, { kind: 'status', status })
    await expect(fetchDay()).rejects.toMatchObject({ code: 'source.refused-key', values: { status } })
  })

  test('works of which none can be read are reported', async () => {
    await serve([{ ...sampleWork({ n: 1, date: DAY }), title: null }])
    await expect(fetchDay()).rejects.toMatchObject({
      code: 'source.unreadable',
      values: { count: 1, why: 'title: absent, or no text' },
    })
  })
})

test('the address of the check names the filter, so that a wrong one is found', async () => {
  await serve([])
  const path = openalex.probe({ OPENALEX_URL: server!.url }, DAY, 'type:article#Articles')
  expect((await fetch(path)).status).toBe(200)
  expect((await fetch(openalex.probe({ OPENALEX_URL: server!.url }, DAY, 'author_name:Osei'))).status).toBe(
    400,
  )
})
