import { describe, expect, test } from 'vitest'
import { openDatabase } from '../../../src/core/database/database.ts'
import type { ServiceDeps } from '../../../src/core/deps.ts'
import { silentLog } from '../../../src/core/log.ts'
import { longDate } from '../../../src/i18n/dates.ts'
import { counted, fill, words } from '../../../src/i18n/words.ts'
import { type LinkPurpose, signLink } from '../../../src/subscribers/links.ts'
import { buildServer } from '../../../src/web/server.ts'
import { GUESSED_ADDRESSES } from '../../../src/web/site/guessed-addresses.ts'
import { checksums } from '../../support/checksums.ts'
import { mailed } from '../../support/mailed-links.ts'
import { errorsOn } from '../../support/page-text.ts'
import {
  confirmToken,
  get,
  NOW,
  post,
  subscribeThroughSite,
  type TestSite,
  unsubscribeToken,
  useSite,
} from '../../support/site.ts'
import { addPapers } from '../../support/site-papers.ts'

const EMAIL = 'ann@example.com'
const CHECK_INBOX = expect.stringMatching(/^\/check-inbox\/[\w-]+$/)

const site = useSite()

const sign = (purpose: LinkPurpose, id = '1', issuedAt = NOW) =>
  signLink({ purpose, id, epoch: 0, issuedAt }, site.deps.config.APP_SECRET[0]!)

const json = (payload: object | string) =>
  site.app.inject({
    method: 'POST',
    url: '/api/subscriptions',
    headers: { 'content-type': 'application/json' },
    payload: typeof payload === 'string' ? payload : JSON.stringify(payload),
  })

describe('subscribing on the site', () => {
  test('redirects with 303 to a page whose path has no address', async () => {
    const answer = await post(site, '/subscribe', { email: EMAIL, topic: 'robots' })
    expect([answer.statusCode, answer.headers.location]).toEqual([303, CHECK_INBOX])
  })

  test('takes JSON with a text or a list of topics: 202', async () => {
    expect(
      (await json({ email: EMAIL, topic: ['robots', 'vision'], hour: 9, days: ['mon'] })).statusCode,
    ).toBe(202)
    const { request } = await site.db.signup.findFirstOrThrow()
    expect(request).toMatchObject({
      hour: 9,
      days: ['mon'],
      topics: [{ query: 'robots' }, { query: 'vision' }],
    })
  })

  test('ignores a form whose hidden field is filled in, with the same response', async () => {
    const before = await checksums(site.db)
    const answer = await post(site, '/subscribe', { email: EMAIL, website: 'https://spam.example' })
    expect([answer.statusCode, answer.headers.location]).toEqual([303, CHECK_INBOX])
    expect(await checksums(site.db)).toEqual(before)
  })

  test('leads to a page with the request, and to one with the date of the first email', async () => {
    await post(site, '/subscribe', { email: EMAIL, topic: 'robots', zone: 'Asia/Tokyo', max: 5 })
    const token = await confirmToken(site, EMAIL)
    const page = await site.app.inject({ url: `/confirm/${token}` })
    for (const part of ['a•••@example.com', 'robots', ', Tokyo', counted(5, words.requestSummary.max)]) {
      expect(page.body).toContain(part)
    }
    const pressed = await post(site, `/confirm/${token}`)
    expect(pressed.statusCode).toBe(303)
    const done = await site.app.inject({ url: pressed.headers.location as string })
    expect(done.body).toContain(words.confirmed.headings.begun)
    expect(done.body).toContain(longDate('2026-11-25'))
    const again = await post(site, `/confirm/${token}`)
    expect((await site.app.inject({ url: again.headers.location as string })).body).toContain(
      words.confirmed.headings.used,
    )
  })

  test('escapes typed text', async () => {
    const evil = '"><script>alert(1)</script>'
    const answer = await post(site, '/subscribe', { email: evil, topic: evil, zone: evil, max: evil })
    expect(answer.statusCode).toBe(422)
    expect(answer.body).not.toContain('<script>')
    expect(answer.body.match(/&lt;script&gt;/g)!.length).toBeGreaterThanOrEqual(4)
  })
})

describe('a sign-up form with a wrong field', () => {
  const WRONG: [string, object, string][] = [
    ['without an address', { email: ' ' }, 'email: address.empty'],
    ['with a malformed address', { email: 'ann' }, 'email: address.malformed'],
    ['with two addresses', { email: 'a@b.example, c@d.example' }, 'email: address.several'],
    ['with a header injection', { email: 'a@b.example\r\nBcc: c@d.example' }, 'email: address.several'],
    ['with a broken query', { email: EMAIL, topic: 'linear AND' }, 'topic: query.word-missing'],
    [
      'with too many topics',
      { email: EMAIL, topic: 'a,b,c,d,e,f,g,h,i,j,k,l,m,n,o,p,q,r,s,t,u' },
      'topic: topics.too-many',
    ],
    ['with an unknown zone', { email: EMAIL, zone: 'EST' }, 'zone: zone.unknown'],
    ['with an hour after 23', { email: EMAIL, hour: '24' }, 'hour: setting.hour'],
    ['with an unknown day', { email: EMAIL, days: 'today' }, 'days-mon: setting.days'],
    ['with too many papers', { email: EMAIL, max: '26' }, 'max: setting.max'],
    ['with an unknown format', { email: EMAIL, format: 'pdf' }, 'format: setting.format'],
  ]
  test.each(WRONG)(
    '%s: 422, the error at its field, the input kept, nothing changed',
    async (_with, fields, error) => {
      const before = await checksums(site.db)
      const { statusCode, body } = await post(site, '/subscribe', { topic: 'kept topic', ...fields })
      expect([statusCode, errorsOn(body)]).toEqual([422, [error]])
      expect(body).toContain(`<title>${fill(words.site.errorTitle, { page: '' })}`)
      const field = error.startsWith('days-') ? 'days' : error.split(':')[0]
      expect(body).toMatch(new RegExp(`aria-describedby="[^"]*${field}-error"[^>]* aria-invalid="true"`))
      if (!('topic' in fields)) expect(body).toContain('kept topic</textarea>')
      expect(await checksums(site.db)).toEqual(before)
    },
  )

  test('lists the errors of all fields at once', async () => {
    const { body } = await post(site, '/subscribe', {
      email: 'ann',
      zone: 'EST',
      hour: '99',
      topic: 'linear AND',
    })
    expect(errorsOn(body)).toEqual([
      'email: address.malformed',
      'topic: query.word-missing',
      'hour: setting.hour',
      'zone: zone.unknown',
    ])
  })

  test('as JSON: the response has the code, the sentence and the fields', async () => {
    const answer = await json({ email: 'ann', zone: 'EST' })
    expect(answer.statusCode).toBe(422)
    expect(answer.json()).toEqual({
      error: 'address.malformed',
      message: words.errors['address.malformed'],
      fields: [
        { field: 'email', error: 'address.malformed', message: expect.any(String) },
        { field: 'zone', error: 'zone.unknown', message: expect.any(String) },
      ],
    })
  })

  test('with three thousand broken topics: one error, no topic is read, and the form keeps them', async () => {
    const topic = Array.from({ length: 3000 }, (_, n) => `colour:x${n}`).join(',')
    const before = await checksums(site.db)
    const answer = await json({ email: EMAIL, topic })
    expect([answer.statusCode, answer.json().fields]).toEqual([
      422,
      [{ field: 'topic', error: 'topics.too-many', message: expect.stringContaining('3000') }],
    ])
    const page = await post(site, '/subscribe', { email: EMAIL, topic })
    expect([page.statusCode, errorsOn(page.body)]).toEqual([422, ['topic: topics.too-many']])
    expect(page.body).toContain(topic)
    expect(await checksums(site.db)).toEqual(before)
  })
})

describe('a request that is refused', () => {
  const asForm = (type: string, payload: string) =>
    site.app.inject({ method: 'POST', url: '/subscribe', headers: { 'content-type': type }, payload })
  type Refusal = [string, () => Promise<{ statusCode: number; body: string }>, number, string]

  const asJson: Refusal[] = [
    ['malformed JSON', () => json('{"email'), 400, 'request.unreadable'],
    ['JSON with an object as the address', () => json({ email: { a: 1 } }), 422, 'request.wrong-type'],
    ['a list instead of fields', () => json([]), 422, 'request.wrong-type'],
    ['10 MB of JSON', () => json({ email: 'x'.repeat(10_000_000) }), 413, 'request.too-large'],
  ]
  test.each(asJson)('%s: JSON with the code, nothing changed', async (_what, send, status, code) => {
    const before = await checksums(site.db)
    const { statusCode, body } = await send()
    expect([statusCode, JSON.parse(body).error]).toEqual([status, code])
    expect(await checksums(site.db)).toEqual(before)
  })

  const asPage: Refusal[] = [
    [
      'a form of 10 MB',
      () => post(site, '/subscribe', { email: 'x'.repeat(10_000_000) }),
      413,
      'request.too-large',
    ],
    ['a form of another content type', () => asForm('text/csv', 'a'), 400, 'request.unreadable'],
    ['an unknown confirmation link', () => get(site, '/confirm/nonsense'), 404, 'link.unknown'],
    ['the button of such a link', () => post(site, '/confirm/nonsense'), 404, 'link.unknown'],
    [
      'a confirmation link whose sign-up does not exist',
      () => post(site, `/confirm/${sign('confirm', '9')}`),
      404,
      'link.unknown',
    ],
    [
      'an expired confirmation link',
      () => post(site, `/confirm/${sign('confirm', '1', new Date('2026-11-17T12:00:00Z'))}`),
      410,
      'link.expired',
    ],
    ['a link for another purpose', () => post(site, `/confirm/${sign('manage')}`), 404, 'link.wrong-purpose'],
    [
      'a link in lower case',
      () => post(site, `/confirm/${sign('confirm').toLowerCase()}`),
      404,
      'link.lower-case',
    ],
    ['an unknown link to resubscribe', () => post(site, '/resubscribe/nonsense'), 404, 'link.unknown'],
    [
      'a link to resubscribe without a subscriber',
      () => post(site, `/resubscribe/${sign('resubscribe', 'unknown')}`),
      404,
      'link.unknown',
    ],
    ['a date that does not exist', () => get(site, '/papers/date/2026-02-30'), 404, 'date.invalid'],
    ['the year 0', () => get(site, '/papers/date/0000-01-01'), 404, 'date.invalid'],
    ['a paper name with a NUL', () => get(site, '/papers/doi:10.1000/%00'), 404, 'page.not-found'],
    ['an unknown paper', () => get(site, '/papers/9999.99999'), 404, 'page.not-found'],
    ['a path above the papers', () => get(site, '/papers/../../etc/passwd'), 404, 'page.not-found'],
    ['an unknown path', () => get(site, '/nothing'), 404, 'page.not-found'],
    ['a path that is no UTF-8', () => get(site, '/papers/%ff'), 404, 'page.not-found'],
    [
      'an unknown method',
      () => site.app.inject({ method: 'DELETE', url: '/subscribe' }),
      405,
      'request.method-not-allowed',
    ],
  ]
  test.each(asPage)('%s: a page with the code, nothing changed', async (_what, send, status, code) => {
    await subscribeThroughSite(site, EMAIL)
    const before = await checksums(site.db)
    const { statusCode, body } = await send()
    expect([statusCode, errorsOn(body)]).toEqual([status, [code]])
    expect(await checksums(site.db)).toEqual(before)
  })

  test('an expired link offers ways to a new one', async () => {
    const ended = sign('confirm', '1', new Date('2026-11-01T12:00:00Z'))
    const { statusCode, body } = await get(site, `/confirm/${ended}`)
    expect(statusCode).toBe(410)
    const main = body.slice(body.indexOf('<main'), body.indexOf('</main>'))
    expect([...main.matchAll(/<a href="([^"]*)">/g)].map(([, path]) => path)).toEqual([
      '/subscribe',
      '/manage',
      '/',
    ])
  })

  test('the 21st sign-up from one network: 429 with the wait, the input kept; other networks are not limited', async () => {
    const from = (network: number, email: string) =>
      site.app.inject({
        method: 'POST',
        url: '/subscribe',
        remoteAddress: `203.0.${network}.7`,
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        payload: `email=${email}`,
      })
    const answers = await Promise.all(Array.from({ length: 21 }, (_, n) => from(113, `a${n}@example.com`)))
    const limited = answers.filter(({ statusCode }) => statusCode === 429)
    expect(limited).toHaveLength(1)
    expect(errorsOn(limited[0]!.body)).toEqual(['rate.too-many'])
    expect(limited[0]!.body).toContain(counted(3, words.counts.minute))
    expect(limited[0]!.body).toMatch(/value="a\d+@example\.com"/)
    expect((await from(114, 'b@example.com')).statusCode).toBe(303)
  })
})

describe('behind a proxy', () => {
  const from = (app: typeof site.app, remoteAddress: string, forwarded: string, n: number) =>
    app.inject({
      method: 'POST',
      url: '/subscribe',
      remoteAddress,
      headers: { 'content-type': 'application/x-www-form-urlencoded', 'x-forwarded-for': forwarded },
      payload: `email=a${n}@example.com`,
    })
  const statuses = async (trusted: string[], proxy: string, forwarded: (n: number) => string) => {
    const app = buildServer({ ...site.deps, config: { ...site.deps.config, TRUST_PROXY: trusted } })
    site.logged.length = 0
    // In two halves: more than 40 in progress of one network are refused before any limit counts them.
    const half = (first: number) =>
      Promise.all(Array.from({ length: 31 }, (_, n) => from(app, proxy, forwarded(first + n), first + n)))
    const answers = [...(await half(0)), ...(await half(31))]
    await app.close()
    return answers.filter(({ statusCode }) => statusCode === 429).length
  }

  test('that TRUST_PROXY names, limits use the forwarded address', async () => {
    expect(await statuses(['10.0.0.0/8'], '10.0.0.1', (n) => `203.0.${n}.1`)).toBe(0)
    expect(await statuses(['10.0.0.0/8'], '10.0.0.1', (n) => `198.51.100.${n}`)).toBe(2)
    expect(site.logged.join('')).not.toContain('proxy.untrusted')
  })

  test('a client on the machine of the proxy causes no warning', async () => {
    await statuses(['10.0.0.0/8'], '10.0.0.1', () => '10.0.0.1')
    expect(site.logged.join('')).not.toContain('proxy.untrusted')
    await statuses(['10.0.0.0/8'], '192.0.2.1', () => '192.0.2.1')
    expect(site.logged.filter((line) => line.includes('proxy.untrusted'))).toHaveLength(1)
  })

  test('that TRUST_PROXY does not name, forwarded addresses are ignored, with one warning', async () => {
    expect(await statuses([], '192.0.2.1', (n) => `203.0.${n}.1`)).toBe(42)
    expect(site.logged.filter((line) => line.includes('proxy.untrusted'))).toHaveLength(1)
  })
})

describe('sign-up', () => {
  const withSettings = async (settings: object, email: string) => {
    const app = buildServer({ ...site.deps, config: { ...site.deps.config, ...settings } })
    const answer = await post({ ...site, app } as TestSite, '/subscribe', { email })
    const home = await app.inject({ url: '/' })
    const search = await app.inject({ url: '/papers?q=attention' })
    await app.close()
    return { answer, home, search }
  }

  test('that is closed has no form and refuses requests', async () => {
    const before = await checksums(site.db)
    const { answer, home } = await withSettings({ SIGNUP: 'closed' }, EMAIL)
    expect(answer.statusCode).toBe(403)
    expect(answer.body).toContain(words.form.closed)
    expect(home.body).not.toContain('action="/subscribe"')
    expect(await checksums(site.db)).toEqual(before)
  })

  test('that is closed searches nothing for its page, not even for topics in a link', async () => {
    await site.db.bucket.deleteMany()
    const app = buildServer({ ...site.deps, config: { ...site.deps.config, SIGNUP: 'closed' } })
    for (const url of ['/subscribe', '/subscribe?topic=attention'])
      expect((await app.inject({ url })).statusCode).toBe(200)
    await app.close()
    expect(await site.db.bucket.count({ where: { key: { startsWith: 'search' } } })).toBe(0)
  })

  test('ignores parameters that its form does not read', async () => {
    const { statusCode, headers } = await site.app.inject({ url: '/subscribe?utm_source=x' })
    expect([statusCode, headers.location]).toEqual([302, '/subscribe'])
    expect((await site.app.inject({ url: '/subscribe?utm_source=x&hour=9' })).statusCode).toBe(200)
  })

  test('that is closed is offered nowhere', async () => {
    await addPapers(site.db)
    const linksIn = (body: string) => body.match(/href="\/subscribe[^"]*"/g) ?? []
    const open = await withSettings({}, EMAIL)
    const closed = await withSettings({ SIGNUP: 'closed' }, EMAIL)
    for (const { body } of [open.home, open.search]) expect(linksIn(body)).not.toEqual([])
    expect([closed.home, closed.search].map(({ body }) => linksIn(body).length)).toEqual([0, 0])
  })

  test('for some domains names them to others, and compares the whole domain', async () => {
    const settings = { SIGNUP_DOMAINS: ['Example.ORG'] }
    const refused = await withSettings(settings, 'ann@evil-example.org')
    expect(errorsOn(refused.answer.body)).toEqual(['email: signup.domain'])
    expect([refused.answer.statusCode, refused.answer.body]).toEqual([
      422,
      expect.stringContaining('Example.ORG'),
    ])
    expect((await withSettings(settings, 'ann@example.org')).answer.statusCode).toBe(303)
  })
})

describe('each page', () => {
  const pages = async () => {
    await addPapers(site.db)
    await subscribeThroughSite(site, EMAIL)
    await post(site, '/subscribe', { email: 'bob@example.com', topic: 'robots' })
    const unsubscribe = await unsubscribeToken(site, EMAIL)
    const confirmed = await confirmToken(site, EMAIL)
    const asked = await confirmToken(site, 'bob@example.com')
    await subscribeThroughSite(site, 'carol@example.com')
    const gone = await post(site, `/unsubscribe/${await unsubscribeToken(site, 'carol@example.com')}`, {
      from: 'page',
    })
    const { id } = await site.db.subscriber.findFirstOrThrow({ where: { address: EMAIL } })
    const account = `/account/${sign('account', id)}`
    await post(site, `${account}/address`, { email: 'ann@new.example' })
    const move = await site.db.addressChange.findFirstOrThrow()
    await post(site, `/manage/${sign('manage', id)}`, { do: 'add-topic', topic: 'attention' })
    const topic = await site.db.topic.findFirstOrThrow({ where: { subscriberId: id } })
    // Selects its papers, so that it has a page.
    await mailed(site, 'welcome', EMAIL)
    const welcome = await site.db.message.findFirstOrThrow({ where: { kind: 'welcome', subscriberId: id } })
    return [
      '/manage',
      '/manage/sent',
      `/manage/${sign('manage', id)}`,
      `/manage/${sign('manage', id)}/account`,
      `/manage/${sign('manage', id)}/topics.txt`,
      `/manage/${sign('manage', id)}/topics/${topic.id}?paper=1&query=attention+-survey`,
      account,
      `${account}/address`,
      `${account}/erase`,
      `${account}/export.json`,
      `/move/${sign('move', String(move.id))}`,
      `/digest/${sign('digest', welcome.id)}`,
      `/manage/${sign('manage', id)}/digest/${welcome.id}`,
      `/unsubscribe/${unsubscribe}/changed`,
      '/',
      '/papers',
      '/feed.xml',
      '/feed.json',
      '/sitemap.xml',
      '/sitemap-days.xml',
      '/sitemap-papers-1.xml',
      '/opensearch.xml',
      '/favicon.ico',
      '/papers/date/2026-11-24',
      '/papers/date/2026-11-22',
      '/papers/date',
      '/papers/week',
      '/papers/week/2026-W48',
      '/papers/month',
      '/papers/month/2026-11',
      '/papers/trending',
      '/papers/2507.06457',
      '/papers/2507.06457.bib',
      '/papers/hep-th/9901001',
      '/papers/doi:10.1000/182',
      '/papers/id:2',
      '/subscribe',
      '/preview',
      '/check-inbox/nonsense',
      '/check-inbox/nonsense/change',
      '/subscribe/when',
      `/confirm/${asked}`,
      `/confirm/${asked}/done`,
      `/confirm/${confirmed}`,
      `/confirm/${confirmed}/done`,
      `/unsubscribe/${unsubscribe}`,
      '/unsubscribe/nonsense',
      gone.headers.location as string,
      '/privacy',
      '/about',
      ...GUESSED_ADDRESSES,
      '/manifest.webmanifest',
      '/apple-touch-icon.png',
      '/apple-touch-icon-precomposed.png',
      '/og/site.png',
      '/og/papers/date/2026-11-24.png',
      '/og/papers/2507.06457.png',
      '/og/topics/nonsense.png',
      '/live',
      '/ready',
      '/robots.txt',
      '/.well-known/security.txt',
      '/metrics',
      '/status',
      '/openapi.json',
      '/api/papers',
      '/api/papers/2507.06457',
      '/api/source-days',
      '/nothing',
      '/confirm/nonsense',
    ]
  }

  test('changes nothing, also with HEAD', async () => {
    const urls = await pages()
    const before = await checksums(site.db)
    for (const url of urls) {
      for (const method of ['GET', 'HEAD'] as const) {
        const { statusCode } = await site.app.inject({ method, url })
        expect([method, url, statusCode]).toEqual([method, url, statusFor(url)])
      }
    }
    expect(await checksums(site.db)).toEqual(before)
  })

  const statusFor = (url: string): number => {
    const missing = [
      '/nothing',
      '/og/topics/nonsense.png',
      '/confirm/nonsense',
      '/unsubscribe/nonsense',
      '/.well-known/security.txt',
    ]
    if (missing.includes(url)) return 404
    if (/^\/apple-touch-icon|^\/favicon\.ico$|^\/papers\/month$/.test(url)) return 302
    if (GUESSED_ADDRESSES.includes(url)) return 301
    // Nothing was chosen instead of the end; a preview takes the form; a token that ended leads to an empty form.
    if (/\/changed?$/.test(url) || url === '/preview') return 303
    return url.endsWith('/done') && url.startsWith('/confirm/') ? expect.toBeOneOf([200, 303]) : 200
  }

  const patternsOf = async (deps: ServiceDeps): Promise<string[]> => {
    const app = buildServer(deps)
    const patterns: string[] = []
    app.addHook('onRoute', ({ method, url }) => {
      if ([method].flat().includes('GET') && !url.startsWith('/assets/')) patterns.push(url)
    })
    await app.ready()
    await app.close()
    return patterns
  }

  test('of the core is in the list above', async () => {
    const patterns = await patternsOf({ ...site.deps, features: [] })
    const urls = await pages()
    const matching = (pattern: string) =>
      new RegExp(`^${pattern.replace(/:\w+/g, '[^/]+').replace('*', '.+')}$`)
    expect(patterns.length).toBeGreaterThan(10)
    expect(patterns.filter((pattern) => !urls.some((url) => matching(pattern).test(url)))).toEqual([])
  })

  test('of a feature changes nothing; its own tests try those with a token', async () => {
    // Of rate limits.
    const tables = async () => ({ ...(await checksums(site.db)), bucket: null })
    const before = await tables()
    for (const pattern of await patternsOf(site.deps)) {
      const url = pattern.replace(/:\w+|\*/g, 'nonsense')
      for (const method of ['GET', 'HEAD'] as const) {
        const { statusCode } = await site.app.inject({ method, url })
        expect([method, url, statusCode]).toEqual([method, url, expect.toSatisfy((code) => code < 500)])
      }
    }
    expect(await tables()).toEqual(before)
  })

  test('has security headers, and no cookie', async () => {
    for (const url of await pages()) {
      const { headers, body } = await site.app.inject({ url })
      const scripts = body.includes('<script') ? ";script-src 'self';connect-src 'self'" : ''
      expect(headers).toMatchObject({
        'content-security-policy': `default-src 'none';style-src 'self';img-src 'self';manifest-src 'self';form-action 'self';base-uri 'none';frame-ancestors 'none'${scripts}`,
        'referrer-policy': 'same-origin',
        'x-content-type-options': 'nosniff',
      })
      expect(headers).not.toHaveProperty('set-cookie')
      expect(headers).not.toHaveProperty('strict-transport-security')
      const isTokenPage =
        /^\/(check-inbox|confirm|unsubscribe|resubscribe|manage|account|move|digest)\/(?!sent)/.test(url)
      expect([url, headers['cache-control']]).toEqual([
        url,
        isTokenPage ? 'no-store' : expect.not.stringContaining('no-store'),
      ])
      if (isTokenPage) expect(headers['x-robots-tag']).toBe('noindex')
    }
  })

  test('has HSTS over https', async () => {
    const app = buildServer({
      ...site.deps,
      config: { ...site.deps.config, BASE_URL: 'https://papers.example' },
    })
    expect((await app.inject({ url: '/live' })).headers['strict-transport-security']).toContain('max-age=')
    await app.close()
  })
})

test('a known and an unknown address get the same response', async () => {
  await subscribeThroughSite(site, EMAIL)
  await post(site, '/subscribe', { email: 'pending@example.com' })
  const { deps } = site
  await deps.db.suppression.create({ data: { addressHash: 'x', reason: 'complaint', at: NOW } })
  const seen = async (email: string) => {
    const { statusCode, body, headers } = await post(site, '/subscribe', { email, topic: 'robots' })
    const { date: _, location, ...others } = headers
    const path = location as string
    const page = (await get(site, path)).body.replaceAll(email, '').replaceAll(path, '')
    return { statusCode, body, headers: others, page }
  }
  const unknown = await seen('unknown@example.com')
  expect(await seen(EMAIL)).toEqual(unknown)
  expect(await seen('pending@example.com')).toEqual(unknown)
  expect(await seen('pending@example.com')).toEqual(unknown)
})

test('no log line of a visit contains an address or a token', async () => {
  const email = 'canary-7f3a@leak.example'
  site.logged.length = 0
  await subscribeThroughSite(site, email, { topic: 'robots' })
  const token = await unsubscribeToken(site, email)
  const confirmed = await confirmToken(site, email)
  await site.app.inject({ url: `/unsubscribe/${token}?email=${email}` })
  const pressed = await post(site, `/unsubscribe/${token}`, { from: 'page' })
  const undo = pressed.headers.location as string
  await post(site, undo)
  await post(site, '/subscribe', { email: `${email}, x@leak.example` })
  await site.db.$executeRawUnsafe(
    `alter table consent add constraint refused check (event <> 'unsubscribed') not valid`,
  )
  const failed = await post(site, `/unsubscribe/${token}`, { from: 'page' })
  await site.db.$executeRawUnsafe(`alter table consent drop constraint refused`)
  expect(failed.statusCode).toBe(500)
  const [, reference] = /<code>([\w-]{8})<\/code>/.exec(failed.body) ?? []
  const ofRequest = site.logged.map((line) => JSON.parse(line)).filter(({ reqId }) => reqId === reference)
  expect(ofRequest).toMatchObject([
    { event: 'request.failed', route: '/unsubscribe/[token]', reference },
    { event: 'request.done', route: '/unsubscribe/[token]', status: 500 },
  ])
  const all = site.logged.map((line) => JSON.parse(line))
  const { reqId } = all.find(({ event }) => event === 'subscriber.unsubscribed')
  expect(all.filter((line) => line.reqId === reqId).map(({ event }) => event)).toEqual([
    'subscriber.unsubscribed',
    'request.done',
  ])
  const ids = site.logged.map((line) => JSON.parse(line)).filter(({ event }) => event === 'request.done')
  expect(new Set(ids.map(({ reqId }) => reqId)).size).toBe(ids.length)
  const text = site.logged.join('')
  for (const event of ['request.done', 'request.failed', 'subscriber.asked', 'subscriber.unsubscribed']) {
    expect(text).toContain(event)
  }
  expect(text).toContain('/unsubscribe/[token]')
  expect(text).not.toMatch(/canary|leak\.example/)
  for (const secret of [token, confirmed, undo.split('/').at(-1)!]) expect(text).not.toContain(secret)
})

test('a forged unsubscribe token is logged once, without the token', async () => {
  for (const fields of [{ 'List-Unsubscribe': 'One-Click' }, { from: 'page' }]) {
    site.logged.length = 0
    await post(site, '/unsubscribe/forged-7f3a', fields)
    const lines = site.logged.map((line) => JSON.parse(line))
    expect(lines.map(({ level, event }) => `${level} ${event}`)).toEqual([
      'warn unsubscribe.refused',
      'info request.done',
    ])
    expect(site.logged.join('')).not.toContain('7f3a')
  }
})

describe('readiness', () => {
  test('is ready with a database that accepts writes, migrations and DKIM signing', async () => {
    const answer = await site.app.inject({ url: '/ready' })
    expect([answer.statusCode, answer.json()]).toEqual([
      200,
      { status: 'ready', database: true, migrations: true, writes: true, mailSigning: true, worker: true },
    ])
  })

  test('is not ready while the database is read-only, like a standby', async () => {
    const readOnly = new URL(site.deps.databaseUrl)
    readOnly.searchParams.set('options', '-c default_transaction_read_only=on')
    const standby = openDatabase(readOnly.href, silentLog)
    const app = buildServer({ ...site.deps, db: standby.db })
    const ready = await app.inject({ url: '/ready' })
    expect([ready.statusCode, ready.json()]).toEqual([
      503,
      {
        status: 'not ready',
        database: true,
        migrations: true,
        writes: false,
        mailSigning: true,
        worker: true,
      },
    ])
    await app.close()
    await standby.close()
  })

  test('is not ready without any of them, while the process is alive', async () => {
    const nowhere = openDatabase('postgresql://postgres@127.0.0.1:1/none', silentLog)
    const app = buildServer({ ...site.deps, db: nowhere.db })
    const ready = await app.inject({ url: '/ready' })
    expect([ready.statusCode, ready.json()]).toEqual([
      503,
      {
        status: 'not ready',
        database: false,
        migrations: false,
        writes: false,
        mailSigning: true,
        worker: true,
      },
    ])
    expect((await app.inject({ url: '/live' })).statusCode).toBe(200)
    const page = await app.inject({ url: '/' })
    expect([page.statusCode, page.body]).toEqual([503, expect.stringContaining(words.fault.headings[503])])
    await app.close()
    await nowhere.close()
    const config = {
      ...site.deps.config,
      DKIM_DOMAIN: 'papers.example',
      DKIM_SELECTOR: 's1',
      DKIM_KEY_FILE: '/nowhere',
    }
    const unsigned = buildServer({ ...site.deps, config })
    expect((await unsigned.inject({ url: '/ready' })).statusCode).toBe(503)
    await unsigned.close()
  })
})
