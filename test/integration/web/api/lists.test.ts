import { beforeEach, describe, expect, test } from 'vitest'
import { addSubscriber } from '../../../../src/account/signup/add-subscriber.ts'
import { recordAction } from '../../../../src/core/action.repo.ts'
import { fill, words } from '../../../../src/i18n/words.ts'
import { recordListings } from '../../../../src/papers/listing.repo.ts'
import { API_TOKEN, ask } from '../../../support/api.ts'
import { cameBack } from '../../../support/returns.ts'
import { NOW, useSite } from '../../../support/site.ts'
import { addPapers } from '../../../support/site-papers.ts'

const site = useSite({ API_TOKEN })

interface Page {
  items: Record<string, unknown>[]
  next: string | null
}

const list = async (path: string, query: Record<string, string> = {}): Promise<Page> => {
  const answer = await ask(site.app, 'GET', `${path}?${new URLSearchParams(query)}`)
  expect({ status: answer.statusCode, body: answer.statusCode === 200 ? '' : answer.body }).toEqual({
    status: 200,
    body: '',
  })
  return answer.json()
}

/** All pages of a list; `between` happens after each. */
async function walk(path: string, query: Record<string, string>, between = async () => {}): Promise<Page[]> {
  const pages: Page[] = []
  let cursor: string | null = null
  do {
    const page: Page = await list(path, { ...query, ...(cursor !== null && { cursor }) })
    pages.push(page)
    cursor = page.next
    await between()
  } while (cursor !== null)
  return pages
}

const of = (pages: Page[], field: string) => pages.flatMap(({ items }) => items.map((item) => item[field]))

const addPaper = (n: number, day = '2026-11-24') =>
  recordListings(site.db, {
    source: 'huggingface',
    day,
    records: [
      {
        keys: [],
        title: `Late paper ${n}`,
        abstract: 'On attention.',
        authors: [],
        categories: [],
        keywords: [],
      },
    ],
    now: NOW,
  })

describe('papers', () => {
  beforeEach(() => addPapers(site.db))

  test('come newest first, each once, with links that lead to them', async () => {
    const pages = await walk('/api/papers', { limit: '2' })
    expect(pages.map(({ items }) => items.length)).toEqual([2, 2, 2, 1])
    const days = of(pages, 'day') as string[]
    expect(days).toEqual(days.toSorted().reverse())
    expect(new Set(of(pages, 'id')).size).toBe(7)
    const { items } = await list('/api/papers', { q: 'title:hybrid' })
    expect(items).toMatchObject([
      {
        id: '2507.06457',
        title: 'A Systematic Analysis of Hybrid Linear Attention',
        votes: 41,
        comments: 3,
        day: '2026-11-24',
        links: { code: 'https://github.com/example/hybrid-linear-attention' },
      },
    ])
    for (const { id, links } of pages.flatMap((page) => page.items) as {
      id: string
      links: Record<string, string>
    }[]) {
      const path = (url = '') => url.replace(site.deps.config.BASE_URL, '')
      const self = await site.app.inject({ url: path(links.self) })
      expect({ id, found: self.json().id }).toEqual({ id, found: id })
      expect((await site.app.inject({ url: path(links.page) })).statusCode).toBe(200)
    }
  })

  test('has each paper once over its pages, also while papers are added', async () => {
    let n = 0
    const pages = await walk('/api/papers', { limit: '2' }, async () => {
      await addPaper(n++)
    })
    const titles = of(pages, 'title') as string[]
    expect(titles.filter((title) => title.startsWith('Late'))).toEqual([])
    expect(new Set(titles).size).toBe(7)
    expect(titles).toHaveLength(7)
  })

  test('is filtered by day or by query, with the reason and the meaning of the query', async () => {
    expect(of(await walk('/api/papers', { date: '2026-11-23' }), 'id')).toEqual([
      'doi:10.1000/182',
      'hep-th/9901001',
    ])
    const page = await list('/api/papers', { q: 'title:attention', limit: '1' })
    expect(page).toMatchObject({
      understood: fill(words.query.papersWith, {
        what: fill(words.query.fields.title, { what: 'attention' }),
      }),
    })
    expect(page.items[0]).toMatchObject({
      reason: fill(words.reason.matched, {
        what: fill(words.reason.title, { terms: 'attention' }),
      }),
    })
    expect(await list('/api/papers', { date: '2026-11-25' })).toMatchObject({ items: [], next: null })
    expect(of(await walk('/api/papers', { q: 'attention', limit: '3' }), 'id')).toHaveLength(6 - 1)
  })

  test('reads up to a thousand papers of a day for a page, and continues there', async () => {
    const records = Array.from({ length: 1050 }, (_, n) => ({
      keys: [],
      title: `Filler number ${n}`,
      abstract: 'Nothing else.',
      authors: [],
      categories: [],
      keywords: [],
    }))
    await recordListings(site.db, { source: 'huggingface', day: '2026-11-24', records, now: NOW })
    const counts = async (filters: Record<string, string>) =>
      (await walk('/api/papers', filters)).map(({ items }) => items.length)
    expect(await counts({ q: 'title:hybrid', date: '2026-11-24' })).toEqual([0, 1])
    expect(await counts({ q: 'title:hybrid' })).toEqual([1])
    expect(await counts({ q: 'filler', limit: '100' })).toEqual([...Array(10).fill(100), 50])
  }, 60_000)

  test('limits queries', async () => {
    const asks = () => ask(site.app, 'GET', '/api/papers?q=attention&limit=1')
    expect((await asks()).statusCode).toBe(200)
    // The bucket fills by the database's clock: not before a minute from now.
    await site.db.bucket.updateMany({ data: { tokens: 0, at: new Date(Date.now() + 60_000) } })
    const { statusCode, headers } = await asks()
    expect(statusCode).toBe(429)
    expect(Number(headers['retry-after'])).toBeGreaterThan(0)
    expect((await ask(site.app, 'GET', '/api/papers?limit=1')).statusCode).toBe(200)
  })
})

describe('a list of the operator', () => {
  test('of subscribers has each once, newest first, also while others are added', async () => {
    const add = (n: number) => {
      site.clock.moveTo(new Date(NOW.getTime() + n * 1000))
      return addSubscriber(site.deps, {
        email: `s${n}@reader.example`,
        topics: [`topic ${n}`],
        consent: 'test',
      })
    }
    for (let n = 0; n < 5; n++) await add(n)
    let n = 5
    const pages = await walk('/api/subscribers', { limit: '2' }, async () => void (await add(n++)))
    expect(pages.map(({ items }) => items.length)).toEqual([2, 2, 1])
    const emails = of(pages, 'email')
    expect(emails).toEqual([4, 3, 2, 1, 0].map((i) => `s${i}@reader.example`))
    expect(pages[0]!.items[0]!.topics).toEqual([{ name: 'topic 4', query: 'topic 4' }])
    expect((await list('/api/subscribers', { state: 'paused' })).items).toEqual([])
  })

  test('of messages is filtered by state, with masked addresses', async () => {
    for (let n = 0; n < 3; n++) await addSubscriber(site.deps, { email: `m${n}@reader.example`, topics: [] })
    const pages = await walk('/api/messages', { limit: '1', state: 'ready' })
    expect(of(pages, 'to')).toEqual(Array(3).fill('m•••@reader.example'))
    expect(new Set(of(pages, 'id')).size).toBe(3)
    expect((await list('/api/messages', { state: 'gave-up' })).items).toEqual([])
  })

  test('of bounces has each once, newest first, filtered by class and domain', async () => {
    const add = (minute: number, said = {}) =>
      cameBack(site.db, new Date(NOW.getTime() + minute * 60_000), { reply: `answer ${minute}`, ...said })
    for (const minute of [0, 1, 1, 1, 2]) await add(minute, { class: minute === 2 ? 'full' : 'dead' })
    const pages = await walk('/api/returns', { limit: '2' }, async () => void (await add(3)))
    expect(of(pages, 'reply')).toEqual(['answer 2', 'answer 1', 'answer 1', 'answer 1', 'answer 0'])
    expect(pages[0]!.items[0]).toEqual({
      at: new Date(NOW.getTime() + 120_000).toISOString(),
      class: 'full',
      status: '5.1.1',
      reply: 'answer 2',
      domain: 'y.example',
      channel: 'lmtp',
      foundBy: null,
      effect: 'nothing',
      message: null,
      subscriber: null,
    })
    expect((await list('/api/returns', { class: 'full' })).items).toHaveLength(1)
    expect((await list('/api/returns', { domain: 'z.example' })).items).toEqual([])
  })

  test('of actions is newest first', async () => {
    for (const verb of ['one', 'two', 'three']) await recordAction(site.db, { at: NOW, via: 'command', verb })
    const pages = await walk('/api/actions', { limit: '2' })
    expect(of(pages, 'verb')).toEqual(['three', 'two', 'one'])
    expect(of(pages, 'subscriber')).toEqual([null, null, null])
  })

  test('of days has the totals of each, and what waits', async () => {
    await addSubscriber(site.deps, { email: 'a@reader.example', topics: [], consent: 'test' })
    const { items } = await list('/api/figures', { from: '2026-11-22', to: '2026-11-24' })
    expect(items.map(({ day, subscribers, confirmed }) => [day, subscribers, confirmed])).toEqual([
      ['2026-11-22', 0, 0],
      ['2026-11-23', 0, 0],
      ['2026-11-24', 1, 1],
    ])
  })
})

describe('a cursor', () => {
  test.each([
    ['/api/papers', { q: 'vision' }],
    ['/api/papers', { date: '2026-11-23' }],
    ['/api/subscribers', {}],
    ['/api/messages', {}],
    ['/api/actions', {}],
    ['/api/returns', {}],
  ])(
    'that does not belong to the list is refused at %s with %j',
    async (path, query: Record<string, string>) => {
      await addPapers(site.db)
      const { next } = await list('/api/papers', { limit: '1' })
      const forged = Buffer.from('["x","2026-11-24",99999999999]').toString('base64url')
      for (const cursor of [next!, forged, 'nonsense', 'bnVsbA', '____']) {
        const answer = await ask(site.app, 'GET', `${path}?${new URLSearchParams({ ...query, cursor })}`)
        expect({ status: answer.statusCode, error: answer.json().error }).toEqual({
          status: 400,
          error: 'cursor.unknown',
        })
      }
    },
  )
})
