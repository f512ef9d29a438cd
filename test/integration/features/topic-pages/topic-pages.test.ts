import { beforeEach, describe, expect, test } from 'vitest'
import { addSubscriber } from '../../../../src/account/signup/add-subscriber.ts'
import { readConfig } from '../../../../src/config/config.ts'
import { idOfPage } from '../../../../src/features/topic-pages/topic-page.ts'
import { fill, words } from '../../../../src/i18n/words.ts'
import { signLink } from '../../../../src/subscribers/links.ts'
import { buildServer } from '../../../../src/web/server.ts'
import { get, NOW, post, textOf, useSite } from '../../../support/site.ts'
import { addPapers } from '../../../support/site-papers.ts'

const BASE_URL = 'https://papers.example'
const OLD_SECRET = 'an older secret of this site with enough bytes'
const SECRET = 'the secret of this site with more than enough bytes'
const site = useSite({ BASE_URL, APP_SECRET: `${SECRET},${OLD_SECRET}`, TRUST_PROXY: '127.0.0.1' })
const from = (ip: string) => ({ 'x-forwarded-for': ip })

beforeEach(() => addPapers(site.db))

/** The same site with a closed sign-up. */
function closedSite() {
  const config = readConfig({ BASE_URL, APP_SECRET: SECRET, SIGNUP: 'closed' }, site.deps.features)
  const deps = { ...site.deps, config }
  return { ...site, deps, app: buildServer(deps) }
}

/** Shares topics, and returns the path of their page. */
async function share(topic: string | string[], name = ''): Promise<string> {
  const { statusCode, headers } = await post(site, '/topics', { topic, name })
  expect(statusCode).toBe(303)
  return headers.location as string
}

describe('a page of topics', () => {
  test('shows the newest papers of each with the reason and the day, and leads to feeds and the form', async () => {
    const path = await share(['author:"Dustin Wang"', '"strings and branes"'], 'Reading list of Lab 4')
    const { statusCode, body, headers } = await get(site, path)
    expect(statusCode).toBe(200)
    expect(textOf(body)).toContain('Reading list of Lab 4')
    expect(body.match(/<h2 id="topic-\d">[^<]*/g)).toEqual([
      '<h2 id="topic-1">By Dustin Wang',
      '<h2 id="topic-2">Strings and branes',
    ])
    expect(body.match(/<h3><a href="[^"]*"/g)).toEqual([
      '<h3><a href="/papers/2507.06457"',
      '<h3><a href="/papers/hep-th/9901001"',
    ])
    expect(textOf(body)).toContain('24 November 2026')
    expect(body).toContain('class="why"')
    for (const link of [
      '/feed.xml?q=author:%22Dustin+Wang%22',
      '/feed.json?q=%22strings+and+branes%22',
      '/subscribe?topic=author:%22Dustin+Wang%22&amp;topic=%22strings+and+branes%22',
    ])
      expect(body).toContain(`href="${link}"`)
    expect(body).toContain('<meta name="robots" content="noindex">')
    expect(headers['cache-control']).toBe('public, max-age=60')
  })

  test('is one page, however often the same topics are shared', async () => {
    const path = await share('linear attention')
    expect(path).toMatch(/^\/topics\/[0-9a-f]{20}$/)
    expect(await share(' linear  attention ')).toBe(path)
    expect(await share('linear attention', 'Group')).not.toBe(path)
    expect(await site.db.topicPage.count()).toBe(2)
  })

  test('stays when the secret is rotated, and cannot be computed without one', async () => {
    const page = { name: '', topics: [{ name: 'rag', query: 'rag' }] }
    const id = idOfPage(page, OLD_SECRET)
    await site.db.topicPage.create({ data: { id, ...page, at: NOW } })
    expect(await share('rag')).toBe(`/topics/${id}`)
    expect(idOfPage(page, SECRET)).not.toBe(id)
  })

  test('does not exist under another address, and a GET makes none', async () => {
    expect((await get(site, '/topics/00000000000000000000')).statusCode).toBe(404)
    expect((await get(site, '/topics?topic=rag')).statusCode).toBe(200)
    expect(await site.db.topicPage.count()).toBe(0)
  })

  test('still opens if one of its queries cannot be read any more', async () => {
    const topics = [
      { name: 'old:x', query: 'old:x' },
      { name: 'linear attention', query: 'linear attention' },
    ]
    await site.db.topicPage.create({ data: { id: 'a'.repeat(20), name: '', topics, at: NOW } })
    const { statusCode, body } = await get(site, `/topics/${'a'.repeat(20)}`)
    expect(statusCode).toBe(200)
    expect(textOf(body)).toContain(words.requestSummary.unreadable)
    expect(body).toContain('/papers/2507.06457')
  })

  test('has the picture of its search, and no offer to subscribe where sign-up is closed', async () => {
    const path = await share('linear attention')
    const image = (html: string) => /og:image" content="([^"]*)"/.exec(html)?.[1]
    const search = (await get(site, '/papers?q=linear+attention')).body
    expect(image((await get(site, path)).body)).toBe(image(search))
    const closed = closedSite()
    expect((await get(closed, path)).body).not.toContain('/subscribe?topic')
    expect((await get(closed, `${path}?embed`)).body).not.toContain('/subscribe?topic')
    await closed.app.close()
  })
})

describe('in a frame', () => {
  test('only ?embed may be shown by other sites, and it has no form, script or cookie', async () => {
    const path = await share('linear attention')
    const page = await get(site, path)
    expect(page.headers['content-security-policy']).toContain("frame-ancestors 'none'")
    expect(page.headers['x-frame-options']).toBe('SAMEORIGIN')
    // The second comes from the cache of pages.
    for (const _ of [1, 2]) {
      const { body, headers } = await get(site, `${path}?embed`)
      expect(headers['content-security-policy']).toMatch(/default-src 'none'.*frame-ancestors \*$/)
      expect(headers['x-frame-options']).toBeUndefined()
      expect(headers['cross-origin-resource-policy']).toBe('cross-origin')
      expect(headers['set-cookie']).toBeUndefined()
      expect(body).not.toMatch(/<(?:script|form|button|input|iframe|img)\b/)
      expect(body).toContain('href="/papers/2507.06457"')
    }
    expect((await get(site, path)).headers['content-security-policy']).toContain("frame-ancestors 'none'")
    expect((await get(site, `${path.slice(0, -1)}?embed`)).headers['x-frame-options']).toBe('SAMEORIGIN')
  })

  test('its code holds the address and the name, as HTML that a name cannot leave', async () => {
    const { body } = await get(site, await share('rag', `"><script>alert('1')</script>`))
    const code = /<pre id="embed-code"[^>]*>([^<]*)<\/pre>/.exec(body)![1]!
    const pasted = code.replace(/&(lt|gt|quot|#39|amp);/g, (_, name: string) => DECODED[name]!)
    expect(pasted).toMatch(
      /^<iframe src="https:\/\/papers\.example\/topics\/[0-9a-f]{20}\?embed" title="&quot;&gt;&lt;script&gt;[^<>"]*" [^<>]*><\/iframe>$/,
    )
    expect(body).not.toContain('<script>alert')
  })
})

const DECODED: Record<string, string> = { lt: '<', gt: '>', quot: '"', '#39': "'", amp: '&' }

describe('the form', () => {
  test.each([
    ['', '', ['topic.none']],
    ['linear AND', 'see example.org', ['query.word-missing', 'topic-pages.address-in-name']],
    ['rag', 'Visit papers-example.com now', ['topic-pages.address-in-name']],
    ['rag', 'write to ann@lab', ['topic-pages.address-in-name']],
    ['rag', 'https://x', ['topic-pages.address-in-name']],
    ['rag', 'Log in at EVIL.EXAMPLE', ['topic-pages.address-in-name']],
    ['rag', 'Log in at evil\uFF0Eexample', ['topic-pages.address-in-name']],
    ['"log in at evil.example"', '', ['topic-pages.address-in-topic']],
    ['rag\n"write to ann@lab"', 'Group', ['topic-pages.address-in-topic']],
    ['rag', 'x'.repeat(61), ['topic-pages.long-name']],
    [Array.from({ length: 21 }, (_, n) => `topic ${n}`).join('\n'), '', ['topics.too-many']],
  ])('keeps what was typed, and says what is wrong: %j, %j', async (topic, name, codes) => {
    const { statusCode, body } = await post(site, '/topics', { topic, name })
    expect(statusCode).toBe(422)
    expect([...body.matchAll(/data-code="([^"]*)"/g)].map(([, code]) => code)).toEqual(codes)
    expect(textOf(body)).toContain(topic.split('\n').at(-1)!)
    expect(body).toContain(`value="${name}"`)
    expect(await site.db.topicPage.count()).toBe(0)
  })

  test('takes a name with a category, on one line, without invisible characters', async () => {
    await share('rag', ' New in\ncs.CL \u202Eand\u200B cs.LG ')
    expect((await site.db.topicPage.findFirstOrThrow()).name).toBe('New in cs.CL and cs.LG')
  })

  test('takes topics with categories, authors and measures', async () => {
    const topics = [
      'cat:physics.optics lasers',
      'author:"J.Smith"',
      '"recall@10"',
      'pass@k',
      'cs.CL',
      '2507.06457',
    ]
    await share(topics, 'New in physics.optics')
    expect(await site.db.topicPage.count()).toBe(1)
  })

  test('is reached from a search that a topic can express, with its query', async () => {
    const { body } = await get(site, '/papers?q=attention&cat=cs.CL')
    const link = /href="(\/topics\?topic=[^"]*)"/.exec(body)![1]!
    expect((await get(site, link)).body).toContain('>attention cat:cs.CL</textarea>')
    expect((await get(site, '/papers?q=paper:2507.06457')).body).not.toContain('/topics?topic')
  })

  test('is refused after twenty pages an hour from one network, and after a hundred from all', async () => {
    const shareFrom = (ip: string, topic: string) =>
      site.app.inject({
        method: 'POST',
        url: '/topics',
        headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'text/html', ...from(ip) },
        payload: new URLSearchParams({ topic }).toString(),
      })
    for (let n = 0; n < 20; n++) expect((await shareFrom('203.0.113.1', `rag ${n}`)).statusCode).toBe(303)
    const refused = await shareFrom('203.0.113.1', 'robots')
    expect([refused.statusCode, refused.headers['retry-after']]).toEqual([429, expect.anything()])
    expect(refused.body).toContain('>robots</textarea>')

    for (let n = 0; n < 80; n++)
      expect((await shareFrom(`198.51.${n}.1`, `vision ${n}`)).statusCode).toBe(303)
    expect((await shareFrom('192.0.2.1', 'robots')).statusCode).toBe(429)
    // A page that exists needs no room.
    expect((await shareFrom('192.0.2.1', 'vision 1')).statusCode).toBe(303)
    expect(await site.db.topicPage.count()).toBe(100)
  })
})

describe('a subscriber', () => {
  const EMAIL = 'ann@example.com'

  async function managePath(): Promise<string> {
    const topics = ['linear attention', 'rag', 'robots']
    await addSubscriber(site.deps, { email: EMAIL, topics, consent: 'on paper' })
    const { id, epoch } = await site.db.subscriber.findFirstOrThrow({ where: { address: EMAIL } })
    return `/manage/${signLink({ purpose: 'manage', id, epoch, issuedAt: NOW }, SECRET)}`
  }

  test('shares topics under their own names, and the page has nothing else of them', async () => {
    const path = await managePath()
    expect(textOf((await get(site, path)).body)).toContain(words.topicPages.manage.heading)
    const [first, , third] = await site.db.topic.findMany({ orderBy: { position: 'asc' } })
    await site.db.topic.update({ where: { id: first!.id }, data: { name: 'Fast attention' } })
    const { statusCode, headers } = await post(site, `${path}/share`, { topic: [first!.id, third!.id] })
    expect([statusCode, headers.location]).toEqual([303, expect.stringMatching(/^\/topics\/[0-9a-f]{20}$/)])
    const { topics } = await site.db.topicPage.findFirstOrThrow()
    expect(topics).toEqual([
      { name: 'Fast attention', query: 'linear attention' },
      { name: 'robots', query: 'robots' },
    ])
    const { body } = await get(site, headers.location as string)
    expect(textOf(body)).toContain('Fast attention and Robots')
    expect(body).not.toMatch(/\/manage\/\w|ann@|example\.com/)
  })

  test('shares topics also where sign-up is closed, and no one else does', async () => {
    const path = await managePath()
    const { id } = await site.db.topic.findFirstOrThrow({ where: { name: 'rag' } })
    const closed = closedSite()
    const { headers } = await post(closed, `${path}/share`, { topic: id })
    const page = await get(closed, headers.location as string)
    expect([page.statusCode, page.body.includes('href="/topics"')]).toEqual([200, false])
    expect((await get(closed, '/topics')).statusCode).toBe(404)
    expect((await get(closed, '/papers?q=attention')).body).not.toContain('/topics?topic')
    const refused = await post(closed, '/topics', { topic: 'robots', name: '' })
    expect(refused.statusCode).toBe(403)
    expect(textOf(refused.body)).toContain(words.errors['signup.closed'])
    expect(await site.db.topicPage.count()).toBe(1)
    await closed.app.close()
  })

  test('cannot share a topic under an address', async () => {
    const path = await managePath()
    const { id } = await site.db.topic.findFirstOrThrow({ where: { name: 'rag' } })
    await site.db.topic.update({ where: { id }, data: { name: 'Log in at evil.example' } })
    const { statusCode, body } = await post(site, `${path}/share`, { topic: id })
    expect(statusCode).toBe(422)
    expect(textOf(body)).toContain(fill(words.errors['topic-pages.address-in-topic'], { topic: 1 }))
    expect(await site.db.topicPage.count()).toBe(0)
  })

  test('cannot share topics of someone else, and shares nothing with a wrong link or by a GET', async () => {
    const path = await managePath()
    await addSubscriber(site.deps, { email: 'bob@example.com', topics: ['diffusion'], consent: 'on paper' })
    const bobs = await site.db.topic.findFirstOrThrow({ where: { name: 'diffusion' } })
    const { headers } = await post(site, `${path}/share`, { topic: [String(bobs.id), 'x', '1e99'] })
    expect(headers.location).toBe(`${path}#share`)
    expect((await post(site, '/manage/nonsense/share', { topic: '1' })).statusCode).toBe(404)
    expect((await get(site, `${path}/share`)).statusCode).toBe(405)
    expect(await site.db.topicPage.count()).toBe(0)
  })
})

test('the privacy page says that such pages are public', async () => {
  expect(textOf((await get(site, '/privacy')).body)).toContain(words.topicPages.privacy)
})
