import { beforeEach, describe, expect, test } from 'vitest'
import { eraseSubscriber } from '../../../src/account/erase-subscriber.ts'
import { planDigests } from '../../../src/digests/plan-digests.ts'
import { longDate } from '../../../src/i18n/dates.ts'
import { counted, fill, words } from '../../../src/i18n/words.ts'
import { recordListings } from '../../../src/papers/listing.repo.ts'
import { type LinkPurpose, signLink } from '../../../src/subscribers/links.ts'
import { ownDigestPage, topicPage } from '../../../src/subscribers/page-links.ts'
import { NOW, subscribeThroughSite, useSite } from '../../support/site.ts'

const EMAIL = 'ann@reader.example'
const site = useSite()

async function mailed(fields: object): Promise<string> {
  await subscribeThroughSite(site, EMAIL, { hour: 8, zone: 'UTC', days: ['wed'], ...fields })
  const titles = ['Robots walk', 'Robots <b>run</b>', 'Robots rest', 'Robots $x_i$ swim']
  const records = titles.map((title) => ({
    keys: [],
    title,
    abstract: 'A study of robots.',
    authors: ['A. Author'],
    categories: [],
    keywords: [],
  }))
  await recordListings(site.db, { source: 'huggingface', day: '2026-11-24', records, now: NOW })
  site.clock.moveTo(new Date('2026-11-25T08:00:00Z'))
  expect(await planDigests(site.deps)).toMatchObject({ planned: 1 })
  const { id } = await site.db.message.findFirstOrThrow({ where: { kind: 'digest' } })
  return id
}

const pathOf = (id: string, purpose: LinkPurpose = 'digest'): string =>
  `/digest/${signLink({ purpose, id, epoch: 0, issuedAt: site.clock.now() }, site.deps.config.APP_SECRET[0]!)}`

const get = async (path: string) => {
  const { statusCode, body, headers } = await site.app.inject({ url: path, headers: { accept: 'text/html' } })
  return { statusCode, headers, body: body.replace(/\s+/g, ' ') }
}

describe('a digest in the browser', () => {
  let id: string
  beforeEach(async () => {
    id = await mailed({ topic: 'robots', max: 2 })
  })

  test('shows the papers of the email, and those beyond its limit', async () => {
    const { statusCode, body } = await get(pathOf(id))
    expect(statusCode).toBe(200)
    const { heading, lead } = words.emails.digest
    const pair = fill(heading.pair, { before: 'Robots rest', last: 'Robots walk' })
    expect(body).toContain(
      `>${longDate('2026-11-25')}</time></p> <h1>${fill(heading.week, { what: pair })}</h1>`,
    )
    expect(body).toContain(counted(2, lead.papersBestFirst, { topic: 'robots' }))
    expect(body).toMatch(/<h2>Robots <span[^>]*>2<\/span><\/h2>/)
    expect(body.match(/<h3><a href="[^"]+">/g)).toHaveLength(2)
    expect(body).toContain('<mark>Robots</mark>')
    expect(body).not.toContain('class="why"')
    expect(body).toContain('A study of <mark>robots</mark>.')
    expect(body).toContain(`<h2>${counted(2, words.digestPage.more)}</h2>`)
    expect(body.match(/<li><a href="\/papers\//g)).toHaveLength(2)
    expect(body).not.toContain('<b>run')
  })

  test('can be shared: no address, no personal link, not for search engines or caches', async () => {
    const { body, headers } = await get(pathOf(id))
    expect(body).not.toMatch(/ann|reader\.example|\/manage\/|\/unsubscribe/)
    expect(body).toContain('<a href="/subscribe?topic=robots">')
    expect(body).not.toContain(words.emails.parts.edit)
    expect(body).toContain('<meta name="robots" content="noindex">')
    expect(headers).toMatchObject({ 'cache-control': 'no-store', 'x-robots-tag': 'noindex' })
  })

  test('remains when the subscription ends, and is gone when its reader is erased', async () => {
    await site.db.subscriber.updateMany({ data: { state: 'unsubscribed', epoch: 7 } })
    expect((await get(pathOf(id))).statusCode).toBe(200)
    await eraseSubscriber(site.deps, { email: EMAIL })
    const { statusCode, body, headers } = await get(pathOf(id))
    expect(statusCode).toBe(410)
    expect(body).toContain(`<h1>${words.digestPage.gone}</h1>`)
    expect(body).not.toContain('Robots')
    expect(headers['cache-control']).toBe('no-store')
  })

  test('has a page for a welcome email too', async () => {
    const { content } = await site.db.digest.findFirstOrThrow()
    const { id: subscriberId } = await site.db.subscriber.findFirstOrThrow({ where: { addressKey: EMAIL } })
    const batch = await site.db.batch.create({ data: { lane: 'transactional', notBefore: NOW } })
    await site.db.message.create({
      data: {
        id: 'welcome1',
        kind: 'welcome',
        dedupe: 'x',
        localDate: NOW,
        subscriberId,
        batchId: batch.id,
        nextTry: NOW,
        deadline: NOW,
        datedAt: NOW,
        toAddress: EMAIL,
        secretId: 'k1',
        content: { content, topics: ['robots'] } as object,
      },
    })
    const { statusCode, body } = await get(pathOf('welcome1'))
    expect(statusCode).toBe(200)
    expect(body).toContain(counted(2, words.emails.digest.lead.papersBestFirst, { topic: 'robots' }))
  })
})

describe('the page of a digest for its reader', () => {
  const ownPath = async (id: string, email = EMAIL) => {
    const { id: subscriber, epoch } = await site.db.subscriber.findFirstOrThrow({
      where: { addressKey: email },
    })
    const link = { purpose: 'manage' as const, id: subscriber, epoch, issuedAt: site.clock.now() }
    const manage = `/manage/${signLink(link, site.deps.config.APP_SECRET[0]!)}`
    return { manage, own: ownDigestPage(manage, id) }
  }

  test('has a place for each paper, with the links that change its topic', async () => {
    const id = await mailed({ topic: 'robots', max: 2 })
    const { manage, own } = await ownPath(id)
    const { statusCode, body, headers } = await get(own)
    expect(statusCode).toBe(200)
    const topic = await site.db.topic.findFirstOrThrow()
    const places = [...body.matchAll(/<article class="paper" id="paper-(\d+)">/g)].map(([, paper]) => paper)
    expect(places).toHaveLength(2)
    for (const paper of places) {
      expect(body).toContain(`href="${topicPage(manage, topic.id)}?paper=${paper}"`)
      expect(body).toContain(`href="${topicPage(manage, topic.id)}?paper=${paper}&amp;vote=less"`)
    }
    expect(headers).toMatchObject({ 'cache-control': 'no-store', 'x-robots-tag': 'noindex' })
  })

  test('leads to the page to share, which has none of these links', async () => {
    const { own } = await ownPath(await mailed({ topic: 'robots' }))
    const [, share] = /href="(\/digest\/[^"]+)"/.exec((await get(own)).body)!
    const { statusCode, body } = await get(share!)
    expect(statusCode).toBe(200)
    expect(body).not.toContain('/manage/')
  })

  test('leads to the same address as the email, at any time', async () => {
    const id = await mailed({ topic: 'robots' })
    const inEmail = pathOf(id)
    site.clock.moveTo(new Date('2026-12-25T08:00:00Z'))
    const { own } = await ownPath(id)
    expect((await get(own)).body).toContain(`href="${inEmail}"`)
  })

  test.each(['%00', '%F0%9F%A4%97', 'x'.repeat(200)])(
    'does not exist for the message %s',
    async (message) => {
      await mailed({ topic: 'robots' })
      expect((await get((await ownPath(message)).own)).statusCode).toBe(404)
    },
  )

  test('is no page for another subscriber', async () => {
    const id = await mailed({ topic: 'robots' })
    await subscribeThroughSite(site, 'bob@reader.example', {
      hour: 8,
      zone: 'UTC',
      days: ['wed'],
      topic: 'robots',
    })
    const { statusCode, body } = await get((await ownPath(id, 'bob@reader.example')).own)
    expect(statusCode).toBe(410)
    expect(body).not.toContain('Robots')
  })
})

test('the page of a digest without topics shows the best papers of the day, and no others', async () => {
  const { body } = await get(pathOf(await mailed({ topic: '', max: 2, days: ['wed', 'thu'] })))
  expect(body).toContain(`<h1>${counted(2, words.emails.digest.heading.best)}</h1>`)
  expect(body).toContain(words.digestPage.whoseBest)
  expect(body).toContain(`href="/subscribe">${words.digestPage.likeThis}`)
  expect(body).not.toContain('id="more"')
})

test.each([
  ['to a message that does not exist', () => pathOf('nothing'), 410],
  ['for another purpose', () => pathOf('nothing', 'manage'), 404],
  ['without a signature', () => '/digest/abc', 404],
])('a link %s gets an error page', async (_what, path, status) =>
  expect((await get(path())).statusCode).toBe(status),
)
