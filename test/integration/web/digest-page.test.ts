import { beforeEach, describe, expect, test } from 'vitest'
import { eraseSubscriber } from '../../../src/account/erase-subscriber.ts'
import { planDigests } from '../../../src/digests/plan-digests.ts'
import { recordListings } from '../../../src/papers/listing.repo.ts'
import { type LinkPurpose, signLink } from '../../../src/subscribers/links.ts'
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

  test('shows the papers as they were mailed, and those beyond the cap', async () => {
    const { statusCode, body } = await get(pathOf(id))
    expect(statusCode).toBe(200)
    expect(body).toContain('>Wednesday 25 November 2026</time></p> <h1>2 new papers this week</h1>')
    expect(body).toContain('Best match first.')
    expect(body).toMatch(/<h2>Robots <span[^>]*>2<\/span><\/h2>/)
    expect(body.match(/<h3><a href="[^"]+">/g)).toHaveLength(2)
    expect(body).toContain('<mark>Robots</mark>')
    expect(body).not.toContain('class="why"')
    expect(body).toContain('A study of <mark>robots</mark>.')
    expect(body).toContain('<h2>2 more papers</h2>')
    expect(body.match(/<li><a href="\/papers\//g)).toHaveLength(2)
    expect(body).not.toContain('<b>run')
  })

  test('may be passed on: no address, no link of its reader’s own, not for search engines, not kept', async () => {
    const { body, headers } = await get(pathOf(id))
    expect(body).not.toMatch(/ann|reader\.example|\/manage\/|\/unsubscribe/)
    expect(body).toContain('<a href="/subscribe?topic=robots">Get digests like this</a>')
    expect(body).not.toContain('Edit topic')
    expect(body).toContain('<meta name="robots" content="noindex">')
    expect(headers).toMatchObject({ 'cache-control': 'no-store', 'x-robots-tag': 'noindex' })
  })

  test('stays when the subscription ends, and goes when its reader is erased', async () => {
    await site.db.subscriber.updateMany({ data: { state: 'unsubscribed', epoch: 7 } })
    expect((await get(pathOf(id))).statusCode).toBe(200)
    await eraseSubscriber(site.deps, { email: EMAIL })
    const { statusCode, body, headers } = await get(pathOf(id))
    expect(statusCode).toBe(410)
    expect(body).toContain('<h1>This digest is no longer available</h1>')
    expect(body).not.toContain('Robots')
    expect(headers['cache-control']).toBe('no-store')
  })

  test('a welcome too', async () => {
    const { content } = await site.db.digest.findFirstOrThrow()
    await site.db.message.create({
      data: {
        id: 'welcome1',
        kind: 'welcome',
        dedupe: 'x',
        subscriber: { connect: { addressKey: EMAIL } },
        batch: { create: { lane: 'transactional', notBefore: NOW } },
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
    expect(body).toContain('Best match first.')
  })
})

test('the best of a day, with all the others on its page', async () => {
  const { body } = await get(pathOf(await mailed({ topic: '', max: 2, days: ['wed', 'thu'] })))
  expect(body).toContain('<h1>The 2 best papers of the day</h1>')
  expect(body).toContain('The papers with most votes, as one reader gets them.')
  expect(body).toContain('href="/subscribe">Get digests like this')
  expect(body).not.toContain('id="more"')
})

test.each([
  ['of a message that is gone', () => pathOf('nothing'), 410],
  ['of another kind', () => pathOf('nothing', 'manage'), 404],
  ['that nobody signed', () => '/digest/abc', 404],
])('a link %s', async (_what, path, status) => expect((await get(path())).statusCode).toBe(status))
