import fastify from 'fastify'
import { beforeEach, describe, expect, test, vi } from 'vitest'
import { recordListings } from '../../../src/papers/listing.repo.ts'
import { readWholeArchive } from '../../../src/search/open-archive.ts'
import type { SourceRecord } from '../../../src/sources/source.ts'
import { addPageCache, cacheForOneMinute } from '../../../src/web/page-cache.ts'
import { buildServer, REQUEST_LIMITS } from '../../../src/web/server.ts'
import { arxivKey, sampleRecord } from '../../support/sample-record.ts'
import { useSite } from '../../support/site.ts'
import { addPapers } from '../../support/site-papers.ts'

const site = useSite()

beforeEach(async () => {
  await addPapers(site.db)
  // Before, pages with papers like these are not kept.
  await readWholeArchive(site.deps)
})

const ask = (url: string, headers: Record<string, string> = {}) => site.app.inject({ url, headers })

const list = (title: string, facts: Partial<SourceRecord> = {}) =>
  recordListings(site.db, {
    source: 'huggingface',
    day: '2026-11-24',
    records: [sampleRecord({ ...facts, title })],
    now: site.clock.now(),
  })

test.each([
  '/',
  '/papers/date/2026-11-24?sort=newest&page=1',
  '/papers/week/2026-W48',
  '/papers/month/2026-11',
  '/papers/trending',
  '/papers/2507.06457',
  '/subscribe',
  '/feed.xml',
  '/feed.json?q=attention',
])('the cached response of %s has the same bytes and headers, and an ETag', async (url) => {
  const [first, second] = [await ask(url), await ask(url)]
  const { date: _, ...headers } = first.headers
  expect(first.statusCode).toBe(200)
  expect(second.body).toBe(first.body)
  expect(second.headers).toMatchObject(headers)
  const [known, other] = await Promise.all(
    [String(headers.etag), '"other"'].map((tag) => ask(url, { 'if-none-match': tag })),
  )
  expect([known!.statusCode, known!.body, other!.statusCode]).toEqual([304, '', 200])
})

describe('a page requested many times at once', () => {
  /** A server whose page waits until it is released, and counts how often it is made. */
  async function slowPage({ status = 200 } = {}) {
    const app = fastify()
    const released = Promise.withResolvers<void>()
    let made = 0
    addPageCache(app, site.deps, 0)
    app.get('/slow', { config: { cachedBy: [] } }, async (_request, reply) => {
      made++
      await released.promise
      return cacheForOneMinute(reply.code(status)).send('slow')
    })
    await app.ready()
    const asked = Array.from({ length: 50 }, () => app.inject('/slow'))
    return {
      asked: Promise.all(asked),
      release: released.resolve,
      made: () => made,
      close: () => app.close(),
    }
  }

  test('is made once', async () => {
    const { asked, release, made, close } = await slowPage()
    await vi.waitFor(() => expect(made()).toBe(1))
    release()
    expect(new Set((await asked).map(({ statusCode, body }) => `${statusCode} ${body}`))).toEqual(
      new Set(['200 slow']),
    )
    expect(made()).toBe(1)
    await close()
  })

  test('that fails is sent to all who wait', async () => {
    const { asked, release, close } = await slowPage({ status: 503 })
    release()
    expect((await asked).map(({ statusCode }) => statusCode)).toEqual(Array(50).fill(503))
    await close()
  })
})

test('a new paper is on the page at once, with another ETag', async () => {
  const before = await ask('/')
  await list('Brand New')
  const after = await ask('/')
  expect(before.body).not.toContain('Brand New')
  expect(after.body).toContain('Brand New')
  expect(after.headers.etag).not.toBe(before.headers.etag)
})

test.each(['/', '/sitemap-days.xml', '/sitemap-papers-1.xml'])(
  '%s is unchanged between two checks',
  async (url) => {
    const app = buildServer(site.deps, REQUEST_LIMITS, { checkEveryMs: 3_600_000 })
    const { body } = await app.inject(url)
    await site.db.listing.deleteMany()
    await site.db.paper.deleteMany()
    await list('Brand New')
    const later = await app.inject(url)
    expect([later.statusCode, later.body]).toEqual([200, body])
    await app.close()
  },
)

test('a vote changes the page', async () => {
  const record = { title: 'C', keys: [arxivKey('2611.00009')] }
  await list(record.title, { ...record, votes: 733 })
  expect((await ask('/')).body).toMatch(/\b733\b/)
  site.clock.moveTo(new Date(site.clock.now().getTime() + 1000))
  await list(record.title, { ...record, votes: 877 })
  expect((await ask('/')).body).toMatch(/\b877\b/)
})

test('a page is rendered again after a minute if a change has no later time than the one before', async () => {
  await ask('/')
  await site.db.$executeRaw`update paper set title = 'Renamed'`
  expect((await ask('/')).body).not.toContain('Renamed')
  site.clock.moveTo(new Date(site.clock.now().getTime() + 60_000))
  expect((await ask('/')).body).toContain('Renamed')
})

test('the masthead has the newest day and its number of papers', async () => {
  const papers = async () => {
    const [, count] =
      /<time datetime="2026-11-24">[^<]*<\/time> · (\d+) /.exec((await ask('/subscribe')).body) ?? []
    return Number(count)
  }
  await list('One')
  const before = await papers()
  await list('Two')
  expect(await papers()).toBe(before + 1)
})

test('a server with a timer shows a new paper without a refresh', async () => {
  const app = buildServer(site.deps, REQUEST_LIMITS, { checkEveryMs: 20 })
  const page = async () => (await app.inject('/')).body
  expect(await page()).not.toContain('Brand New')
  await list('Brand New')
  await vi.waitFor(async () => expect(await page()).toContain('Brand New'), 5000)
  await app.close()
})

test('the trending list changes with the day', async () => {
  const { body } = await ask('/papers/trending')
  site.clock.moveTo(new Date('2026-12-24T12:00:00Z'))
  expect((await ask('/papers/trending')).body).not.toBe(body)
})

test.each([
  ['/?page=2', {}],
  ['/papers/date/2026-11-24?sort=newest&sort=votes', {}],
  ['/', { cookie: 'a=b' }],
  ['/', { authorization: 'Basic eDp5' }],
  ['/papers?q=brand', {}],
])('%s with %o is not cached', async (url, headers: Record<string, string>) => {
  const app = buildServer(site.deps, REQUEST_LIMITS, { checkEveryMs: 3_600_000 })
  await app.inject({ url, headers })
  await list('Brand New')
  expect((await app.inject({ url, headers })).body).toMatch(/Brand(<\/mark>)? New/)
  await app.close()
})

test('the form with a topic of a link has no ETag', async () => {
  expect((await ask('/subscribe?topic=attention')).headers.etag).toBeUndefined()
})

test('an error is not cached', async () => {
  expect((await ask('/papers/2511.99999')).statusCode).toBe(404)
  const { headers } = await ask('/papers/2511.99999')
  expect([headers.etag, headers['cache-control']]).toEqual([undefined, 'no-cache'])
})

test.each([
  ['HEAD', '/', {}],
  ['GET', '/', { cookie: 'a=b' }],
  ['GET', '/papers/2507.06457?utm_source=mail', {}],
] as const)('%s %s with %j is not cached, but has an ETag', async (method, url, headers) => {
  const request = (more = {}) => site.app.inject({ method, url, headers: { ...headers, ...more } })
  const { etag, 'content-length': length } = (await request()).headers
  expect(etag).toMatch(/^"[\w-]{22}"$/)
  const known = await request({ 'if-none-match': String(etag) })
  expect(known.statusCode).toBe(304)
  // RFC 9110, 15.4.5: a length is that of the page.
  expect([undefined, length]).toContain(known.headers['content-length'])
})
