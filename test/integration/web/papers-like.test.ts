import { beforeEach, expect, test } from 'vitest'
import { fill, rateOf, words } from '../../../src/i18n/words.ts'
import { parseList } from '../../../src/papers/import-papers.ts'
import { recordListings } from '../../../src/papers/listing.repo.ts'
import { openArchive } from '../../../src/search/open-archive.ts'
import { learnSpace } from '../../support/learned-space.ts'
import { errorsOn } from '../../support/page-text.ts'
import { get, newestMail, post, useSite } from '../../support/site.ts'

const site = useSite()

const PAPERS = [
  ...Array.from({ length: 12 }, (_, n) => ({
    id: `2611.1${String(n).padStart(4, '0')}`,
    title: `Speculative decoding with $\\beta$-drafts, part ${n + 1}`,
    summary: 'A small draft model speaks first.',
    votes: n,
  })),
  ...Array.from({ length: 60 }, (_, n) => ({
    title: `Of crystal ${n}`,
    summary: `It grows slowly in salt ${n}.`,
  })),
]

beforeEach(async () => {
  const { records } = parseList(PAPERS)
  const now = site.clock.now()
  await recordListings(site.db, { source: 'huggingface', day: '2026-11-20', records, now })
})

const likes = (body: string) => body.slice(body.indexOf('<section class="like'), body.indexOf('<aside'))
const follows = (body: string) =>
  body.slice(body.indexOf('<section class="panel follow'), body.indexOf('<aside'))

test('the page of a paper links to eight similar ones, and offers a topic that matches them', async () => {
  const { body } = await get(site, '/papers/2611.10003')
  const section = likes(body)
  const paths = [...section.matchAll(/<h3><a href="([^"]*)"/g)].map(([, path]) => path)
  expect(paths).toHaveLength(8)
  expect(paths.every((path) => /^\/papers\/2611\.1\d{4}$/.test(path!) && path !== '/papers/2611.10003')).toBe(
    true,
  )
  expect(section).toContain('<math')
  expect(follows(body)).toContain('value="&quot;speculative decoding&quot;" checked> speculative decoding')
  expect(follows(body)).toContain(fill(words.paper.follow.rate, { rate: rateOf(12, 30) }))
})

test('the chosen topics of a paper can be subscribed to from its page', async () => {
  const topic = ['"speculative decoding"', 'author:"Ann Lee"']
  const { statusCode } = await post(site, '/subscribe', { email: 'ann@example.com', topic, banner: 'paper' })
  expect(statusCode).toBe(422) // the author has no papers here: a warning first
  const { statusCode: sent } = await post(site, '/subscribe', {
    email: 'ann@example.com',
    topic: topic[0]!,
    banner: 'paper',
  })
  expect(sent).toBe(303)
  expect((await newestMail(site.db, 'ann@example.com')).content).toMatchObject({
    topics: [{ query: '"speculative decoding"' }],
  })
})

test('the form without a chosen topic gets 422', async () => {
  const { statusCode, body } = await post(site, '/subscribe', { email: 'ann@example.com', banner: 'paper' })
  expect([statusCode, await site.db.signup.count()]).toEqual([422, 0])
  expect(errorsOn(body)).toEqual([expect.stringContaining('topic.none')])
})

test('a new paper counts in the rates, and has its own offer', async () => {
  await get(site, '/papers/2611.10003')
  const { records } = parseList([{ id: '2611.19999', title: 'Speculative decoding of drafts', votes: 3 }])
  await recordListings(site.db, { source: 'huggingface', day: '2026-11-24', records, now: site.clock.now() })
  expect(follows((await get(site, '/papers/2611.19999')).body)).toContain('speculative decoding')
  expect(follows((await get(site, '/papers/2611.10003')).body)).toContain(rateOf(13, 30))
})

test('a paper without similar ones has no such part', async () => {
  const { records } = parseList([{ id: '2611.18888', title: 'Zeolites' }])
  await recordListings(site.db, { source: 'huggingface', day: '2026-11-24', records, now: site.clock.now() })
  const { body, statusCode } = await get(site, '/papers/2611.18888')
  expect([statusCode, body.includes(words.paper.similar)]).toEqual([200, false])
})

test('similar papers change once a space is learned', async () => {
  const titles = ['Car road notes', 'Car wheel engine', 'Car cell gene']
  const { records } = parseList(titles.map((title, n) => ({ id: `2611.1777${n}`, title })))
  await recordListings(site.db, { source: 'huggingface', day: '2026-11-24', records, now: site.clock.now() })
  const first = async () =>
    likes((await get(site, '/papers/2611.17770')).body).match(/<h3><a href="([^"]*)"/)![1]
  expect(await first()).toBe('/papers/2611.17772')
  await learnSpace(site.db)
  await openArchive(site.deps, { withVectors: true })
  site.clock.moveTo(new Date(site.clock.now().getTime() + 60_000))
  expect(await first()).toBe('/papers/2611.17771')
})
