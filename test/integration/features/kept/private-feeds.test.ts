import { expect, test } from 'vitest'
import { readConfig } from '../../../../src/config/config.ts'
import { planDigests } from '../../../../src/digests/plan-digests.ts'
import { dayTotals, isReconciled } from '../../../../src/digests/reconciliation.repo.ts'
import { words } from '../../../../src/i18n/words.ts'
import { signLink } from '../../../../src/subscribers/links.ts'
import { buildServer } from '../../../../src/web/server.ts'
import { get, post, textOf, unsubscribeToken, useSite } from '../../../support/site.ts'
import {
  addressesOn,
  EMAIL,
  listPapers,
  makeFeeds,
  managePath,
  pressKeep,
  type Reader,
  readerOf,
} from './kept-world.ts'

const site = useSite()

interface JsonFeed {
  title: string
  feed_url: string
  items: { id: string; title: string; content_html: string; date_published: string; tags: string[] }[]
}

const jsonOf = async (path: string) => JSON.parse((await get(site, `${path}.json`)).body) as JsonFeed

const statusOf = async (path: string) => (await get(site, path)).statusCode

const planOn = async (day: string, ...titles: string[]) => {
  await listPapers(site, day, titles)
  site.clock.moveTo(new Date(`${day}T08:05:00Z`))
  await planDigests(site.deps)
}

const onlyFeed = (reader: Reader, on: boolean) =>
  post(site, `${reader.manage}/feeds`, { do: 'only', ...(on && { only: 'yes' }) })

const digestMessages = async () =>
  (await site.db.message.findMany({ where: { kind: 'digest' }, orderBy: { localDate: 'asc' } })).map(
    ({ state, reason }) => [state, reason],
  )

test('there is no feed until a button makes its address', async () => {
  const reader = await readerOf(site)
  expect(await addressesOn(site, reader)).toEqual({ kept: undefined, feed: undefined, keptFeed: undefined })
  expect(await site.db.privateAddress.count()).toBe(0)
  const { feed, keptFeed } = await makeFeeds(site, reader)
  for (const path of [feed, keptFeed])
    for (const format of ['xml', 'json']) expect(await statusOf(`${path}.${format}`)).toBe(200)
})

test('the feed of digests has each paper with its reason, in the order of the digest, newest digest first', async () => {
  const reader = await readerOf(site)
  await planOn('2026-11-26', 'Attention three')
  const { feed } = await makeFeeds(site, reader)
  const { items, title, feed_url } = await jsonOf(feed!)
  expect(title).toBe(`Daily Papers: ${words.kept.digestFeed.title}`)
  expect(feed_url).toBe(`${site.deps.config.BASE_URL}${feed}.json`)
  const papers = await site.db.paper.findMany()
  const titles = reader.papers.map((id) => papers.find((paper) => paper.id === id)!.title)
  expect(items.map((item) => item.title)).toEqual(['Attention three', ...titles])
  expect(items.every(({ content_html }) => content_html.includes('Matched: attention'))).toBe(true)
  const dates = items.map(({ date_published }) => date_published)
  expect(dates).toEqual(dates.toSorted().reverse())
  const atom = (await get(site, `${feed}.xml`)).body
  expect(atom.match(/<entry>/g)).toHaveLength(3)
  expect(atom).toContain('Matched: attention')
})

test('no entry has a link that changes something', async () => {
  const reader = await readerOf(site)
  await pressKeep(site, reader, reader.papers[0]!)
  const { feed, keptFeed, kept } = await makeFeeds(site, reader)
  for (const path of [`${feed}.xml`, `${feed}.json`, `${keptFeed}.xml`, `${keptFeed}.json`]) {
    const { body } = await get(site, path)
    expect(body).not.toContain('/manage/')
    expect(body).not.toContain(kept)
    expect(body).not.toContain(EMAIL)
  }
})

test('the feed of kept papers has the newest first, each with its reason', async () => {
  const reader = await readerOf(site)
  const { keptFeed } = await makeFeeds(site, reader)
  expect((await jsonOf(keptFeed!)).items).toEqual([])
  await pressKeep(site, reader, reader.papers[1]!)
  site.clock.moveTo(new Date('2026-11-26T08:00:00Z'))
  await pressKeep(site, reader, reader.papers[0]!)
  const { items } = await jsonOf(keptFeed!)
  expect(items.map(({ date_published }) => date_published.slice(0, 10))).toEqual(['2026-11-26', '2026-11-25'])
  expect(items[0]!.content_html).toContain('Matched: attention')
})

test('a feed is private, and one that has not changed is not sent again', async () => {
  const reader = await readerOf(site)
  const { feed } = await makeFeeds(site, reader)
  const { headers } = await get(site, `${feed}.xml`)
  expect(headers).toMatchObject({
    'cache-control': 'private, no-cache',
    'x-robots-tag': 'noindex',
    'referrer-policy': 'same-origin',
    'content-type': 'application/atom+xml; charset=utf-8',
  })
  const known = { 'if-none-match': headers.etag as string }
  const again = await site.app.inject({ url: `${feed}.xml`, headers: known })
  expect([again.statusCode, again.body]).toEqual([304, ''])
  expect(again.headers['cache-control']).toBe('private, no-cache')
  await planOn('2026-11-26', 'Attention three')
  expect((await site.app.inject({ url: `${feed}.xml`, headers: known })).statusCode).toBe(200)
})

test('each address opens only what it is for', async () => {
  const reader = await readerOf(site)
  await pressKeep(site, reader, reader.papers[0]!)
  const { feed, keptFeed, kept } = await makeFeeds(site, reader)
  const token = (path?: string) => path!.split('/').at(-1)!
  const wrong = [
    `/kept/${token(keptFeed)}`,
    `/kept/${token(keptFeed)}.bib`,
    `/kept/${token(kept)}.xml`,
    `/kept/${token(feed)}.json`,
    `/feed/${token(kept)}.xml`,
    `/feed/${token(keptFeed)}.json`,
    `/feed/${token(reader.manage)}.xml`,
    `/kept/${token(reader.manage)}`,
    `/manage/${token(feed)}`,
    '/feed/nonsense.xml',
  ]
  for (const path of wrong) expect([path, await statusOf(path)]).toEqual([path, 404])
  const posted = await post(site, `/kept/${token(keptFeed)}`, { do: 'remove', paper: reader.papers[0] })
  expect(posted.statusCode).toBe(404)
  expect((await post(site, `${keptFeed}.xml`, { do: 'remove' })).statusCode).toBe(404)
  expect(await site.db.keptPaper.count({ where: { removedAt: null } })).toBe(1)
})

test('replaced addresses answer 410 and the new ones work', async () => {
  const reader = await readerOf(site)
  await pressKeep(site, reader, reader.papers[0]!)
  const old = await makeFeeds(site, reader)
  const fresh = await makeFeeds(site, reader, 'renew')
  for (const name of ['kept', 'feed', 'keptFeed'] as const) {
    const end = name === 'kept' ? '' : '.xml'
    expect(fresh[name]).not.toBe(old[name])
    const gone = await get(site, `${old[name]}${end}`)
    expect(gone.statusCode).toBe(410)
    expect(textOf(gone.body)).toContain(words.errors['kept.ended'])
    expect(await statusOf(`${fresh[name]}${end}`)).toBe(200)
  }
})

test('feeds that are turned off answer 410, and their old addresses stay so', async () => {
  const reader = await readerOf(site)
  const old = await makeFeeds(site, reader)
  await makeFeeds(site, reader, 'off')
  expect(await statusOf(`${old.feed}.xml`)).toBe(410)
  const fresh = await makeFeeds(site, reader)
  expect([await statusOf(`${old.feed}.xml`), await statusOf(`${fresh.feed}.xml`)]).toEqual([410, 200])
})

test('feeds end with an unsubscribe and with a new subscription, the page of kept papers stays', async () => {
  const reader = await readerOf(site)
  await pressKeep(site, reader, reader.papers[0]!)
  const { feed, keptFeed, kept } = await makeFeeds(site, reader)
  await post(site, `/unsubscribe/${await unsubscribeToken(site, EMAIL)}`)
  expect([await statusOf(`${feed}.xml`), await statusOf(`${keptFeed}.json`)]).toEqual([410, 410])
  expect(await statusOf(kept!)).toBe(200)
  await site.db.subscriber.updateMany({ data: { state: 'active', epoch: { increment: 1 } } })
  expect([await statusOf(`${feed}.xml`), await statusOf(kept!)]).toEqual([410, 410])
})

test('an address stays the same when a secret is added', async () => {
  const reader = await readerOf(site)
  const { feed } = await makeFeeds(site, reader)
  const secrets = ['n'.repeat(40), ...site.deps.config.APP_SECRET].join()
  const config = readConfig({ APP_SECRET: secrets }, site.deps.features)
  const app = buildServer({ ...site.deps, config })
  const html = (await app.inject({ url: reader.manage })).body
  expect(html).toContain(`href="${feed}.xml"`)
  await app.close()
})

test('a reader with only the feed gets emails again once the secret of its address is removed', async () => {
  const reader = await readerOf(site)
  const { feed } = await makeFeeds(site, reader)
  await onlyFeed(reader, true)
  const newest = 'n'.repeat(40)
  const config = readConfig({ APP_SECRET: newest }, site.deps.features)
  const deps = { ...site.deps, config }
  const app = buildServer({ ...site.deps, config })
  expect((await app.inject({ url: `${feed}.xml` })).statusCode).toBe(404)
  await listPapers(site, '2026-11-26', ['Attention three'])
  site.clock.moveTo(new Date('2026-11-26T08:05:00Z'))
  await planDigests(deps)
  expect((await digestMessages()).at(-1)).toEqual(['ready', null])

  // The page shows what holds, and only the feed can be chosen again.
  const manage = await managePath({ ...site, deps }, reader.subscriber)
  const isTicked = async () => / name="only" value="yes" checked>/.test((await app.inject(manage)).body)
  expect(await isTicked()).toBe(false)
  await post({ ...site, app }, `${manage}/feeds`, { do: 'only', only: 'yes' })
  expect(await isTicked()).toBe(true)
  expect((await digestMessages()).at(-1)).toEqual(['skipped', 'elsewhere'])
  await app.close()
})

test('a reader with only the feed gets no email and misses no digest', async () => {
  const reader = await readerOf(site)
  const { feed } = await makeFeeds(site, reader)
  await onlyFeed(reader, true)
  expect(await digestMessages()).toEqual([['skipped', 'elsewhere']])
  await planOn('2026-11-26', 'Attention three')
  await planOn('2026-11-27', 'Attention four')
  expect(await digestMessages()).toEqual(Array(3).fill(['skipped', 'elsewhere']))
  const { items } = await jsonOf(feed!)
  expect(items.map(({ title }) => title).slice(0, 2)).toEqual(['Attention four', 'Attention three'])
  expect(items).toHaveLength(4)
  for (const day of ['2026-11-26', '2026-11-27'])
    expect(isReconciled(await dayTotals(site.db, day))).toBe(true)
  const page = textOf((await get(site, reader.manage)).body)
  expect(page).toContain(words.receipts.skipped.elsewhere)
  expect(page).not.toContain('Next email')
  // Each digest is still on its own page.
  const { id } = await site.db.message.findFirstOrThrow({ orderBy: { localDate: 'desc' } })
  expect(await statusOf(`${reader.manage}/digest/${id}`)).toBe(200)

  await onlyFeed(reader, false)
  await planOn('2026-11-30', 'Attention five')
  expect((await digestMessages()).at(-1)).toEqual(['ready', null])
})

test('emails resume when the feed is turned off, and with a new epoch', async () => {
  const reader = await readerOf(site)
  await makeFeeds(site, reader)
  await onlyFeed(reader, true)
  await makeFeeds(site, reader, 'off')
  await planOn('2026-11-26', 'Attention three')
  expect((await digestMessages()).at(-1)).toEqual(['ready', null])
  await makeFeeds(site, reader)
  await onlyFeed(reader, true)
  await site.db.subscriber.updateMany({ data: { epoch: { increment: 1 } } })
  await planOn('2026-11-27', 'Attention four')
  expect((await digestMessages()).at(-1)).toEqual(['ready', null])
})

test('addresses that are made again leave emails on, replaced ones keep only the feed', async () => {
  const reader = await readerOf(site)
  await makeFeeds(site, reader)
  await onlyFeed(reader, true)
  await makeFeeds(site, reader, 'renew')
  await planOn('2026-11-26', 'Attention three')
  expect((await digestMessages()).at(-1)).toEqual(['skipped', 'elsewhere'])
  await site.db.subscriber.updateMany({ data: { epoch: { increment: 1 } } })
  const fresh = { ...reader, manage: await managePath(site, reader.subscriber) }
  await makeFeeds(site, fresh)
  await planOn('2026-11-27', 'Attention four')
  expect((await digestMessages()).at(-1)).toEqual(['ready', null])
})

test('digests that were only in the feed stay in the list when emails resume, and the page says so', async () => {
  const reader = await readerOf(site)
  const pageNow = async () => (await get(site, reader.manage)).body
  await makeFeeds(site, reader)
  await onlyFeed(reader, true)
  expect(await pageNow()).not.toContain(words.kept.feeds.onlyBefore)
  await makeFeeds(site, reader, 'off')
  const page = await pageNow()
  expect(page).toContain(words.kept.feeds.onlyBefore)
  expect(page).toContain(`href="${reader.manage}/digest/${reader.digest}"`)
})

test('the address of kept papers can be replaced without feeds', async () => {
  const reader = await readerOf(site)
  const canReplace = async () => (await get(site, reader.manage)).body.includes('value="renew"')
  expect(await canReplace()).toBe(false)
  await pressKeep(site, reader, reader.papers[0]!)
  expect(await canReplace()).toBe(true)
  const { kept } = await addressesOn(site, reader)
  const fresh = await makeFeeds(site, reader, 'renew')
  expect(fresh).toEqual({ kept: expect.not.stringMatching(kept!), feed: undefined, keptFeed: undefined })
  expect([await statusOf(kept!), await statusOf(fresh.kept!)]).toEqual([410, 200])
})

test('only the feed is not possible without a feed', async () => {
  const reader = await readerOf(site)
  await onlyFeed(reader, true)
  await planOn('2026-11-26', 'Attention three')
  expect((await digestMessages()).at(-1)).toEqual(['ready', null])
})

test('no token is in the log', async () => {
  const reader = await readerOf(site)
  await pressKeep(site, reader, reader.papers[0]!)
  const addresses = await makeFeeds(site, reader)
  const forged = signLink(
    { purpose: 'feed', id: reader.subscriber, epoch: 1, issuedAt: site.clock.now() },
    'x'.repeat(40),
  )
  const paths = [addresses.kept, `${addresses.feed}.xml`, `${addresses.keptFeed}.json`, `/feed/${forged}.xml`]
  for (const path of paths) await get(site, path!)
  const text = site.logged.join('\n')
  for (const path of paths) expect(text).not.toContain(path!.split('/')[2]!.split('.')[0])
})

test('a button that the page does not have is refused, and changes nothing', async () => {
  const reader = await readerOf(site)
  const { statusCode, body } = await post(site, `${reader.manage}/feeds`, { do: 'nonsense' })
  expect([statusCode, /data-code="([^"]+)"/.exec(body)?.[1]]).toEqual([422, 'request.wrong-type'])
  expect(await site.db.privateAddress.count()).toBe(0)
})
