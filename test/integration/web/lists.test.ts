import { beforeEach, describe, expect, test } from 'vitest'
import { fill, words } from '../../../src/i18n/words.ts'
import { recordListings } from '../../../src/papers/listing.repo.ts'
import { errorsOn } from '../../support/page-text.ts'
import { sampleRecord } from '../../support/sample-record.ts'
import { useSite } from '../../support/site.ts'
import { addPapers } from '../../support/site-papers.ts'

const site = useSite()
const get = (url: string) => site.app.inject({ url })
const titlesIn = (body: string) => [...body.matchAll(/<h[23]><a [^>]*>([^<]+)</g)].map(([, title]) => title)
const titlesAt = async (url: string) => titlesIn((await get(url)).body)

beforeEach(() => addPapers(site.db))

describe('a week', () => {
  const WEEK = '/papers/week/2026-W48'

  test('has the papers of its days once, most votes first', async () => {
    const titles = await titlesAt(WEEK)
    expect(titles.slice(0, 3)).toEqual([
      expect.stringMatching(/^A Report/),
      'A Systematic Analysis of Hybrid Linear Attention',
      'A Paper with a DOI',
    ])
    expect(titles).not.toContain('An Earlier Paper')
  })

  test('can be sorted by date, and filtered by code', async () => {
    const newest = await titlesAt(`${WEEK}?sort=newest`)
    expect(newest[0]).toBe('A Systematic Analysis of Hybrid Linear Attention')
    expect(newest.at(-1)).toMatch(/^Strings|^A Paper with a DOI/)
    const { body } = await get(`${WEEK}?code=1`)
    expect(titlesIn(body)).toEqual(['A Systematic Analysis of Hybrid Linear Attention'])
    expect(body).toContain('<link rel="canonical" href="http://localhost:3000/papers/week/2026-W48">')
  })

  test('links to the nearest week with papers', async () => {
    const { body } = await get(WEEK)
    expect(body).toContain('href="/papers/week/2026-W47"')
  })

  test('without papers explains it', async () => {
    expect((await get('/papers/week/2026-W10')).body).toContain(words.list.empty)
    expect((await get('/papers/week/2026-W49')).body).toContain(words.list.emptyAhead)
  })
})

describe('the address of the week', () => {
  const WEEK = '/papers/week'

  test('up to Wednesday has the last seven days, with pages and orders of its own', async () => {
    // A Tuesday.
    const titles = await titlesAt(WEEK)
    expect(titles.slice(0, 3)).toEqual([
      expect.stringMatching(/^A Report/),
      'A Systematic Analysis of Hybrid Linear Attention',
      'An Earlier Paper',
    ])
    const { body } = await get(WEEK)
    expect(body).toContain('href="/papers/week?sort=newest"')
    expect(body).toContain('<link rel="canonical" href="http://localhost:3000/papers/week">')
    expect(await titlesAt(`${WEEK}?code=1`)).toEqual(['A Systematic Analysis of Hybrid Linear Attention'])
  })

  test('from Thursday on redirects to the week of the newest papers', async () => {
    site.clock.moveTo(new Date('2026-11-26T12:00:00Z'))
    const records = [sampleRecord({ title: 'A Paper of Thursday' })]
    await recordListings(site.db, {
      source: 'huggingface',
      day: '2026-11-26',
      records,
      now: site.clock.now(),
    })
    const { statusCode, headers } = await get(`${WEEK}?code=1`)
    expect([statusCode, headers.location]).toEqual([302, '/papers/week/2026-W48?code=1'])
  })
})

test('a month has a calendar with links to its days and weeks', async () => {
  const { body } = await get('/papers/month/2026-11')
  expect(titlesIn(body)).toContain('An Earlier Paper')
  for (const path of ['date/2026-11-20', 'date/2026-11-24', 'week/2026-W48'])
    expect(body).toContain(`href="/papers/${path}"`)
  expect(body).not.toContain('href="/papers/date/2026-11-22"')
})

test('a day has the same filters', async () => {
  const titles = await titlesAt('/papers/date/2026-11-24?code=1')
  expect(titles).toEqual(['A Systematic Analysis of Hybrid Linear Attention'])
})

test('the pages of a list keep its order and filters', async () => {
  const records = Array.from({ length: 90 }, (_, n) => ({
    ...{ keys: [], title: `Paper ${n}`, abstract: '', authors: [], categories: [], keywords: [], votes: n },
    codeUrl: 'https://github.com/a/b',
  }))
  await recordListings(site.db, { source: 'huggingface', day: '2026-11-10', records, now: site.clock.now() })
  const { body } = await get('/papers/week/2026-W46?sort=newest&code=1&page=2')
  expect(titlesIn(body)).toHaveLength(40)
  expect(body).toContain('href="/papers/week/2026-W46?sort=newest&amp;code=1&amp;page=3"')
  expect((await get('/papers/week/2026-W46?page=4')).statusCode).toBe(404)
  expect((await get('/papers/week/2026-W46?sort=nothing&code=yes')).statusCode).toBe(200)
})

describe('the trending list', () => {
  test('shows the votes that each paper gained, in the order of its papers', async () => {
    const { body } = await get('/papers/trending')
    const gains = [...body.matchAll(/<span class="count">([^<]*)</g)].map(([, text]) => text)
    expect(gains.slice(0, 2)).toEqual([120, 41].map((count) => fill(words.list.gained.votes, { count })))
    expect(body.split(words.list.today).length).toBeGreaterThan(2)
  })

  test('has the papers that gained votes lately', async () => {
    expect((await titlesAt('/papers/trending')).slice(0, 2)).toEqual([
      expect.stringMatching(/^A Report/),
      'A Systematic Analysis of Hybrid Linear Attention',
    ])
    expect(await titlesAt('/papers/trending?code=1')).toHaveLength(1)
  })

  test('explains that no paper did', async () => {
    site.clock.moveTo(new Date('2027-03-01T12:00:00Z'))
    expect((await get('/papers/trending')).body).toContain(words.list.emptyTrending)
  })
})

test.each([
  ['/papers/week/2026-w48', 301, '/papers/week/2026-W48'],
  ['/papers/week/2026-W5?code=1', 301, '/papers/week/2026-W05?code=1'],
  ['/papers/month/2026-9', 301, '/papers/month/2026-09'],
  ['/papers/date/2026-11-4', 301, '/papers/date/2026-11-04'],
  ['/papers/month', 302, '/papers/month/2026-11'],
])('%s redirects with %i to %s', async (url, status, path) => {
  const { statusCode, headers } = await get(url)
  expect([statusCode, headers.location]).toEqual([status, path])
})

test.each([
  ['/papers/week/2026-W54', '2026-W54'],
  ['/papers/week/2026-48', '2026-48'],
  ['/papers/month/2026-13', '2026-13'],
  ['/papers/week/9999-W52', '9999-W52'],
  ['/papers/month/9999-12', '9999-12'],
  ['/papers/month/%00', ''],
])('%s gets 404 with the code and the name', async (url, name) => {
  const { statusCode, body } = await get(url)
  expect([statusCode, errorsOn(body)]).toEqual([404, ['span.invalid']])
  expect(body).toContain(`“${name}`)
})
