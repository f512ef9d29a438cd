import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { readConfig } from '../../../src/config/config.ts'
import { addDays, type Day, midnight } from '../../../src/core/dates.ts'
import type { Deps } from '../../../src/core/deps.ts'
import { findProblems } from '../../../src/operator/health/conditions.ts'
import { readHealthFacts } from '../../../src/operator/health/facts.ts'
import { sourceStateText } from '../../../src/operator/source-status.ts'
import { ingestDay, ingestDue } from '../../../src/papers/ingest.ts'
import { papersListedOn } from '../../../src/papers/paper.repo.ts'
import { sourceDaysBetween } from '../../../src/sources/source-day.repo.ts'
import { type FeedItemText, type FeedServer, feedXml, startFeedServer } from '../../support/feed-server.ts'
import { useSite } from '../../support/site.ts'

const site = useSite()
const FIRST = '2026-01-06'
let server: FeedServer
let deps: Deps

beforeEach(async () => {
  server = await startFeedServer()
})
afterEach(() => server.close())

const feedAt = (path: string) => `rss:${server.url}${path}`
const quick = { wait: async () => {}, fetchPolicy: { gapMs: 0 } }

function follow(...paths: string[]) {
  deps = { ...site.deps, config: readConfig({ SOURCES: paths.map(feedAt).join(',') }) }
}

const serve = (path: string, items: readonly FeedItemText[]) =>
  server.pages.set(path, { body: feedXml(items) })

async function fetchOn(day: Day, hour = 5, options: object = quick): Promise<number> {
  const before = server.requests.length
  site.clock.moveTo(new Date(midnight(day).getTime() + hour * 3_600_000))
  await ingestDue(deps, options)
  return server.requests.length - before
}

const listings = async () => {
  const all = await site.db.listing.findMany({ orderBy: { paperId: 'asc' }, include: { paper: true } })
  return all.map(({ day, paper, source }) => ({ day: day.toJSON().slice(0, 10), title: paper.title, source }))
}
const titlesOn = async (day: Day) => (await papersListedOn(site.db, day)).map(({ title }) => title)
const sourceDay = async (source: string, day: Day) =>
  (await sourceDaysBetween(site.db, { from: '2025-12-01', to: '2026-03-31' })).find(
    (one) => one.source === source && one.day === day,
  )
const problems = async () =>
  findProblems(await readHealthFacts(deps)).filter(({ condition }) => condition.name.startsWith('source-'))

const item = (n: number, change: Partial<FeedItemText> = {}): FeedItemText => ({
  title: `Paper ${n} about slow light`,
  abstract: `We measure it ${n} times.`,
  link: `https://journal.example/article/${n}`,
  ...change,
})

describe('a feed', () => {
  test('is listed once a day of its items at first, and from then on on the day of the fetch', async () => {
    serve('/a', [item(1, { date: 'Sun, 04 Jan 2026 08:00:00 GMT' }), item(2)])
    follow('/a')
    expect(await fetchOn(FIRST)).toBe(1)
    expect(await titlesOn('2026-01-04')).toEqual(['Paper 1 about slow light'])
    expect(await titlesOn(FIRST)).toEqual(['Paper 2 about slow light'])
    serve('/a', [item(3, { date: 'Mon, 05 Jan 2026 08:00:00 GMT' }), item(1), item(2)])
    await fetchOn(addDays(FIRST, 1))
    expect(await titlesOn(FIRST)).toContain('Paper 3 about slow light')
    expect(await listings()).toHaveLength(3)
  })

  test('is fetched every three hours, and its past days are not', async () => {
    serve('/a', [item(1)])
    follow('/a')
    expect(await fetchOn(FIRST, 5)).toBe(1)
    expect(await fetchOn(FIRST, 7)).toBe(0)
    expect(await fetchOn(FIRST, 8)).toBe(1)
    expect(await fetchOn(addDays(FIRST, 3), 1)).toBe(1)
  })

  test('that serves the same items in another order, with other dates and addresses, lists none twice', async () => {
    const items = Array.from({ length: 30 }, (_, n) => item(n, n % 3 === 0 ? { doi: `10.5555/${n}` } : {}))
    serve('/a', items)
    follow('/a')
    await fetchOn(FIRST)
    for (let day = 1; day < 8; day++) {
      const changed = items.map((one) => ({
        ...one,
        date: `${day} Jan 2026 10:00:00 GMT`,
        link: `${one.link}?utm_source=rss&af=${day}`,
        guid: `${one.link}#${day}`,
      }))
      serve(
        '/a',
        changed.toSorted((a, b) => ((a.title.length * day) % 7) - ((b.title.length * day) % 5)),
      )
      await fetchOn(addDays(FIRST, day))
    }
    const all = await listings()
    expect(all).toHaveLength(30)
    expect(new Set(all.map(({ title }) => title)).size).toBe(30)
  })

  test('lists a paper once whose title is corrected', async () => {
    serve('/a', [item(1)])
    follow('/a')
    await fetchOn(FIRST)
    serve('/a', [item(1, { title: 'Paper one about slow light: a correction' })])
    await fetchOn(addDays(FIRST, 1))
    expect(await listings()).toHaveLength(1)
    expect(await site.db.paper.count()).toBe(1)
  })

  test('shares a paper with another feed by DOI, by address or by title, and lists two of one title in each', async () => {
    serve('/issue', [item(1, { doi: '10.5555/1' }), item(2), item(3)])
    serve('/early', [
      item(1, { doi: '10.5555/1', title: 'Paper 1', link: 'https://doi.org/10.5555/1' }),
      item(2, { title: 'Paper two', link: 'http://www.journal.example/article/2?rss=yes' }),
      item(3, { link: undefined }),
    ])
    follow('/issue', '/early')
    await fetchOn(FIRST)
    expect(await site.db.paper.count()).toBe(3)
    expect(await listings()).toHaveLength(6)
  })

  test('gives a paper without DOI a link to its page', async () => {
    serve('/a', [item(1)])
    follow('/a')
    await fetchOn(FIRST)
    const { id } = await site.db.paper.findFirstOrThrow()
    const { body } = await site.app.inject({ url: `/papers/id:${id}` })
    expect(body).toContain('https://journal.example/article/1')
  })

  test('shows no token of its address on a page', async () => {
    serve('/a?token=secret', [item(1)])
    follow('/a?token=secret')
    await fetchOn(FIRST)
    const app = await site.app.inject({ url: '/status' })
    expect(app.body).not.toContain('secret')
  })
})

describe('a feed that has moved for good', () => {
  beforeEach(async () => {
    serve('/new', [item(1)])
    server.pages.set('/old', { status: 301, headers: { location: '/new' } })
    follow('/old')
    await fetchOn(FIRST)
  })

  test('is read at its new address, which the operator sees', async () => {
    expect(await sourceDay(feedAt('/old'), FIRST)).toMatchObject({
      state: 'fresh',
      reason: 'moved',
      papers: 1,
    })
    const [problem] = await problems()
    expect(problem).toMatchObject({
      condition: { name: 'source-moved' },
      finding: { values: { source: feedAt('/old'), detail: `${server.url}/new` } },
    })
  })

  test('is no problem once the new address is in the settings, and nothing is listed twice for a reader', async () => {
    const before = await site.db.paper.findMany({ select: { id: true } })
    follow('/new')
    await fetchOn(addDays(FIRST, 1))
    expect(await problems()).toEqual([])
    expect(await site.db.paper.findMany({ select: { id: true } })).toEqual(before)
  })

  test('and is back is no problem', async () => {
    serve('/old', [item(1)])
    await fetchOn(addDays(FIRST, 1))
    expect(await problems()).toEqual([])
  })

  test('for now only is no problem', async () => {
    server.pages.set('/old', { status: 302, headers: { location: '/new' } })
    await fetchOn(addDays(FIRST, 1))
    expect(await problems()).toEqual([])
  })
})

describe('a redirect to another host', () => {
  const elsewhere = { status: 308, headers: { location: 'https://localhost/private?token=secret' } }

  test('in a private network is not followed, and the source is stopped', async () => {
    server.pages.set('/a', elsewhere)
    follow('/a')
    expect(await fetchOn(FIRST)).toBe(1)
    expect(await sourceDay(feedAt('/a'), FIRST)).toMatchObject({
      state: 'failed',
      reason: 'moved-away',
      lastStatus: 308,
    })
    const [problem] = await problems()
    expect(problem!.finding.values).toMatchObject({ what: 'moved-away', detail: 'https://localhost/private' })
  })

  test('that is public is followed', async () => {
    serve('/new', [item(1)])
    const other = server.url.replace('127.0.0.1', 'localhost')
    server.pages.set('/a', { status: 301, headers: { location: `${other}/new` } })
    follow('/a')
    const policy = { gapMs: 0, followsTo: async (target: URL) => target.href === `${other}/new` }
    await fetchOn(FIRST, 5, { ...quick, fetchPolicy: policy })
    expect(await sourceDay(feedAt('/a'), FIRST)).toMatchObject({ state: 'fresh', reason: 'moved' })
  })
})

const PAGES = {
  gone: { status: 410 },
  'not-a-feed': { headers: { 'content-type': 'text/html' }, body: '<!doctype html><title>Sign in</title>' },
  'broken-feed': { body: feedXml([item(1)]).slice(0, -20) },
  'large-feed': { body: feedXml([item(1, { abstract: 'a'.repeat(8_100_000) })]) },
}

describe.each(Object.entries(PAGES))('a feed in the state %s', (reason, page) => {
  test('stops with a sentence of its own, keeps what it had, and is tried again after six hours', async () => {
    serve('/a', [item(1)])
    serve('/b', [item(2)])
    follow('/a', '/b')
    await fetchOn(FIRST)
    server.pages.set('/a', page)
    const next = addDays(FIRST, 1)
    await fetchOn(next)
    const failed = await sourceDay(feedAt('/a'), next)
    expect(failed).toMatchObject({ state: 'failed', reason, nextTry: new Date(`${next}T11:00:00Z`) })
    expect(sourceStateText(failed!)).toMatch(/^failed: stopped, /)
    const found = await problems()
    expect(found.map(({ finding }) => finding.values.what)).toEqual([reason])
    const [{ condition, finding }] = found as [(typeof found)[number]]
    expect(condition.sentence(finding, await readHealthFacts(deps))).toMatch(
      /has been stopped since 05:00 UTC: its /,
    )
    const { body } = await site.app.inject({ url: '/admin/sources' })
    expect(body).toBeDefined()
    expect(await listings()).toHaveLength(2)
    expect(await fetchOn(next, 10)).toBe(1) // the other feed
    serve('/a', [item(3)])
    await fetchOn(next, 11)
    expect(await problems()).toEqual([])
    expect(await sourceDay(feedAt('/a'), next)).toMatchObject({ state: 'fresh', reason: null })
  })
})

test('a feed that does not respond delays no other, and its papers come later', async () => {
  server.pages.set('/slow', { hangs: true })
  serve('/b', [item(2)])
  const other = await startFeedServer()
  other.pages.set('/c', { body: feedXml([item(3)]) })
  deps = {
    ...site.deps,
    config: readConfig({ SOURCES: `${feedAt('/slow')},${feedAt('/b')},rss:${other.url}/c` }),
  }
  await fetchOn(FIRST, 5, { ...quick, fetchPolicy: { gapMs: 0, timeoutMs: 200 } })
  await other.close()
  expect((await listings()).map(({ title }) => title)).toEqual(['Paper 3 about slow light'])
  serve('/slow', [item(1)])
  await fetchOn(FIRST, 6)
  expect(await listings()).toHaveLength(3)
})

test('a feed with more than 2,000 new items on a day is stopped', async () => {
  serve(
    '/a',
    Array.from({ length: 2001 }, (_, n) => item(n)),
  )
  follow('/a')
  site.clock.moveTo(midnight(FIRST))
  const dryRun = ingestDay(deps, { source: feedAt('/a'), day: FIRST, dryRun: true, ...quick })
  await expect(dryRun).rejects.toMatchObject({ code: 'source.too-many' })
  expect(await sourceDay(feedAt('/a'), FIRST)).toBeUndefined()
  await fetchOn(FIRST)
  expect(await sourceDay(feedAt('/a'), FIRST)).toMatchObject({ state: 'failed', reason: 'too-many' })
  expect(await listings()).toEqual([])
})
