import { beforeEach, describe, expect, test } from 'vitest'
import { addSubscriber } from '../../../../src/account/signup/add-subscriber.ts'
import { recentActions } from '../../../../src/core/action.repo.ts'
import { planDigests } from '../../../../src/digests/plan-digests.ts'
import { fill, words } from '../../../../src/i18n/words.ts'
import { holdPermits } from '../../../../src/limits/permits.repo.ts'
import { loginPath } from '../../../../src/web/admin/login-routes.ts'
import { HOSTILE } from '../../../battery/web/hostile.ts'
import { type Admin, logIn, PASSWORD } from '../../../support/admin.ts'
import { checksums } from '../../../support/checksums.ts'
import { errorsOn } from '../../../support/page-text.ts'
import { cameBack, leaveReport, messageCameBack } from '../../../support/returns.ts'
import { NOW, useSite } from '../../../support/site.ts'
import { addPapers } from '../../../support/site-papers.ts'

const site = useSite({ ADMIN_PASSWORD: PASSWORD })
const ANN = 'ann@example.com'
const EVERY_DAY = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']

// A subscriber with today's digest, which waits.
let admin: Admin
let ann: string
let messageId: string

beforeEach(async () => {
  site.clock.moveTo(new Date('2026-11-23T07:00:00Z'))
  await addSubscriber(site.deps, { email: ANN, topics: ['attention'], days: EVERY_DAY, consent: 'paper' })
  await addPapers(site.db, ['2026-11-24'])
  site.clock.moveTo(NOW)
  await planDigests(site.deps)
  ann = (await site.db.subscriber.findFirstOrThrow({ where: { address: ANN } })).id
  messageId = (await site.db.message.findFirstOrThrow({ where: { kind: 'digest' } })).id
  admin = await logIn(site)
})

const actions = async () => (await recentActions(site.db, { limit: 100 })).reverse()
const stateOf = async (id = ann) => (await site.db.subscriber.findUniqueOrThrow({ where: { id } })).state

const PAGES = () => [
  '/admin',
  '/admin?days=364',
  '/admin/subscribers',
  `/admin/subscribers/${ann}`,
  `/admin/subscribers/${ann}/erase`,
  '/admin/topics',
  '/admin/days',
  '/admin/days/2026-11-24/due',
  '/admin/messages',
  `/admin/messages/${messageId}`,
  '/admin/bounces',
  '/admin/bounces?days=30&class=dead&domain=y.example',
  '/admin/sources',
  '/admin/suppressions',
  '/admin/actions',
  '/admin/nothing/here',
]

const BUTTONS = (): [url: string, fields: Record<string, string>][] => [
  ['/admin/logout', {}],
  ['/admin/delivery', { do: 'pause', reason: 'x' }],
  ['/admin/subscribers', { contains: ANN }],
  ...['pause', 'suppress', 'send-link', 'unsubscribe', 'erase'].map(
    (verb): [string, Record<string, string>] => [`/admin/subscribers/${ann}`, { do: verb }],
  ),
  [`/admin/messages/${messageId}/retry`, {}],
  ['/admin/suppressions', { email: ANN }],
  ['/admin/suppressions/lift', { email: ANN }],
]

describe('access to the admin pages', () => {
  test('without a session redirects each page and button to the login, and nothing changes', async () => {
    const token = await admin.token()
    const before = await checksums(site.db)
    for (const url of PAGES()) {
      const { statusCode, headers } = await site.app.inject({ url })
      expect([url, statusCode, headers.location]).toEqual([url, 303, loginPath(url)])
      expect(headers['set-cookie']).toBe(undefined)
    }
    for (const [url, fields] of BUTTONS()) {
      const payload = new URLSearchParams({ token, ...fields }).toString()
      const headers = { 'content-type': 'application/x-www-form-urlencoded', cookie: 'admin=made.up' }
      const answer = await site.app.inject({ method: 'POST', url, headers, payload })
      expect([url, answer.statusCode, answer.headers.location]).toEqual([url, 303, '/admin/login'])
    }
    expect(await checksums(site.db)).toEqual(before)
  })

  test('without the token of the session is refused at each button', async () => {
    const before = await checksums(site.db)
    for (const [url, fields] of BUTTONS()) {
      for (const token of ['', 'abc-def', 'another']) {
        const answer = await admin.post(url, { ...fields, token })
        expect([url, answer.statusCode]).toEqual([url, 403])
        expect(errorsOn(answer.body)).toEqual(['admin.elsewhere'])
      }
      const elsewhere = await admin.post(url, fields, { 'sec-fetch-site': 'cross-site' })
      expect([url, elsewhere.statusCode]).toEqual([url, 403])
    }
    expect(await checksums(site.db)).toEqual(before)
  })

  test('gets responses that are not cached or indexed, and load no script', async () => {
    const routes = [...PAGES(), '/admin/login']
    for (const url of routes) {
      for (const answer of [await admin.get(url), await site.app.inject({ url })]) {
        const { headers } = answer
        expect([url, headers['cache-control'], headers['x-robots-tag']]).toEqual([url, 'no-store', 'noindex'])
        expect(headers['content-security-policy']).toContain("default-src 'none'")
        expect(headers['content-security-policy']).not.toContain('script-src')
        expect(answer.body).not.toMatch(/<script|style="| on\w+="/)
      }
    }
  })

  test('changes nothing with GET', async () => {
    await admin.get('/admin')
    const before = await checksums(site.db)
    for (const url of PAGES()) await admin.get(url)
    expect(await checksums(site.db)).toEqual(before)
  })
})

describe('the page of a subscriber', () => {
  const press = (verb: string, fields = {}) =>
    admin.post(`/admin/subscribers/${ann}`, { do: verb, ...fields })

  test('is found by address, which is in no URL', async () => {
    const { statusCode, headers } = await admin.post('/admin/subscribers', {
      contains: ` ${ANN.toUpperCase()} `,
    })
    expect([statusCode, headers.location]).toEqual([303, `/admin/subscribers/${ann}`])
    const { body } = await admin.get(headers.location as string)
    for (const text of [ANN, 'attention', 'operator: paper'])
      expect([text, body.includes(text)]).toEqual([text, true])
  })

  test.each([
    ['unknown@example.com', words.admin.subscribers.noMatch],
    ['unknown@', words.admin.subscribers.noMatch],
  ])('is not found for %s, which stays in the field', async (contains, text) => {
    const { body } = await admin.post('/admin/subscribers', { contains })
    expect(body).toContain(text)
    expect(body).toContain(`value="${contains}"`)
  })

  test('has buttons that do what the commands do, each logged once', async () => {
    const steps: [verb: string, fields: object, state: string][] = [
      ['pause', { until: '2026-12-15' }, 'paused'],
      ['resume', {}, 'active'],
      ['suppress', { reason: 'complaint' }, 'suppressed'],
      ['unsuppress', {}, 'active'],
      ['send-link', {}, 'active'],
      ['unsubscribe', {}, 'unsubscribed'],
      ['erase', {}, 'unsubscribed'],
    ]
    for (const [verb, fields, state] of steps) {
      const { statusCode, headers } = await press(verb, fields)
      const to = `/admin/subscribers/${ann}?done=${verb}`
      expect([verb, statusCode, headers.location, await stateOf()]).toEqual([verb, 303, to, state])
      expect((await admin.get(to)).body).toContain('role="status"')
    }
    expect(await actions()).toMatchObject(
      steps.map(([verb]) => ({ via: 'admin', verb: `subscribers ${verb}`, subscriberId: ann, detail: '' })),
    )
    expect(await site.db.message.count({ where: { kind: 'manage-link' } })).toBe(1)
    expect((await admin.get(`/admin/subscribers/${ann}`)).body).toContain(
      words.admin.subscriber.erased.heading,
    )
  })

  test('asks on another page before what cannot be undone', async () => {
    for (const step of ['unsubscribe', 'erase']) {
      const { statusCode, body } = await admin.get(`/admin/subscribers/${ann}/${step}`)
      expect(statusCode).toBe(200)
      expect(body).toContain(ANN)
    }
    expect(await stateOf()).toBe('active')
  })

  test('shows a refusal with the input, and does not log it as done', async () => {
    const noDate = await press('pause', { until: '24.12.2026' })
    expect(noDate.statusCode).toBe(422)
    expect(noDate.body).toContain('value="24.12.2026"')
    const wrong = await press('pause', { until: '2026-01-01' })
    expect(wrong.statusCode).toBe(422)
    expect(wrong.body).toContain('value="2026-01-01"')
    await press('unsubscribe')
    expect((await press('resume')).statusCode).toBe(409)
    expect((await press('dance')).statusCode).toBe(404)
    expect((await press('constructor')).statusCode).toBe(404)
    expect((await actions()).map(({ verb }) => verb)).toEqual(['subscribers unsubscribe'])
  })

  test('refuses a field that is sent twice, and keeps the first in the form', async () => {
    const sent = { email: ['ann@', 'bob@'] }
    const refused = await admin.post('/admin/suppressions', sent)
    expect(refused.statusCode).toBe(422)
    expect(refused.body).toMatch(/role="alert".*value="ann@"/s)
    const wrong = await press('pause', { until: ['2027-01-01', '2027-02-02'] })
    expect(wrong.statusCode).toBe(422)
    expect(wrong.body).toMatch(/role="alert".*value="2027-01-01"/s)
    expect(await actions()).toEqual([])
  })

  test('sends up to two links a day', async () => {
    for (let n = 0; n < 2; n++) await press('send-link')
    const { headers } = await press('send-link')
    expect(headers.location).toBe(`/admin/subscribers/${ann}?done=link-held`)
    expect(await site.db.message.count({ where: { kind: 'manage-link' } })).toBe(2)
  })
})

describe('the list of bounces', () => {
  const back = (report = {}) => messageCameBack(site.db, NOW, { domain: 'example.com', ...report })

  test('counts each bounce, and links to its email and subscriber', async () => {
    await back({ effect: 'suppressed' })
    const { body } = await admin.get('/admin/bounces')
    for (const text of [
      `href="/admin/messages/${messageId}"`,
      `href="/admin/subscribers/${ann}"`,
      'no such mailbox (5.1.1)',
      '550 5.1.1 not here',
      '1 dead',
      fill(words.admin.bounces.noChannels, { settings: 'BOUNCE_LMTP, BOUNCE_SMTP, BOUNCE_IMAP' }),
    ])
      expect([text, body.includes(text)]).toEqual([text, true])
    expect(body).not.toContain(ANN)
    const message = (await admin.get(`/admin/messages/${messageId}`)).body
    expect(message).toContain(': no such mailbox (5.1.1)</h1>')
    const page = (await admin.get(`/admin/subscribers/${ann}`)).body
    expect(page).toContain(
      fill(words.admin.subscriber.returned, { state: '', class: 'no such mailbox (5.1.1)' }),
    )
  })

  test('filters by class and domain, and ignores unknown ones', async () => {
    await back({ class: 'full', reply: 'first' })
    await cameBack(site.db, NOW, { class: 'delayed', domain: 'other.example', reply: 'second' })
    const rows = async (query: string) => {
      const { body } = await admin.get(`/admin/bounces?${query}`)
      return ['first', 'second'].filter((answer) => body.includes(`: ${answer}<`))
    }
    expect(await rows('')).toEqual(['first', 'second'])
    expect(await rows('class=full')).toEqual(['first'])
    expect(await rows('domain=other.example')).toEqual(['second'])
    expect(await rows('class=full&domain=other.example')).toEqual([])
    expect(await rows('class=nonsense&domain=%00&days=x')).toEqual(['first', 'second'])
  })

  test('has older bounces on the next page, each once', async () => {
    for (let n = 0; n < 101; n++) await cameBack(site.db, NOW, { reply: `answer ${n};` })
    const answers = (body: string) => [...body.matchAll(/: answer (\d+);/g)].map(([, n]) => Number(n))
    const { body } = await admin.get('/admin/bounces?class=dead')
    const older = /rel="next" href="([^"]+)"/.exec(body)![1]!.replaceAll('&amp;', '&')
    expect(older).toContain('class=dead')
    const seen = [...answers(body), ...answers((await admin.get(older)).body)]
    expect(seen.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 101 }, (_, n) => n))
    for (const after of ['x', `${NOW.toISOString()}~1`, '~~'])
      expect((await admin.get(`/admin/bounces?after=${after}`)).statusCode).toBe(404)
  })

  test('shows reports that wait; the overview shows the bounces of yesterday, if any', async () => {
    expect((await admin.get('/admin')).body).not.toContain(words.admin.overview.bounces)
    await leaveReport(site.db, new Date(NOW.getTime() - 6 * 60_000))
    expect((await admin.get('/admin/bounces')).body).toContain(
      fill(words.admin.bounces.waiting, { number: '1' }),
    )
    await back({ class: 'complaint' })
    site.clock.moveTo(new Date(NOW.getTime() + 24 * 3600_000))
    admin = await logIn(site)
    const { body } = await admin.get('/admin')
    expect(body.split(words.admin.overview.bounces)[1]).toMatch(/<dt>Complaint<\/dt><dd>1<\/dd>/)
  })
})

describe('emails and day totals', () => {
  test('link from a count to its subscribers, and from there to the email', async () => {
    expect((await admin.get('/admin')).body).toContain('href="/admin/days/2026-11-24/open"')
    const list = (await admin.get('/admin/days/2026-11-24/open')).body
    expect(list).toContain(`href="/admin/messages/${messageId}"`)
    expect(list).toContain(ANN)
    expect((await admin.get('/admin/days/2026-11-24/refused')).body).toContain(words.admin.days.noSubscribers)
    expect((await admin.get(`/admin/messages/${messageId}`)).body).toContain(ANN)
  })

  test('have a list for each column with as many entries as it counts', async () => {
    const { body } = await admin.get('/admin/days')
    const links = [...body.matchAll(/href="(\/admin\/days\/[\d-]+\/\w+)">(\d+)/g)]
    expect(links.length).toBeGreaterThan(3)
    for (const [, path, count] of links) {
      const rows = (await admin.get(path!)).body.match(/<th scope="row">/g)?.length
      expect([path, rows]).toEqual([path, Number(count)])
    }
  })

  test.each(['/admin/days', '/admin/subscribers/ANN'])(
    'refuse an invalid date at %s on the same page, with the input',
    async (path) => {
      const { statusCode, body } = await admin.get(`${path.replace('ANN', ann)}?date=2026-02-30`)
      expect(statusCode).toBe(422)
      expect(errorsOn(body)).toEqual(['date.invalid'])
      expect(body).toMatch(/name="date" type="date" value="2026-02-30"[^>]* aria-invalid="true"/)
      expect(body).toContain(path.endsWith('days') ? '24 Nov' : ANN)
    },
  )

  test('send a refused email again with a button', async () => {
    const refused = { state: 'refused', reason: '5.7.1' } as const
    await site.db.message.updateMany({ where: { id: messageId }, data: refused })
    const { headers } = await admin.post(`/admin/messages/${messageId}/retry`)
    expect(headers.location).toBe(`/admin/messages/${messageId}?done=retry`)
    expect(await site.db.message.findFirst({ where: { id: messageId } })).toMatchObject({ state: 'ready' })
    expect(await actions()).toMatchObject([
      { verb: 'messages retry', via: 'admin', detail: messageId, subscriberId: ann },
    ])
    expect((await admin.post(`/admin/messages/${messageId}/retry`)).statusCode).toBe(409)
  })

  test('pause delivery with a reason, and resume it', async () => {
    await admin.post('/admin/delivery', { do: 'pause', reason: 'The relay moves' })
    expect((await admin.get('/admin')).body).toContain('The relay moves')
    await admin.post('/admin/delivery', { do: 'resume' })
    expect((await admin.get('/admin')).body).toContain(words.admin.delivery.onText)
    expect((await actions()).map(({ verb }) => verb)).toEqual(['delivery pause', 'delivery resume'])
  })

  test('show a domain that is held, and no heading without limits', async () => {
    expect((await admin.get('/admin')).body).not.toContain(words.admin.delivery.limits)
    await holdPermits(site.db, 'send domain lab.example', {
      seconds: 3600,
      reply: '8 % of the last 250 <emails>',
    })
    const { body } = await admin.get('/admin')
    expect(body).toContain(words.admin.delivery.limits)
    expect(body).toMatch(/<li>lab\.example: .*\d\d:\d\d UTC.*: 8 % of the last 250 &lt;emails&gt;<\/li>/)
  })
})

test('a suppression is checked and removed by address, which is in no URL', async () => {
  await admin.post(`/admin/subscribers/${ann}`, { do: 'suppress' })
  const found = await admin.post('/admin/suppressions', { email: ANN })
  expect(found.statusCode).toBe(200)
  expect(found.body).toContain(fill(words.admin.suppressions.is, { address: ANN }))
  const lifted = await admin.post('/admin/suppressions/lift', { email: ANN })
  expect(lifted.headers.location).toBe('/admin/suppressions?done=lifted')
  expect(await stateOf()).toBe('active')
  expect((await admin.post('/admin/suppressions', { email: ANN })).body).toContain(
    fill(words.admin.suppressions.isNot, { address: ANN }),
  )
  expect((await admin.post('/admin/suppressions', { email: 'ann' })).statusCode).toBe(422)
})

test('markup in names, topics and replies is text on every page', async () => {
  await addSubscriber(site.deps, { email: 'eve@example.com', topics: [HOSTILE.topic], consent: HOSTILE.name })
  const eve = await site.db.subscriber.findFirstOrThrow({ where: { address: 'eve@example.com' } })
  await site.db.topic.updateMany({ where: { subscriberId: eve.id }, data: { name: HOSTILE.name } })
  await admin.post('/admin/delivery', { do: 'pause', reason: HOSTILE.name })
  const topic = await site.db.topic.findFirstOrThrow({ where: { subscriberId: eve.id } })
  const pages = [...PAGES(), `/admin/subscribers/${eve.id}`, `/admin/topics/${topic.queryId}`]
  let found = 0
  for (const url of [...pages, `/admin/days?date=2026-11-24`]) {
    const { body } = await admin.get(url)
    expect([url, body.match(/<x-alive|<script|<b>x/)]).toEqual([url, null])
    if (body.includes('&lt;x-alive')) found++
  }
  expect(found).toBeGreaterThan(3)
  const typed = await admin.post('/admin/subscribers', { contains: HOSTILE.name })
  expect(typed.body).not.toMatch(/<x-alive|<script/)
})

test('the logs of the service and of the operator contain no address', async () => {
  site.logged.length = 0
  await admin.post('/admin/subscribers', { contains: ANN })
  await admin.post(`/admin/subscribers/${ann}`, { do: 'suppress' })
  await admin.post('/admin/suppressions/lift', { email: ANN })
  expect(site.logged.length).toBeGreaterThan(3)
  expect(site.logged.join('')).not.toContain(ANN)
  expect(JSON.stringify(await site.db.action.findMany())).not.toContain('@')
})

test('no typed path or query causes an internal error', async () => {
  const status = async (path: string) => [path, (await admin.get(`/admin/${path}`)).statusCode]
  for (const path of [
    'subscribers/%00',
    'subscribers/%00/erase',
    'messages/%00',
    `messages/${'a'.repeat(41)}`,
    'messages?after=2026-11-24T08:00:00.000Z~%00',
    'messages?after=0000-01-01T08:00:00.000Z~a',
    'messages?after=-271821-04-20T00:00:00.000Z~a',
    'messages?after=nonsense',
    'topics/%00',
    'days/0001-01-01/due',
  ])
    expect.soft(await status(path)).toEqual([path, 404])
  for (const path of ['days?date=0000-01-01', 'days?date=0001-01-01', `subscribers/${ann}?date=0001-01-01`])
    expect.soft(await status(path)).toEqual([path, 422])
  expect.soft(await status('days?date=%00')).toEqual(['days?date=%00', 200])
  for (const day of ['1000-01-01', '9999-12-31'])
    for (const path of [`days?date=${day}`, `days/${day}/due`, `subscribers/${ann}?date=${day}`])
      expect.soft(await status(path)).toEqual([path, 200])
  expect((await admin.get('/admin/days?date=1000-01-01')).body).not.toContain('0999')
})

test('an unknown page gets 404, and an invalid date its page with the input', async () => {
  const unknown = ['subscribers/unknown', 'messages/none', 'topics/99999', 'days/2026-11-24/nonsense']
  for (const path of unknown)
    expect([path, (await admin.get(`/admin/${path}`)).statusCode]).toEqual([path, 404])
  for (const path of ['days?date=24+Nov', `subscribers/${ann}?date=24+Nov`])
    expect((await admin.get(`/admin/${path}`)).body).toContain('24 Nov')
})
