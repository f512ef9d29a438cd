import { describe, expect, test } from 'vitest'
import { openDatabase } from '../../../src/core/database/database.ts'
import { silentLog } from '../../../src/core/log.ts'
import { fill, words } from '../../../src/i18n/words.ts'
import { buildServer } from '../../../src/web/server.ts'
import { NOW, newestMail, post, subscribeThroughSite, type TestSite, useSite } from '../../support/site.ts'
import { addPapers } from '../../support/site-papers.ts'

const EMAIL = 'ann@example.com'
const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri']

const site = useSite()

const asks = (fields: object = {}) => post(site, '/subscribe', { email: EMAIL, ...fields })
const get = async (url: string) => (await site.app.inject({ url })).body
const topicsAsked = async () => (await newestMail(site.db, EMAIL)).content.topics.map(({ query }) => query)
const json = (payload: unknown) =>
  site.app.inject({
    method: 'POST',
    url: '/api/subscriptions',
    headers: { 'content-type': 'application/json' },
    payload: JSON.stringify(payload),
  })

/** The contents of the plain field of a page. */
const fieldOf = (body: string): string =>
  /<textarea [^>]*>([^<]*)<\/textarea>/.exec(body)![1]!.replaceAll('&quot;', '"').replaceAll('&gt;', '>')

test('faults come in the order of the page', async () => {
  const { body } = await asks({ email: '', topic: 'a AND', hour: '99', days: '' })
  const ids = [...body.matchAll(/class="error-link" href="#([\w-]+)"/g)].map(([, id]) => id)
  expect(ids).toEqual(['email', 'topic', 'hour', 'days-mon'])
})

test('an example is added to what was typed, and nothing typed is lost', async () => {
  const typed = { email: 'half', topic: 'robots', hour: '7', max: '9' }
  const [, example = ''] =
    /form="subscribe"[^>]* name="topic" value="([^"]+)"/.exec(await get('/subscribe')) ?? []
  expect(example).not.toBe('')
  const { statusCode, body } = await post(site, '/preview', { ...typed, topic: [typed.topic, example] })
  expect([statusCode, fieldOf(body)]).toEqual([200, `robots\n${example}`])
  for (const part of ['value="half"', '<option value="7" selected>', 'value="9"'])
    expect(body).toContain(part)
})

test('an example is the only topic if nothing was typed', async () => {
  const { body } = await post(site, '/preview', { topic: ['', 'title:benchmark'] })
  expect(fieldOf(body)).toBe('title:benchmark')
})

test('each unreadable topic is reported at the field', async () => {
  const { body } = await asks({ topic: 'a AND, (robots' })
  const [, beside = ''] = /id="topic-error">(.*?)<\/p>/s.exec(body) ?? []
  for (const part of ['a word is missing after AND', 'is never closed']) expect(beside).toContain(part)
})

describe('hour, zone and days', () => {
  test('are shown before the settings are opened', async () => {
    const said = 'Monday to Friday at 08:00, UTC; first email Wednesday 25 November.'
    expect(await get('/subscribe')).toContain(said)
  })

  test('are described for other values, for the script', async () => {
    const when = (query: string) => site.app.inject({ url: `/subscribe/when?${query}` })
    const tokyo = await when('zone=Asia/Tokyo&hour=22&days=&days=tue&days=sat')
    expect([tokyo.statusCode, tokyo.body]).toEqual([
      200,
      'Tuesday and Saturday at 22:00, Asia/Tokyo; first email Tuesday 24 November.',
    ])
    expect(tokyo.headers['content-type']).toContain('text/plain')
    for (const wrong of ['zone=Mars/Base', 'hour=99', 'days='])
      expect((await when(wrong)).statusCode).toBe(422)
    expect((await when('hour[a]=1&zone=%00')).statusCode).toBe(422)
  })

  test('none ticked is not the same as none asked for', async () => {
    for (const days of ['', ['', '']]) {
      const { statusCode, body } = await asks({ days })
      expect([statusCode, body]).toEqual([422, expect.stringContaining('Choose at least one day.')])
      expect(body).not.toMatch(/name="days" value="\w+" checked/)
    }
    expect((await json({ email: EMAIL, days: [] })).json().fields).toEqual([
      { field: 'days', error: 'setting.no-days', message: 'Choose at least one day.' },
    ])
    expect((await asks({ days: ['', 'sat'] })).statusCode).toBe(303)
    expect((await newestMail(site.db, EMAIL)).content.days).toEqual(['sat'])
  })

  test('titles only can be chosen', async () => {
    expect((await asks({ detail: 'titles' })).statusCode).toBe(303)
    expect((await newestMail(site.db, EMAIL)).content.detail).toBe('titles')
  })

  test('the form takes them from its address, and shows them', async () => {
    const body = await get('/subscribe?hour=21&zone=Asia%2FTokyo&days=sat&email=x%40y.example')
    expect(body).toMatch(/value="weekly" checked>/)
    expect(body).toContain('<option value="sat" selected>')
    expect(body).toContain('Saturday at 21:00, Asia/Tokyo; first email Saturday 28 November.')
    expect(body).not.toContain('x@y.example')
    expect((await site.app.inject({ url: '/subscribe?zone[a]=1&hour=%00' })).statusCode).toBe(200)
  })
})

describe('the days as the form offers them', () => {
  test.each([
    [{ pace: 'daily', days: [''] }, 'every day'],
    [{ pace: 'weekdays', days: ['', 'sat'] }, 'Monday to Friday'],
    [{ pace: 'weekly', weekday: 'thu', days: ['', 'sat'] }, 'Thursday'],
    [{ pace: 'own', weekday: 'thu', days: ['', 'sat', 'sun'] }, 'Saturday and Sunday'],
    [{ days: ['', 'tue'] }, 'Tuesday'],
  ])('%j: %s', async (fields, days) => {
    const { headers } = await asks({ zone: 'Asia/Tokyo', hour: 22, topic: 'robots', ...fields })
    const { body } = await site.app.inject({ url: headers.location as string })
    expect(body.toLowerCase()).toContain(`${days.toLowerCase()} at 22:00, asia/tokyo`)
  })

  test('a day that does not exist is named', async () => {
    const { statusCode, body } = await asks({ pace: 'weekly', weekday: 'noday', topic: 'robots' })
    expect([statusCode, body.includes('noday')]).toEqual([422, true])
  })
})

describe('the page after the form', () => {
  test('shows the address, the settings, and the sender and subject to look for', async () => {
    const { headers } = await asks({ zone: 'Asia/Tokyo', hour: 22, days: ['', ...DAYS], topic: 'robots' })
    const location = headers.location as string
    expect(location).toMatch(/^\/check-inbox\/[\w-]+$/)
    const answer = await site.app.inject({ url: location })
    for (const part of [
      'If <strong>ann@example.com</strong> can be subscribed, an email from us is on its way.',
      'Monday to Friday at 22:00, Asia/Tokyo; first email Tuesday 24 November.',
      `Daily Papers &lt;${site.deps.config.MAIL_FROM}&gt;`,
      'Confirm your subscription to Daily Papers',
      'spam folder',
      'seven days',
      `href="${location}/change"`,
      '<input type="hidden" name="topic" value="robots">',
      '<input type="hidden" name="again" value="1">',
      '<input type="hidden" name="zone" value="Asia/Tokyo">',
    ]) {
      expect(answer.body).toContain(part)
    }
    expect(answer.body).not.toContain('Did you mean')
    expect(answer.headers).toMatchObject({ 'cache-control': 'no-store', 'x-robots-tag': 'noindex' })
    expect(site.logged.join('')).not.toContain(location.split('/').at(-1))
  })

  test('shows what the topics would have brought, as far as it knows them', async () => {
    await addPapers(site.db)
    const { headers } = await asks({ topic: 'linear xylophone, attention' })
    const body = await get(headers.location as string)
    expect(body).toContain('No paper in the last 30 days mentions “xylophone”')
    expect(body).toContain('5 papers in 30 days')
    expect(body).not.toContain('name="use"')
    const again = await asks({ again: '1' })
    expect(await get(again.headers.location as string)).not.toContain('in 30 days')
  })

  test('without a free search, the page has no preview', async () => {
    await addPapers(site.db)
    const { headers } = await asks({ topic: 'attention' })
    const full = { key: 'search 127.0.0.1/32', tokens: 0, at: new Date(Date.now() + 600_000) }
    await site.db.bucket.create({ data: full })
    const body = await get(headers.location as string)
    expect(body).toContain('ann@example.com')
    expect(body).not.toContain('in 30 days')
  })

  test('links back to the form, which keeps the earlier topics if none are typed', async () => {
    const typed = { topic: 'robots, seas', hour: '21', max: '5', format: 'text', detail: 'titles' }
    await asks(typed)
    const body = await get('/subscribe?hour=21&max=5&format=text&detail=titles&change=1')
    expect(body).toContain('<input type="hidden" name="change" value="1">')
    expect(body).toContain('Leave this empty to keep the topics that you gave before.')
    const { topic: _, ...settings } = typed
    site.clock.moveTo(new Date(NOW.getTime() + 60_000))
    expect((await asks({ ...settings, hour: '7', change: '1' })).statusCode).toBe(303)
    const { content } = await newestMail(site.db, EMAIL)
    expect(content).toMatchObject({ hour: 7, maxPapers: 5, format: 'text', detail: 'titles' })
    expect(content.topics.map(({ query }) => query)).toEqual(['robots', 'seas'])
  })

  test('on the way back, only typed topics count, and a preview does not change that', async () => {
    await asks({ topic: 'robots' })
    const tried = await post(site, '/preview', { topic: 'graphs', change: '1' })
    const wrong = await asks({ topic: 'a AND', change: '1' })
    for (const { body } of [tried, wrong]) expect(body).toContain('name="change" value="1"')
    site.clock.moveTo(new Date(NOW.getTime() + 60_000))
    await asks({ topic: 'graphs', change: '1' })
    expect(await topicsAsked()).toEqual(['graphs'])
    expect(await get('/subscribe')).not.toContain('name="change"')
  })

  test('suggests another domain after a typo, and still accepts the sign-up', async () => {
    const { headers } = await asks({ email: 'ann@GMIAL.com', sure: 'ann@GMIAL.com' })
    expect(await get(headers.location as string)).toContain('Did you mean gmail.com?')
    expect(await site.db.message.count()).toBe(1)
  })

  test('an address that is corrected keeps the topics, on the form and on the page after it', async () => {
    const email = 'ann@gmial.com'
    const { headers } = await asks({ email, sure: email, topic: 'robots', hour: '9' })
    const page = await get(headers.location as string)
    expect(page).toContain('<input type="hidden" name="topic" value="robots">')
    const [, path = ''] = page.match(/href="(\/check-inbox\/[^"]+\/change)"/) ?? []
    const form = await get(path)
    expect(form).toContain('value="ann@gmial.com"')
    expect(form).toMatch(/<textarea[^>]*name="topic"[^>]*>robots<|name="topic"[^>]* value="robots"/)
    await asks({ email: 'ann@gmail.com', again: '1', topic: 'robots', hour: '9' })
    const { content } = await newestMail(site.db, 'ann@gmail.com')
    expect(content.topics.map(({ query }) => query)).toEqual(['robots'])
    site.clock.moveTo(new Date(NOW.getTime() + 600_000))
    expect((await site.app.inject({ url: path })).headers.location).toBe('/subscribe')
  })

  test('shows no address after ten minutes, or with a foreign token', async () => {
    const { headers } = await asks({ topic: 'robots' })
    site.clock.moveTo(new Date(NOW.getTime() + 600_000))
    for (const path of [headers.location as string, '/check-inbox/nonsense']) {
      const { statusCode, body } = await site.app.inject({ url: path })
      expect([statusCode, body.includes(EMAIL), body.includes('<dt>When</dt>')]).toEqual([200, false, false])
      expect(body).toContain('If the address you gave can be subscribed, an email from us is on its way.')
    }
  })

  test('sends the email once more, and no third time', async () => {
    await asks({ topic: 'robots', zone: 'Asia/Tokyo' })
    const again = { again: '1', hour: '8', zone: 'Asia/Tokyo', days: DAYS }
    const second = await asks(again)
    expect(await get(second.headers.location as string)).toContain('at 08:00, Asia/Tokyo')
    expect(await topicsAsked()).toEqual(['robots'])
    expect((await asks(again)).statusCode).toBe(303)
    // The third one was left too late to go.
    expect(await site.db.message.count({ where: { deadline: { gt: NOW } } })).toBe(2)
  })

  test('keeps the input if the address is wrong', async () => {
    const { statusCode, body } = await asks({
      email: 'ann@',
      again: '1',
      hour: '8',
      zone: 'Asia/Tokyo',
      days: DAYS,
    })
    expect(statusCode).toBe(422)
    expect(body).toContain('<title>Error: Check your inbox')
    expect(body).toContain('value="ann@" aria-describedby="email-hint email-error" aria-invalid="true"')
    expect(body).toContain('Monday to Friday at 08:00, Asia/Tokyo')
  })

  test('is the same for every address', async () => {
    await subscribeThroughSite(site, 'bob@example.com')
    const page = async (email: string) => {
      const { headers } = await asks({ email, topic: 'robots' })
      const path = headers.location as string
      return (await get(path)).replaceAll(email, '').replaceAll(path, '')
    }
    expect(await page('bob@example.com')).toBe(await page('new@example.com'))
  })
})

describe('an address whose domain looks mistyped', () => {
  const typo = { email: 'ann@gmial.com', topic: 'robots' }

  test('first shows the form with a hint, and is accepted the second time', async () => {
    const { statusCode, body } = await asks(typo)
    expect([statusCode, await site.db.signup.count()]).toEqual([422, 0])
    expect(body).toContain(fill(words.errors['address.typo'], { domain: 'gmail.com' }))
    expect(body).toContain('<input type="hidden" name="sure" value="ann@gmial.com">')
    expect((await asks({ ...typo, sure: typo.email })).statusCode).toBe(303)
  })

  test('is checked again after a change', async () => {
    expect((await asks({ ...typo, sure: 'ann@gmal.com' })).statusCode).toBe(422)
    expect((await asks({ ...typo, email: 'ann@gmail.com', sure: typo.email })).statusCode).toBe(303)
  })
})

test.each(['__proto__', 'toString', 'x'])('pace %s counts as none', async (pace) => {
  expect((await asks({ pace, topic: 'robots' })).statusCode).toBe(303)
})

describe('the banner of the front page', () => {
  const banner = (topic: string, email = EMAIL) => asks({ topic, email, banner: '1', zone: '' })

  test('subscribes at once if the topic matches, or if there are no papers to look at', async () => {
    expect((await banner('xylophone')).statusCode).toBe(303)
    await addPapers(site.db)
    expect((await banner('linear attention')).statusCode).toBe(303)
    expect((await banner('')).statusCode).toBe(303)
    expect(await site.db.signup.count()).toBe(3)
  })

  test.each([
    ['xylophone', 'No paper in the last 30 days mentions “xylophone”.'],
    ['papers on linear attention for zeolites', 'mentions “zeolites”; these 5 papers have'],
    ['title:hybrid title:strings', 'No paper in the last 30 days matches “title:hybrid title:strings”.'],
  ])('%s: first shows the form, with the warning on top', async (topic, warning) => {
    await addPapers(site.db)
    await subscribeThroughSite(site, 'bob@example.com')
    const before = await site.db.signup.count()
    const { statusCode, body } = await banner(topic)
    expect([statusCode, fieldOf(body)]).toEqual([422, topic])
    expect(body.slice(body.indexOf('role="alert"'), body.indexOf('<h1>'))).toContain(warning)
    expect(body).toContain(`value="${EMAIL}"`)
    expect(body).not.toContain('name="banner"')
    expect((await banner(topic, 'bob@example.com')).body.replaceAll('bob@', 'ann@')).toBe(body)
    expect(await site.db.signup.count()).toBe(before)
    expect((await asks({ topic })).statusCode).toBe(303)
  })

  test('if its search is refused there is no warning', async () => {
    await addPapers(site.db)
    const full = { key: 'search 127.0.0.1/32', tokens: 0, at: new Date(Date.now() + 600_000) }
    await site.db.bucket.create({ data: full })
    expect((await banner('xylophone')).statusCode).toBe(303)
  })
})

describe('what cannot be taken is answered by the form', () => {
  const without = async (deps: object, fields: object) => {
    const app = buildServer({ ...site.deps, ...deps })
    const answer = await post({ ...site, app } as TestSite, '/subscribe', { email: EMAIL, ...fields })
    await app.close()
    return answer
  }

  test('while the database is away: 503 with all that was typed, and the time to come back', async () => {
    const nowhere = openDatabase('postgresql://postgres@127.0.0.1:1/none', silentLog)
    const answer = await without({ db: nowhere.db }, { topic: 'kept topic', max: '7' })
    await nowhere.close()
    expect(answer.statusCode).toBe(503)
    expect(answer.headers['retry-after']).toBe('30')
    for (const part of [
      'We can’t reach our database right now.',
      `value="${EMAIL}"`,
      'kept topic',
      'value="7"',
    ]) {
      expect(answer.body).toContain(part)
    }
    const reference = /Reference: ([\w-]{8})/.exec(answer.body)![1]!
    expect(site.logged.join('')).toContain(reference)
  })

  test('a body too large: 413 with an empty form', async () => {
    const answer = await asks({ topic: 'x'.repeat(200_000) })
    expect(answer.statusCode).toBe(413)
    expect(answer.body).toContain('That’s more than this form accepts. Send less text and try again.')
    expect(answer.body).toContain('<form class="subscribe"')
  })

  test.each(['/subscribe', '/preview'])(
    'a field that came twice, at %s; the others are kept',
    async (path) => {
      const answer = await post(site, path, { email: [EMAIL, EMAIL], topic: 'kept topic', max: '7' })
      expect([answer.statusCode, answer.body]).toEqual([
        422,
        expect.stringContaining('“email” takes one text or number.'),
      ])
      for (const part of ['kept topic', 'value="7"']) expect(answer.body).toContain(part)
    },
  )
})

describe('JSON', () => {
  test.each<[unknown, string, string, string]>([
    [
      { topics: ['robots'] },
      'topics',
      'request.unknown-field',
      'There’s no field “topics”. Known fields: email, topic, hour, zone',
    ],
    [{ do: 'add' }, 'do', 'request.unknown-field', 'There’s no field “do”.'],
    [{ topic: { a: 1 } }, 'topic', 'request.wrong-type', '“topic” takes a text, or a list of texts.'],
    [{ hour: [8] }, 'hour', 'request.wrong-type', '“hour” takes one text or number.'],
    [{ zone: null }, 'zone', 'request.wrong-type', '“zone” takes one text or number.'],
    [null, 'body', 'request.wrong-type', '“body” takes the fields as an object'],
    ['text', 'body', 'request.wrong-type', '“body” takes the fields as an object'],
  ])('%j is refused in words', async (payload, field, error, sentence) => {
    const body = typeof payload === 'object' && payload ? { email: EMAIL, ...payload } : payload
    const answer = await json(body)
    expect([answer.statusCode, answer.json().fields]).toEqual([
      422,
      [{ field, error, message: expect.stringContaining(sentence) }],
    ])
    expect(await site.db.subscriber.count()).toBe(0)
  })

  test('every unknown field is named', async () => {
    const answer = await json({ email: EMAIL, topics: 'x', dais: 'mon', ['x'.repeat(500)]: 1 })
    expect(answer.json().fields.map(({ field }: { field: string }) => field)).toEqual([
      'topics',
      'dais',
      'x'.repeat(40),
    ])
  })

  test('requests the email once more', async () => {
    await json({ email: EMAIL, topic: 'robots' })
    expect((await json({ email: EMAIL, again: true })).statusCode).toBe(202)
    expect(await topicsAsked()).toEqual(['robots'])
  })
})
