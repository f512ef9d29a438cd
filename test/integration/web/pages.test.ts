import { describe, expect, test } from 'vitest'
import { openDatabase } from '../../../src/core/database/database.ts'
import { silentLog } from '../../../src/core/log.ts'
import { type LinkPurpose, signLink } from '../../../src/subscribers/links.ts'
import { buildServer } from '../../../src/web/server.ts'
import { checksums } from '../../support/checksums.ts'
import { mailed } from '../../support/mailed-links.ts'
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
  test('the form redirects with 303 to a page whose path has no address', async () => {
    const answer = await post(site, '/subscribe', { email: EMAIL, topic: 'robots' })
    expect([answer.statusCode, answer.headers.location]).toEqual([303, CHECK_INBOX])
  })

  test('JSON gets 202, with a text or a list of topics', async () => {
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

  test('a program that fills in the hidden field gets the same response, and nothing happens', async () => {
    const before = await checksums(site.db)
    const answer = await post(site, '/subscribe', { email: EMAIL, website: 'https://spam.example' })
    expect([answer.statusCode, answer.headers.location]).toEqual([303, CHECK_INBOX])
    expect(await checksums(site.db)).toEqual(before)
  })

  test('the page behind the link repeats the request, and its button says when the first email comes', async () => {
    await post(site, '/subscribe', { email: EMAIL, topic: 'robots', zone: 'Asia/Tokyo', max: 5 })
    const token = await confirmToken(site, EMAIL)
    const page = await site.app.inject({ url: `/confirm/${token}` })
    for (const part of [
      'a•••@example.com',
      'robots',
      'Monday to Friday at 08:00, Asia/Tokyo',
      'Up to 5 papers',
    ]) {
      expect(page.body).toContain(part)
    }
    const pressed = await post(site, `/confirm/${token}`)
    expect(pressed.statusCode).toBe(303)
    const done = await site.app.inject({ url: pressed.headers.location as string })
    expect(done.body).toContain('You’re subscribed')
    expect(done.body).toContain('Wednesday 25 November 2026 at 08:00 (Asia/Tokyo)')
    const again = await post(site, `/confirm/${token}`)
    expect((await site.app.inject({ url: again.headers.location as string })).body).toContain(
      'Already confirmed',
    )
  })

  test('typed text is always escaped', async () => {
    const evil = '"><script>alert(1)</script>'
    const answer = await post(site, '/subscribe', { email: evil, topic: evil, zone: evil, max: evil })
    expect(answer.statusCode).toBe(422)
    expect(answer.body).not.toContain('<script>')
    expect(answer.body.match(/&lt;script&gt;/g)!.length).toBeGreaterThanOrEqual(4)
  })
})

describe('bad input gets a sentence, is kept, and changes nothing', () => {
  const onForm: [string, object, number, string, string][] = [
    ['no address', { email: ' ' }, 422, 'email', 'Enter your email address.'],
    [
      'a malformed address',
      { email: 'ann' },
      422,
      'email',
      'Enter one email address in the form name@example.com.',
    ],
    [
      'two addresses',
      { email: 'a@b.example, c@d.example' },
      422,
      'email',
      'Enter only one email address, in the form name@example.com.',
    ],
    [
      'a header injection',
      { email: 'a@b.example\r\nBcc: c@d.example' },
      422,
      'email',
      'Enter only one email address, in the form name@example.com.',
    ],
    ['a broken query', { email: EMAIL, topic: 'linear AND' }, 422, 'topic', 'AND'],
    [
      'too many topics',
      { email: EMAIL, topic: 'a,b,c,d,e,f,g,h,i,j,k,l,m,n,o,p,q,r,s,t,u' },
      422,
      'topic',
      'That’s 21 topics',
    ],
    [
      'an unknown zone',
      { email: EMAIL, zone: 'EST' },
      422,
      'zone',
      'We don’t recognise the time zone “EST”.',
    ],
    ['an hour that is none', { email: EMAIL, hour: '24' }, 422, 'hour', 'Choose an hour from 0 to 23.'],
    [
      'a day that is none',
      { email: EMAIL, days: 'today' },
      422,
      'days',
      '“today” isn’t a day of the week. Choose from',
    ],
    ['too many papers', { email: EMAIL, max: '26' }, 422, 'max', 'from 1 to 25'],
    ['a format that is none', { email: EMAIL, format: 'pdf' }, 422, 'format', 'Choose html or text.'],
  ]
  test.each(onForm)('%s', async (_what, fields, status, field, sentence) => {
    const before = await checksums(site.db)
    const answer = await post(site, '/subscribe', { topic: 'kept topic', ...fields })
    expect(answer.statusCode).toBe(status)
    expect(answer.body).toContain('<title>Error: ')
    expect(answer.body).toContain('There is a problem')
    expect(answer.body).toContain(sentence)
    expect(answer.body).toMatch(new RegExp(`aria-describedby="[^"]*${field}-error"[^>]* aria-invalid="true"`))
    if (!('topic' in fields)) expect(answer.body).toContain('kept topic</textarea>')
    expect(await checksums(site.db)).toEqual(before)
  })

  test('every fault of a form at once', async () => {
    const answer = await post(site, '/subscribe', {
      email: 'ann',
      zone: 'EST',
      hour: '99',
      topic: 'linear AND',
    })
    expect(answer.body.match(/class="error-link"/g)).toHaveLength(4)
  })

  test('JSON gets the code, the sentence and the fields', async () => {
    const answer = await json({ email: 'ann', zone: 'EST' })
    expect(answer.statusCode).toBe(422)
    expect(answer.json()).toEqual({
      error: 'address.malformed',
      message: 'Enter one email address in the form name@example.com.',
      fields: [
        { field: 'email', error: 'address.malformed', message: expect.any(String) },
        { field: 'zone', error: 'zone.unknown', message: expect.any(String) },
      ],
    })
  })

  test('three thousand broken topics: one fault, none of them read; the form keeps them', async () => {
    const topic = Array.from({ length: 3000 }, (_, n) => `colour:x${n}`).join(',')
    const before = await checksums(site.db)
    const answer = await json({ email: EMAIL, topic })
    expect([answer.statusCode, answer.json().fields]).toEqual([
      422,
      [{ field: 'topic', error: 'topics.too-many', message: expect.stringContaining('3000 topics') }],
    ])
    const page = await post(site, '/subscribe', { email: EMAIL, topic })
    expect([page.statusCode, page.body.match(/class="error-link"/g)?.length]).toEqual([422, 1])
    expect(page.body).toContain(topic)
    expect(await checksums(site.db)).toEqual(before)
  })

  const elsewhere: [string, () => Promise<{ statusCode: number; body: string }>, number, string][] = [
    ['JSON that is none', () => json('{"email'), 400, 'request.unreadable'],
    ['JSON of another shape', () => json({ email: { a: 1 } }), 422, 'request.wrong-type'],
    ['a list instead of fields', () => json([]), 422, 'request.wrong-type'],
    ['10 MB of JSON', () => json({ email: 'x'.repeat(10_000_000) }), 413, 'request.too-large'],
    [
      'a 10 MB form',
      () => post(site, '/subscribe', { email: 'x'.repeat(10_000_000) }),
      413,
      'That’s more than this form accepts. Send less text and try again.',
    ],
    [
      'a form of another type',
      () =>
        site.app.inject({
          method: 'POST',
          url: '/subscribe',
          headers: { 'content-type': 'text/csv' },
          payload: 'a',
        }),
      400,
      'We couldn’t read what was sent. Go back and try again.',
    ],
    [
      'an unknown confirmation link',
      () => site.app.inject({ url: '/confirm/nonsense' }),
      404,
      'This link doesn’t work.',
    ],
    ['its button', () => post(site, '/confirm/nonsense'), 404, 'This link doesn’t work.'],
    [
      'a confirmation link of no signup',
      () => post(site, `/confirm/${sign('confirm', '9')}`),
      404,
      'This link doesn’t work.',
    ],
    [
      'an expired one',
      () => post(site, `/confirm/${sign('confirm', '1', new Date('2026-11-17T12:00:00Z'))}`),
      410,
      'This link expired on Tuesday 24 November 2026. Nothing was changed.',
    ],
    [
      'a link for something else',
      () => post(site, `/confirm/${sign('manage')}`),
      404,
      'This link doesn’t work.',
    ],
    [
      'a link without its capitals',
      () => post(site, `/confirm/${sign('confirm').toLowerCase()}`),
      404,
      'lost its capital letters',
    ],
    ['an unknown undo link', () => post(site, '/resubscribe/nonsense'), 404, 'This link doesn’t work.'],
    [
      'an undo link of nobody',
      () => post(site, `/resubscribe/${sign('resubscribe', 'nobody')}`),
      404,
      'This link doesn’t work.',
    ],
    [
      'a day that is no date',
      () => site.app.inject({ url: '/papers/date/2026-02-30' }),
      404,
      '“2026-02-30” isn’t a date. Write it like 2026-11-24.',
    ],
    [
      'a year that the calendar lacks',
      () => site.app.inject({ url: '/papers/date/0000-01-01' }),
      404,
      '“0000-01-01” isn’t a date. Write it like 2026-11-24.',
    ],
    [
      'a paper name with a NUL',
      () => site.app.inject({ url: '/papers/doi:10.1000/%00' }),
      404,
      'There’s no page at this address.',
    ],
    [
      'a paper that is none',
      () => site.app.inject({ url: '/papers/9999.99999' }),
      404,
      'There’s no page at this address.',
    ],
    [
      'a paper name that is none',
      () => site.app.inject({ url: '/papers/../../etc/passwd' }),
      404,
      'There’s no page at this address.',
    ],
    [
      'a path that is none',
      () => site.app.inject({ url: '/nothing' }),
      404,
      'There’s no page at this address.',
    ],
    [
      'a path that cannot be read',
      () => site.app.inject({ url: '/papers/%ff' }),
      404,
      'There’s no page at this address.',
    ],
    [
      'a method that is none',
      () => site.app.inject({ method: 'DELETE', url: '/subscribe' }),
      404,
      'There’s no page at this address.',
    ],
  ]
  test.each(elsewhere)('%s', async (_what, send, status, sentence) => {
    await subscribeThroughSite(site, EMAIL)
    const before = await checksums(site.db)
    const { statusCode, body } = await send()
    expect([statusCode, body]).toEqual([status, expect.stringContaining(sentence)])
    expect(await checksums(site.db)).toEqual(before)
  })

  test('a link that has ended leads to a new one', async () => {
    const ended = sign('confirm', '1', new Date('2026-11-01T12:00:00Z'))
    const { statusCode, body } = await get(site, `/confirm/${ended}`)
    expect(statusCode).toBe(410)
    const main = body.slice(body.indexOf('<main'), body.indexOf('</main>'))
    expect([...main.matchAll(/<a href="([^"]*)">([^<]*)</g)].map(([, path, text]) => [path, text])).toEqual([
      ['/subscribe', 'Fill in the form again to get a new link'],
      ['/manage', 'Get a link to your digests'],
      ['/', 'Back to the papers'],
    ])
  })

  test('too many from one network: 429 with the wait, the input kept; another network is not held up', async () => {
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
    expect(limited[0]!.body).toMatch(/Too many attempts\. Wait 3 minutes, then try again\./)
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

  test('that TRUST_PROXY names, limits go by the address that it tells', async () => {
    expect(await statuses(['10.0.0.0/8'], '10.0.0.1', (n) => `203.0.${n}.1`)).toBe(0)
    expect(await statuses(['10.0.0.0/8'], '10.0.0.1', (n) => `198.51.100.${n}`)).toBe(2)
    expect(site.logged.join('')).not.toContain('proxy.untrusted')
  })

  test('a client on the machine of the proxy is no false alarm', async () => {
    await statuses(['10.0.0.0/8'], '10.0.0.1', () => '10.0.0.1')
    expect(site.logged.join('')).not.toContain('proxy.untrusted')
    await statuses(['10.0.0.0/8'], '192.0.2.1', () => '192.0.2.1')
    expect(site.logged.filter((line) => line.includes('proxy.untrusted'))).toHaveLength(1)
  })

  test('that it does not name, forwarded addresses count for nothing, and one warning says so', async () => {
    expect(await statuses([], '192.0.2.1', (n) => `203.0.${n}.1`)).toBe(42)
    expect(site.logged.filter((line) => line.includes('proxy.untrusted'))).toHaveLength(1)
  })
})

describe('where sign-up is limited', () => {
  const withSettings = async (settings: object, email: string) => {
    const app = buildServer({ ...site.deps, config: { ...site.deps.config, ...settings } })
    const answer = await post({ ...site, app } as TestSite, '/subscribe', { email })
    const home = await app.inject({ url: '/' })
    await app.close()
    return { answer, home }
  }

  test('closed: no form, and a post is refused', async () => {
    const before = await checksums(site.db)
    const { answer, home } = await withSettings({ SIGNUP: 'closed' }, EMAIL)
    expect(answer.statusCode).toBe(403)
    expect(answer.body).toContain('New subscriptions are closed here')
    expect(home.body).not.toContain('action="/subscribe"')
    expect(await checksums(site.db)).toEqual(before)
  })

  test('to some domains: other people read which, and only the whole domain counts', async () => {
    const settings = { SIGNUP_DOMAINS: ['Example.ORG'] }
    const refused = await withSettings(settings, 'ann@evil-example.org')
    expect([refused.answer.statusCode, refused.answer.body]).toEqual([
      422,
      expect.stringContaining('Only addresses at Example.ORG can subscribe. Enter one of those.'),
    ])
    expect((await withSettings(settings, 'ann@example.org')).answer.statusCode).toBe(303)
  })
})

describe('reading', () => {
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

  test('any page, also with HEAD, changes nothing', async () => {
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
    const missing = ['/nothing', '/confirm/nonsense', '/unsubscribe/nonsense', '/.well-known/security.txt']
    if (missing.includes(url)) return 404
    if (['/favicon.ico', '/papers/week', '/papers/month'].includes(url)) return 302
    // Nothing was chosen instead of the end; a preview takes the form; a token that ended leads to an empty form.
    if (/\/changed?$/.test(url) || url === '/preview') return 303
    return url.endsWith('/done') && url.startsWith('/confirm/') ? expect.toBeOneOf([200, 303]) : 200
  }

  test('no route is left out above', async () => {
    const app = buildServer(site.deps)
    const patterns: string[] = []
    app.addHook('onRoute', ({ method, url }) => {
      if ([method].flat().includes('GET') && !url.startsWith('/assets/')) patterns.push(url)
    })
    await app.ready()
    await app.close()
    const urls = await pages()
    const matching = (pattern: string) =>
      new RegExp(`^${pattern.replace(/:\w+/g, '[^/]+').replace('*', '.+')}$`)
    expect(patterns.length).toBeGreaterThan(10)
    expect(patterns.filter((pattern) => !urls.some((url) => matching(pattern).test(url)))).toEqual([])
  })

  test('every page has the headers that keep it safe, and no cookie', async () => {
    for (const url of await pages()) {
      const { headers, body } = await site.app.inject({ url })
      const scripts = body.includes('<script') ? ";script-src 'self';connect-src 'self'" : ''
      expect(headers).toMatchObject({
        'content-security-policy': `default-src 'none';style-src 'self';img-src 'self';form-action 'self';base-uri 'none';frame-ancestors 'none'${scripts}`,
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

  test('over https, browsers get HSTS', async () => {
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
  const unknown = await seen('nobody@example.com')
  expect(await seen(EMAIL)).toEqual(unknown)
  expect(await seen('pending@example.com')).toEqual(unknown)
  expect(await seen('pending@example.com')).toEqual(unknown)
})

test('no log line of a whole visit holds an address or a token', async () => {
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
  expect(failed.body).toMatch(/Reference: <code>[\w-]{8}<\/code>/)
  const reference = /Reference: <code>([\w-]{8})/.exec(failed.body)![1]!
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

test('a forged unsubscribe token leaves one line besides that of its request, without the token', async () => {
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

  test('says not ready while the database only reads, as a standby does', async () => {
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

  test('says not ready without any of them, while the process lives', async () => {
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
    expect([page.statusCode, page.body]).toEqual([503, expect.stringContaining('Try again in a moment')])
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
