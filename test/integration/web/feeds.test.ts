import { XMLParser, XMLValidator } from 'fast-xml-parser'
import { beforeEach, describe, expect, test } from 'vitest'
import { daysIn } from '../../../src/core/dates.ts'
import { fill, listed, words } from '../../../src/i18n/words.ts'
import { importPapers } from '../../../src/papers/import-papers.ts'
import { recordListings } from '../../../src/papers/listing.repo.ts'
import { splitTopics } from '../../../src/queries/language/split-topics.ts'
import { openArchive } from '../../../src/search/open-archive.ts'
import { CARS, CELLS, learnSpace } from '../../support/learned-space.ts'
import { errorsOn, sentence } from '../../support/page-text.ts'
import { sampleRecord } from '../../support/sample-record.ts'
import { useSite } from '../../support/site.ts'
import { addPapers } from '../../support/site-papers.ts'

const site = useSite({ BASE_URL: 'https://papers.example', SITE_NAME: 'Lab & Papers' })

beforeEach(async () => {
  await addPapers(site.db)
})

const ask = (url: string, headers: Record<string, string> = {}) => site.app.inject({ url, headers })

const parser = new XMLParser({
  ignoreAttributes: false,
  processEntities: true,
  htmlEntities: true,
  isArray: (name) => ['entry', 'author', 'category', 'link'].includes(name),
})

const secondOf = (day: string, number: number): string =>
  new Date(Date.parse(`${day}T00:00:00Z`) + number * 1000).toISOString()

interface Link {
  '@_rel': string
  '@_href': string
}

async function atom(path: string) {
  const { body, headers, statusCode } = await ask(path)
  expect([statusCode, headers['content-type']]).toEqual([200, 'application/atom+xml; charset=utf-8'])
  expect(XMLValidator.validate(body)).toBe(true)
  const { feed } = parser.parse(body)
  const links = (feed.link as Link[]).map((link) => [link['@_rel'], link['@_href']])
  return { ...feed, links: Object.fromEntries(links), entry: feed.entry ?? [] }
}

const json = async (path: string) => {
  const { body, headers } = await ask(path)
  expect(headers['content-type']).toBe('application/feed+json; charset=utf-8')
  return JSON.parse(body)
}

const list = (title: string, said: object = {}) =>
  recordListings(site.db, {
    source: 'huggingface',
    day: '2026-11-24',
    records: [sampleRecord({ title, ...said })],
    now: site.clock.now(),
  })

describe('a feed of a query contains papers that come close', () => {
  const TITLE = fill(words.feed.close.title, { title: 'Automobile engine' })
  const SUMMARY = fill(words.feed.close.summary, {
    reason: fill(words.reason.close, { topic: 'car engine', what: 'engine' }),
    sentence: 'Automobile engine',
  })
  const addCars = async () => {
    const recordsOf = (titles: string[]) => JSON.stringify(titles.map((title) => ({ title, summary: title })))
    await importPapers(site.deps, { text: recordsOf(CARS), day: '2026-11-01' })
    const today = ['A car engine', 'Automobile engine', ...CELLS]
    await importPapers(site.deps, { text: recordsOf(today), day: '2026-11-24' })
    await learnSpace(site.db)
    await openArchive(site.deps, { withVectors: true })
  }

  test('in Atom, marked in its title, its category and its summary, in the order of days', async () => {
    await addCars()
    const { entry } = await atom('/feed.xml?q=car+engine')
    const titles = entry.map(({ title }: { title: string }) => title)
    expect(titles).toEqual([TITLE, 'A car engine', ...['Car engine 2', 'Car engine 1', 'Car engine 0']])
    expect(entry[0].category).toEqual([{ '@_term': 'close', '@_label': words.feed.close.label }])
    expect(entry[0].summary).toBe(SUMMARY)
    expect(entry[1].category).toBeUndefined()
  })

  test('in JSON, with the id that the paper keeps when it matches', async () => {
    await addCars()
    const [first, second] = (await json('/feed.json?q=car+engine')).items
    expect(first).toMatchObject({ title: TITLE, summary: SUMMARY })
    expect([first.tags, second.tags]).toEqual([[words.feed.close.tag], []])
    const matching = (await json('/feed.json?q=automobile')).items
    expect(matching).toMatchObject([{ id: first.id, title: 'Automobile engine', tags: [] }])
  })

  test('without losing a match: up to 50 matches, and up to 25 that come close', async () => {
    const recordsOf = (titles: string[]) => JSON.stringify(titles.map((title) => ({ title, summary: title })))
    const matches = Array.from({ length: 50 }, (_, i) => `Car engine ${i}`)
    await importPapers(site.deps, { text: recordsOf(matches), day: '2026-11-01' })
    const days = daysIn({ from: '2026-11-02', to: '2026-11-24' })
    for (const day of days) {
      const close = [0, 1].map((i) => `Automobile engine ${day} ${i}`)
      const cells = CELLS.map((cell) => `${cell} ${day}`)
      await importPapers(site.deps, { text: recordsOf([...close, ...cells]), day })
    }
    await learnSpace(site.db)
    await openArchive(site.deps, { withVectors: true })
    const { items } = await json('/feed.json?q=car+engine')
    const isClose = ({ tags }: { tags: string[] }) => tags.includes(words.feed.close.tag)
    expect(items.filter((item: { tags: string[] }) => !isClose(item))).toHaveLength(50)
    expect(items.filter(isClose)).toHaveLength(25)
    expect(items.slice(0, 25).every(isClose)).toBe(true)
  })

  test('not if the archive has too few papers', async () => {
    expect((await json('/feed.json?q=attention')).items).toHaveLength(5)
  })
})

describe('a feed of all papers', () => {
  test('is Atom, newest first, with the fields that feed readers use', async () => {
    const feed = await atom('/feed.xml')
    expect([feed.id, feed.title]).toEqual([
      'https://papers.example/feed.xml',
      `Lab & Papers: ${words.feed.newest}`,
    ])
    expect(feed.links).toMatchObject({
      self: 'https://papers.example/feed.xml',
      alternate: 'https://papers.example/',
    })
    expect(feed.entry).toHaveLength(7)
    const [{ number }] = await site.db.$queryRaw<[{ number: number }]>`
      select paper_id as number from paper_key where value = '2507.06457'`
    const entry = feed.entry.find(({ title }: { title: string }) => /Hybrid/.test(title))
    expect(entry).toMatchObject({
      id: `tag:papers.example,2026:paper/${number}`,
      title: 'A Systematic Analysis of Hybrid Linear Attention',
      updated: secondOf('2026-11-24', number),
      author: [
        { name: 'Dustin Wang' },
        { name: '王瑞金' },
        { name: 'Steven Abreu' },
        { name: 'Taylor Kergan' },
      ],
      category: [{ '@_term': 'cs.CL' }, { '@_term': 'cs.LG' }],
    })
    expect(entry.link[0]['@_href']).toBe('https://papers.example/papers/2507.06457')
    expect(entry.summary).toBe(
      'A gated linear form of attention keeps most of the quality at a fifth of the cost.',
    )
    expect(entry.content['#text']).toMatch(
      /^<p>A gated linear form [^<]*<br><small>[^<]+<\/small><\/p><p>We study how O\(n log n\) attention [^<]*<\/p>$/,
    )
    expect(entry.content['#text']).toContain(words.paper.summary)
    expect(entry.published).toBe(secondOf('2026-11-24', number))
    const times = feed.entry.map(({ updated }: { updated: string }) => updated)
    expect(times).toEqual([...new Set(times)].sort().reverse())
    expect(feed.updated).toBe(times[0])
  })

  test('is JSON Feed 1.1 too, with the same papers', async () => {
    const feed = await json('/feed.json')
    expect(feed).toMatchObject({
      version: 'https://jsonfeed.org/version/1.1',
      title: `Lab & Papers: ${words.feed.newest}`,
      home_page_url: 'https://papers.example/',
      feed_url: 'https://papers.example/feed.json',
      language: 'en',
    })
    const { entry } = await atom('/feed.xml')
    expect(feed.items.map(({ id }: { id: string }) => id)).toEqual(entry.map(({ id }: { id: string }) => id))
    for (const item of feed.items) {
      expect(item).toMatchObject({
        url: expect.any(String),
        title: expect.any(String),
        content_html: expect.any(String),
        date_published: expect.stringMatching(/^2026-11-2\d/),
      })
      expect(new Date(item.date_published).toISOString()).toBe(item.date_published)
    }
    const crowd = feed.items.find(({ title }: { title: string }) => /Hundred People/.test(title))
    expect(crowd.authors).toHaveLength(21)
    expect(crowd.authors.at(-1)).toEqual({ name: fill(words.feed.moreAuthors, { count: 80 }) })
  })

  test('contains the newest 50', async () => {
    for (let n = 0; n < 60; n++) await list(`Robots, part ${n}`)
    const { items } = await json('/feed.json')
    expect(items).toHaveLength(50)
    expect(items[0].title).toBe('Robots, part 59')
  })

  test('is well-formed with any title', async () => {
    const title = `A <b> & c ]]> &amp; "d" 'e' \u0007\u202e\ufffe end`
    await list(title, { abstract: '</summary><script>x</script> & $a<b$', authors: ['O’Neil & <Sons>'] })
    const [entry] = (await atom('/feed.xml?q=end')).entry
    expect(entry.title).toBe(`A <b> & c ]]> &amp; "d" 'e' end`)
    expect(entry.summary).toContain('</summary><script>x</script> & ')
    expect(entry.author).toEqual([{ name: 'O’Neil & <Sons>' }])
    const [item] = (await json('/feed.json?q=end')).items
    expect(item.title).toBe(`A <b> & c ]]> &amp; "d" 'e' end`)
    expect(item.content_html).not.toContain('<script>')
  })
})

describe('a feed of a query', () => {
  test('links to one topic, even with a comma in it', async () => {
    const { links, subtitle } = await atom('/feed.xml?q=linear%2C+attention')
    expect(subtitle).toBe(fill(words.query.papersWith, { what: listed(['linear', 'attention']) }))
    const topics = new URL(links.alternate!).searchParams.getAll('topic')
    expect(topics.flatMap(splitTopics)).toEqual(['linear attention'])
  })

  test('contains what matches, with the reason, and links to the form with it as a topic', async () => {
    const feed = await atom('/feed.xml?q=%22linear+attention%22')
    expect(feed.title).toBe('Lab & Papers: "linear attention"')
    const phrase = fill(words.query.phrase, { text: 'linear attention' })
    expect(feed.subtitle).toBe(fill(words.query.papersWith, { what: phrase }))
    expect(feed.links).toEqual({
      self: 'https://papers.example/feed.xml?q=%22linear+attention%22',
      alternate: 'https://papers.example/subscribe?topic=%22linear+attention%22',
      related: 'https://papers.example/papers?q=%22linear+attention%22&sort=newest',
    })
    expect(feed.entry).toHaveLength(1)
    const terms = fill(words.reason.title, { terms: 'linear attention' })
    const reason = fill(words.reason.matched, { what: terms })
    expect(feed.entry[0].content['#text']).toContain(`<p><em>${reason}</em></p><p>A gated linear`)
    const { items } = await json('/feed.json?q=%22linear+attention%22')
    expect(items[0].content_html).toContain(reason)
  })

  test('of newer versions dates each by the day of the version', async () => {
    await recordListings(site.db, {
      source: 'arxiv:cs.CL',
      day: '2026-11-25',
      records: [
        sampleRecord({
          title: 'An Earlier Paper',
          keys: [{ scheme: 'arxiv', value: '2511.14001' }],
          kind: 'revised',
        }),
      ],
      now: site.clock.now(),
    })
    site.clock.moveTo(new Date(site.clock.now().getTime() + 60_000))
    const { entry } = await atom('/feed.xml?q=is:revised')
    expect(entry.map(({ updated }: { updated: string }) => updated.slice(0, 10))).toEqual(['2026-11-25'])
  })

  test('without a match is a valid feed without entries', async () => {
    const feed = await atom('/feed.xml?q=zeolite')
    expect([feed.entry, feed.updated]).toEqual([[], '2026-01-01T00:00:00.000Z'])
    expect((await json('/feed.json?q=zeolite')).items).toEqual([])
  })

  test.each(['/feed.xml', '/feed.json'])(
    '%s with an unreadable query gets 422 and the sentence of the error',
    async (path) => {
      const { statusCode, headers, body } = await ask(`${path}?q=linear+AND`)
      expect([statusCode, headers['content-type']]).toEqual([422, 'text/plain; charset=utf-8'])
      expect(body).toMatch(sentence(words.errors['query.word-missing'], { query: 'linear AND' }))
    },
  )
})

describe('a client that already has the feed', () => {
  test.each(['/feed.xml', '/feed.json?q=attention'])('gets 304: %s', async (path) => {
    const { headers } = await ask(path)
    const [etag, modified] = [headers.etag as string, headers['last-modified'] as string]
    expect(modified).toBe('Tue, 24 Nov 2026 10:00:00 GMT')
    for (const known of [
      { 'if-none-match': etag },
      { 'if-none-match': `"other", W/${etag}` },
      { 'if-modified-since': modified },
    ]) {
      const { statusCode, body } = await ask(path, known as unknown as Record<string, string>)
      expect([known, statusCode, body]).toEqual([known, 304, ''])
    }
    const both = { 'if-none-match': '"other"', 'if-modified-since': modified }
    expect((await ask(path, both)).statusCode).toBe(200)
    expect((await ask(path, { 'if-modified-since': 'Tue, 24 Nov 2026 09:59:59 GMT' })).statusCode).toBe(200)
  })

  test('gets a new one after a new paper', async () => {
    const { headers } = await ask('/feed.xml')
    await list('Another paper')
    const known = { 'if-none-match': headers.etag as string }
    expect((await ask('/feed.xml', known)).statusCode).toBe(200)
    const since = { 'if-modified-since': headers['last-modified'] as string }
    expect((await ask('/feed.xml', since)).statusCode).toBe(200)
  })
})

test('pages link to the feeds', async () => {
  for (const path of ['/', '/papers/date/2026-11-24', '/papers/2507.06457', '/papers']) {
    const { body } = await ask(path, { accept: 'text/html' })
    expect([path, body]).toEqual([
      path,
      expect.stringContaining(
        `<link rel="alternate" type="application/atom+xml" title="${words.search.atom}" href="/feed.xml">`,
      ),
    ])
    expect(body).toContain(`type="application/feed+json" title="${words.search.json}" href="/feed.json"`)
  }
})

describe('a link with topics', () => {
  test('fills in the form and shows what the topics would have matched', async () => {
    const one = await ask('/subscribe?topic=author:Gu&topic=%22state+space%22&topic=')
    expect(one.body).toContain('>author:Gu\n&quot;state space&quot;</textarea>')
    const author = fill(words.query.fields.author, { what: 'Gu' })
    expect(one.body).toContain(fill(words.query.papersWith, { what: author }))
    expect(one.body).toContain(words.preview.heading)
  })

  test('keeps an unreadable query in the form', async () => {
    const evil = await ask(`/subscribe?topic=${encodeURIComponent('"</textarea><script>x</script>')}`)
    expect([evil.statusCode, evil.body.includes('<script>x')]).toEqual([200, false])
    expect((await ask('/subscribe?topic[]=a&topic=linear+AND')).body).toContain('linear AND</textarea>')
  })
})

describe('a link with topics that cannot be read', () => {
  test('shows what is wrong with them, and previews the others', async () => {
    const { statusCode, body } = await ask('/subscribe?topic=author:Gu&topic=(robot&topic=linear+AND')
    expect([statusCode, errorsOn(body)]).toEqual([
      200,
      ['topic: query.bracket-open', 'topic: query.word-missing'],
    ])
    expect(body).toContain('aria-invalid="true"')
    expect(body.match(/<h3 id="preview-\d+">/g)).toHaveLength(1)
  })

  test.each([
    ['is too long', `topic=${'x'.repeat(3000)}`, 'topic: query.too-long'],
    ['are too many', Array.from({ length: 21 }, (_, n) => `topic=t${n}`).join('&'), 'topic: topics.too-many'],
  ])('says so if it %s, in place of a preview', async (_, query, error) => {
    const { statusCode, body } = await ask(`/subscribe?${query}`)
    expect([statusCode, errorsOn(body)]).toEqual([200, [error]])
    expect(body).toContain(words.preview.noPreview)
  })
})

test.each(['/rss', '/feed', '/atom.xml'])('`GET %s` leads to the feed', async (path) => {
  const { statusCode, headers } = await ask(path)
  expect([statusCode, headers.location]).toEqual([301, '/feed.xml'])
})
