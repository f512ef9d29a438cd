import { beforeEach, describe, expect, test } from 'vitest'
import { fill, words } from '../../../src/i18n/words.ts'
import { recordListings } from '../../../src/papers/listing.repo.ts'
import { errorsOn } from '../../support/page-text.ts'
import { useSite } from '../../support/site.ts'

const site = useSite()
const FULL = '2026-11-24'

const get = (url: string) => site.app.inject({ url })

async function addPapers(count: number): Promise<void> {
  const records = Array.from({ length: count }, (_, n) => ({
    keys: [],
    title: `Paper ${n + 1}`,
    abstract: 'It is all in the title. '.repeat(40),
    authors: ['Ana Íñiguez', '王瑞金', 'Steven Abreu', 'Taylor Kergan', 'Dustin Wang'],
    categories: ['cs.CL'],
    keywords: [],
    votes: count - n,
  }))
  await recordListings(site.db, { source: 'huggingface', day: FULL, records, now: site.clock.now() })
}

const titlesOn = (body: string) =>
  [...body.matchAll(/<h[23]><a [^>]*>(Paper \d+)</g)].map(([, title]) => title)

describe('a day of a thousand papers', () => {
  beforeEach(() => addPapers(1000))

  test('has 25 linked pages, each below 80 kB', async () => {
    const titles: (string | undefined)[] = []
    let path: string | undefined = `/papers/date/${FULL}`
    for (let page = 1; path; page++) {
      const { body, statusCode } = await get(path)
      expect(statusCode).toBe(200)
      expect(Buffer.byteLength(body)).toBeLessThan(80_000)
      expect(body).toContain(fill(words.day.page, { page, pages: 25 }))
      titles.push(...titlesOn(body))
      path = /<link rel="next" href="([^"]+)">/.exec(body)?.[1]
    }
    expect(titles).toEqual(Array.from({ length: 1000 }, (_, n) => `Paper ${n + 1}`))
  })

  test('begins on the front page', async () => {
    const { body } = await get('/')
    expect(titlesOn(body)).toHaveLength(40)
    expect(body).toContain(`href="/papers/date/${FULL}?page=2"`)
  })

  test('has no page for other numbers or texts', async () => {
    for (const page of ['0', '-1', '26', '1e1', '2.5', 'two', '', '99999999999', '1&page=2']) {
      const { statusCode } = await get(`/papers/date/${FULL}?page=${page}`)
      expect([page, statusCode]).toEqual([page, 404])
    }
  })
})

describe('the field for a date', () => {
  test.each([
    ['2026-11-24', '/papers/date/2026-11-24'],
    [' 2026-11-22 ', '/papers/date/2026-11-22'],
  ])('redirects from %j to its day', async (date, path) => {
    const { statusCode, headers } = await get(`/papers/date?date=${encodeURIComponent(date)}`)
    expect([statusCode, headers.location]).toEqual([303, path])
  })

  test.each(['24 Nov', '2026-13-01', '//evil.example', 'https://evil.example/2026-11-24', '2026-11-24/../x'])(
    'refuses %j: 422 with the input',
    async (date) => {
      const { statusCode, headers, body } = await get(`/papers/date?date=${encodeURIComponent(date)}`)
      expect([statusCode, headers.location]).toEqual([422, undefined])
      expect(errorsOn(body)).toEqual(['date: date.invalid'])
      expect(body).toContain(`value="${date}"`)
    },
  )

  test('is on its own page without one date', async () => {
    for (const query of ['', '?date=', '?date=a&date=b']) {
      expect((await get(`/papers/date${query}`)).statusCode).toBe(200)
    }
  })
})

test('a day without papers explains it, and links to the last day with papers', async () => {
  await addPapers(1)
  const { body } = await get('/papers/date/2026-11-29')
  expect(body).toContain(words.day.emptyAhead)
  expect(body).toContain(`${words.day.lastDay} <a href="/papers/date/2026-11-24">Tue 24 Nov<`)
})
