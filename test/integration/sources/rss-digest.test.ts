import { afterEach, beforeEach, expect, test } from 'vitest'
import { readConfig } from '../../../src/config/config.ts'
import { stoppedClock } from '../../../src/core/clock.ts'
import { planDigests } from '../../../src/digests/plan-digests.ts'
import { ingestDue } from '../../../src/papers/ingest.ts'
import { useDigestWorld } from '../../support/digest-world.ts'
import { type FeedServer, feedXml, startFeedServer } from '../../support/feed-server.ts'

// From a feed to a digest. The readers confirmed on 23 November 2026 and are due at 8.

const world = useDigestWorld()
let server: FeedServer

beforeEach(async () => {
  server = await startFeedServer()
})
afterEach(() => server.close())

const at = (now: string, ...paths: string[]) => ({
  ...world.deps,
  clock: stoppedClock(new Date(now)),
  config: readConfig({ SOURCES: paths.map((path) => `rss:${server.url}${path}#Journal of Tests`).join(',') }),
})

const fetchAt = (now: string, ...paths: string[]) =>
  ingestDue(at(now, ...paths), { wait: async () => {}, fetchPolicy: { gapMs: 0, timeoutMs: 500 } })

const coffee = { title: 'Coffee and the length of telomeres', link: 'https://journal.example/article/1' }
const tea = {
  title: 'Tea and sleep',
  abstract: 'Nights of 40 people.',
  link: 'https://journal.example/article/2',
}

test('a paper of a feed is in the digest of those whose topic it matches, once, also without an abstract', async () => {
  await world.addSubscriber('ann', { topics: ['telomeres'] })
  await world.addSubscriber('bob', { topics: ['robots'] })
  server.pages.set('/feed', { body: feedXml([coffee, tea]) })
  await fetchAt('2026-11-24T05:00:00Z', '/feed')
  await planDigests(at('2026-11-24T08:00:00Z', '/feed'), {})
  expect((await world.digestsOf('ann'))['2026-11-24']).toMatchObject({ titles: [coffee.title] })
  expect((await world.digestsOf('bob'))['2026-11-24']?.titles).toEqual([])

  server.pages.set('/feed', {
    body: feedXml([
      tea,
      { ...coffee, title: `${coffee.title}: a correction`, date: 'Wed, 25 Nov 2026 01:00:00 GMT' },
    ]),
  })
  await fetchAt('2026-11-25T05:00:00Z', '/feed')
  await planDigests(at('2026-11-25T08:00:00Z', '/feed'), {})
  expect((await world.digestsOf('ann'))['2026-11-25']?.titles ?? []).toEqual([])
})

test('the articles of years that a feed has at first are in no digest', async () => {
  await world.addSubscriber('ann', { topics: ['telomeres'] })
  server.pages.set('/feed', { body: feedXml([{ ...coffee, date: 'Mon, 02 Mar 2026 08:00:00 GMT' }]) })
  await fetchAt('2026-11-24T05:00:00Z', '/feed')
  await planDigests(at('2026-11-24T08:00:00Z', '/feed'), {})
  expect((await world.digestsOf('ann'))['2026-11-24']?.titles).toEqual([])
})

test('a digest does not wait for a feed that hangs, and the next one has its paper', async () => {
  await world.addSubscriber('ann', { topics: ['telomeres OR tea'] })
  for (const day of [17, 18, 19, 20, 21, 22, 23]) {
    server.pages.set('/feed', {
      body: feedXml([{ title: `Tea on day ${day}`, link: `https://journal.example/${day}` }]),
    })
    await fetchAt(`2026-11-${day}T05:00:00Z`, '/feed')
  }
  server.pages.set('/feed', { hangs: true })
  await fetchAt('2026-11-24T05:00:00Z', '/feed')
  expect(await planDigests(at('2026-11-24T08:00:00Z', '/feed'), {})).toMatchObject({ planned: 1 })
  server.pages.set('/feed', { body: feedXml([tea]) })
  await fetchAt('2026-11-24T09:00:00Z', '/feed')
  await planDigests(at('2026-11-25T08:00:00Z', '/feed'), {})
  expect((await world.digestsOf('ann'))['2026-11-25']).toMatchObject({ titles: [tea.title] })
})
