import { describe, expect, test } from 'vitest'
import { openDatabase } from '../../../src/core/database/database.ts'
import { silentLog } from '../../../src/core/log.ts'
import { counted, fill, fillHtml, listed, rateOf, words } from '../../../src/i18n/words.ts'
import { buildServer } from '../../../src/web/server.ts'
import { errorsOn } from '../../support/page-text.ts'
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

test('errors are in the order of the fields on the page', async () => {
  const { body } = await asks({ email: '', topic: 'a AND', hour: '99', days: '' })
  expect(errorsOn(body)).toEqual([
    'email: address.empty',
    'topic: query.word-missing',
    'hour: setting.hour',
    'days-mon: setting.no-days',
  ])
})

test('an example is added to the typed topics, and all input is kept', async () => {
  const typed = { email: 'half', topic: 'robots', hour: '7', max: '9' }
  await addPapers(site.db)
  const [, example = ''] = /<button[^>]* name="topic" value="([^"]+)"/.exec(await get('/subscribe')) ?? []
  expect(example).not.toBe('')
  const { statusCode, body } = await post(site, '/preview', { ...typed, topic: [typed.topic, example] })
  expect([statusCode, fieldOf(body)]).toEqual([200, `robots\n${example}`])
  for (const part of ['value="half"', '<option value="7" selected>', '<option value="9" selected>'])
    expect(body).toContain(part)
})

test('an example is the only topic if nothing was typed', async () => {
  const { body } = await post(site, '/preview', { topic: ['', 'title:benchmark'] })
  expect(fieldOf(body)).toBe('title:benchmark')
})

test('each unreadable topic is reported at the field', async () => {
  const { body } = await asks({ topic: 'a AND, (robots' })
  expect(errorsOn(body)).toEqual(['topic: query.word-missing', 'topic: query.bracket-open'])
  const [, beside = ''] = /id="topic-error">(.*?)<\/p>/s.exec(body) ?? []
  for (const query of ['a AND', '(robots']) expect(beside).toContain(`“${query}”`)
})

describe('hour, zone and days', () => {
  test('are shown before the settings are opened', async () => {
    const when = fill(words.form.when, {
      schedule: 'Monday to Friday at 08:00, UTC',
      first: 'Wednesday 25 November',
    })
    expect(await get('/subscribe')).toContain(when)
  })

  test('are described for other values, for the script', async () => {
    const when = (query: string) => site.app.inject({ url: `/subscribe/when?${query}` })
    const tokyo = await when('zone=Asia/Tokyo&hour=22&days=&days=tue&days=sat')
    expect([tokyo.statusCode, tokyo.body]).toEqual([
      200,
      fill(words.form.when, {
        schedule: 'Tuesday and Saturday at 22:00, Tokyo',
        first: 'Tuesday 24 November',
      }),
    ])
    expect(tokyo.headers['content-type']).toContain('text/plain')
    for (const wrong of ['zone=Mars/Base', 'hour=99', 'days='])
      expect((await when(wrong)).statusCode).toBe(422)
    expect((await when('hour[a]=1&zone=%00')).statusCode).toBe(422)
  })

  test('no ticked day is an error, unlike a form without days', async () => {
    for (const days of ['', ['', '']]) {
      const { statusCode, body } = await asks({ days })
      expect([statusCode, errorsOn(body)]).toEqual([422, ['days-mon: setting.no-days']])
      expect(body).not.toMatch(/name="days" value="\w+" checked/)
    }
    expect((await json({ email: EMAIL, days: [] })).json().fields).toEqual([
      { field: 'days', error: 'setting.no-days', message: expect.any(String) },
    ])
    expect((await asks({ days: ['', 'sat'] })).statusCode).toBe(303)
    expect((await newestMail(site.db, EMAIL)).content.days).toEqual(['sat'])
  })

  test('may come with titles only', async () => {
    expect((await asks({ detail: 'titles' })).statusCode).toBe(303)
    expect((await newestMail(site.db, EMAIL)).content.detail).toBe('titles')
  })

  test('are filled in from the address of the form', async () => {
    const body = await get('/subscribe?hour=21&zone=Asia%2FTokyo&days=sat&email=x%40y.example')
    expect(body).toMatch(/value="weekly"[^>]* checked>/)
    expect(body).toContain('<option value="sat" selected>')
    expect(body).toContain(
      fill(words.form.when, { schedule: 'Saturday at 21:00, Tokyo', first: 'Saturday 28 November' }),
    )
    expect(body).not.toContain('x@y.example')
    expect((await site.app.inject({ url: '/subscribe?zone[a]=1&hour=%00' })).statusCode).toBe(200)
  })
})

describe('the days of the form', () => {
  test.each([
    [{ pace: 'daily', days: [''] }, words.schedule.everyDay],
    [{ pace: 'weekdays', days: ['', 'sat'] }, words.schedule.workdays],
    [{ pace: 'weekly', weekday: 'thu', days: ['', 'sat'] }, words.weekdays.thu],
    [
      { pace: 'own', weekday: 'thu', days: ['', 'sat', 'sun'] },
      listed([words.weekdays.sat, words.weekdays.sun]),
    ],
    [{ days: ['', 'tue'] }, words.weekdays.tue],
  ])('%j are %s', async (fields, days) => {
    const { headers } = await asks({ zone: 'Asia/Tokyo', hour: 22, topic: 'robots', ...fields })
    const { body } = await site.app.inject({ url: headers.location as string })
    expect(body.toLowerCase()).toContain(`${days.toLowerCase()} at 22:00, tokyo`)
  })

  test('an unknown day is named in the error', async () => {
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
      fillHtml(words.checkInbox.sentHtml, { address: EMAIL }),
      fill(words.form.when, {
        schedule: 'Monday to Friday at 22:00, Tokyo',
        first: 'Tuesday 24 November',
      }),
      `Daily Papers &lt;${site.deps.config.MAIL_FROM}&gt;`,
      fill(words.emails.confirmation.subject, { site: 'Daily Papers' }),
      words.checkInbox.againHint,
      words.checkInbox.valid,
      `href="${location}/change"`,
      '<input type="hidden" name="topic" value="robots">',
      '<input type="hidden" name="again" value="1">',
      '<input type="hidden" name="zone" value="Asia/Tokyo">',
    ]) {
      expect(answer.body).toContain(part)
    }
    expect(answer.body).not.toContain(words.checkInbox.correct)
    expect(answer.headers).toMatchObject({ 'cache-control': 'no-store', 'x-robots-tag': 'noindex' })
    expect(site.logged.join('')).not.toContain(location.split('/').at(-1))
  })

  test('shows what the given topics would have brought', async () => {
    await addPapers(site.db)
    const { headers } = await asks({ topic: 'linear xylophone, attention' })
    const body = await get(headers.location as string)
    expect(body).toContain(fill(words.preview.warning.mentions, { span: '30 days', parts: '“xylophone”' }))
    expect(body).toContain(rateOf(5, 30))
    expect(body).toContain('id="preview-')
    expect(body).not.toContain('name="use"')
    const again = await asks({ again: '1' })
    expect(await get(again.headers.location as string)).not.toContain('id="preview-')
  })

  test('has no preview if no search is possible', async () => {
    await addPapers(site.db)
    const { headers } = await asks({ topic: 'attention' })
    const full = { key: 'search 127.0.0.1/32', tokens: 0, at: new Date(Date.now() + 600_000) }
    await site.db.bucket.create({ data: full })
    const body = await get(headers.location as string)
    expect(body).toContain('ann@example.com')
    expect(body).not.toContain('id="preview-')
  })

  test('links back to the form, which keeps the earlier topics if none is typed', async () => {
    const typed = { topic: 'robots, seas', hour: '21', max: '5', format: 'text', detail: 'titles' }
    await asks(typed)
    const body = await get('/subscribe?hour=21&max=5&format=text&detail=titles&change=1')
    expect(body).toContain('<input type="hidden" name="change" value="1">')
    expect(body).toContain(words.form.keepsTopics)
    const { topic: _, ...settings } = typed
    site.clock.moveTo(new Date(NOW.getTime() + 60_000))
    expect((await asks({ ...settings, hour: '7', change: '1' })).statusCode).toBe(303)
    const { content } = await newestMail(site.db, EMAIL)
    expect(content).toMatchObject({ hour: 7, maxPapers: 5, format: 'text', detail: 'titles' })
    expect(content.topics.map(({ query }) => query)).toEqual(['robots', 'seas'])
  })

  test('on the way back takes only the typed topics, also after a preview', async () => {
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
    const page = await get(headers.location as string)
    expect(page).toContain(fill(words.checkInbox.meant, { domain: 'gmail.com' }))
    expect(page).toContain(words.checkInbox.correct)
    expect(await site.db.message.count()).toBe(1)
  })

  test('keeps the topics when the address is corrected, here and on the form', async () => {
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
      expect([statusCode, body.includes(EMAIL), body.includes(`<dt>${words.checkInbox.when}</dt>`)]).toEqual([
        200,
        false,
        false,
      ])
      expect(body).toContain(words.checkInbox.sent)
    }
  })

  test('sends the email once more, and no third time', async () => {
    await asks({ topic: 'robots', zone: 'Asia/Tokyo' })
    const again = { again: '1', hour: '8', zone: 'Asia/Tokyo', days: DAYS }
    const second = await asks(again)
    expect(await get(second.headers.location as string)).toContain('at 08:00, Tokyo')
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
    expect(errorsOn(body)).toEqual(['email: address.malformed'])
    expect(body).toContain('value="ann@" aria-describedby="email-hint email-error" aria-invalid="true"')
    expect(body).toContain('Monday to Friday at 08:00, Tokyo')
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

test.each(['__proto__', 'toString', 'x'])('the unknown pace %s is ignored', async (pace) => {
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
    ['xylophone', fill(words.preview.warning.mentions, { span: '30 days', parts: '“xylophone”.' })],
    [
      'papers on linear attention for zeolites',
      counted(5, words.preview.warning.others, { parts: '' }).slice(0, -1),
    ],
    [
      'title:hybrid title:strings',
      fill(words.preview.warning.none, { span: '30 days', topic: 'title:hybrid title:strings', keep: '' }),
    ],
  ])('first shows the form with a warning for %s', async (topic, warning) => {
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

  test('shows no warning if its search is refused', async () => {
    await addPapers(site.db)
    const full = { key: 'search 127.0.0.1/32', tokens: 0, at: new Date(Date.now() + 600_000) }
    await site.db.bucket.create({ data: full })
    expect((await banner('xylophone')).statusCode).toBe(303)
  })
})

describe('a refused sign-up gets the form', () => {
  const without = async (deps: object, fields: object) => {
    const app = buildServer({ ...site.deps, ...deps })
    const answer = await post({ ...site, app } as TestSite, '/subscribe', { email: EMAIL, ...fields })
    await app.close()
    return answer
  }

  test('without a database: 503 with all input, and when to try again', async () => {
    const nowhere = openDatabase('postgresql://postgres@127.0.0.1:1/none', silentLog)
    const answer = await without({ db: nowhere.db }, { topic: 'kept topic', max: '7' })
    await nowhere.close()
    expect(answer.statusCode).toBe(503)
    expect(answer.headers['retry-after']).toBe('30')
    expect(errorsOn(answer.body)).toEqual(['database.unreachable'])
    for (const part of [`value="${EMAIL}"`, 'kept topic', 'value="7"']) {
      expect(answer.body).toContain(part)
    }
    const failed = site.logged.map((line) => JSON.parse(line)).find(({ event }) => event === 'request.failed')
    expect(answer.body).toContain(fill(words.form.reference, { reference: failed.reference }))
  })

  test('with a body that is too large: 413, empty', async () => {
    const answer = await asks({ topic: 'x'.repeat(200_000) })
    expect(answer.statusCode).toBe(413)
    expect(errorsOn(answer.body)).toEqual(['request.too-large'])
    expect(answer.body).toContain('<form class="subscribe"')
  })

  test.each(['/subscribe', '/preview'])(
    'with a field twice, at %s: 422 with the other fields',
    async (path) => {
      const answer = await post(site, path, { email: [EMAIL, EMAIL], topic: 'kept topic', max: '7' })
      expect([answer.statusCode, errorsOn(answer.body)]).toEqual([422, ['email: request.wrong-type']])
      for (const part of ['kept topic', 'value="7"']) expect(answer.body).toContain(part)
    },
  )
})

describe('JSON', () => {
  const { takes } = words.subscribe
  test.each<[unknown, string, string, string]>([
    [{ topics: ['robots'] }, 'topics', 'request.unknown-field', 'email, topic, hour, zone'],
    [{ do: 'add' }, 'do', 'request.unknown-field', '“do”'],
    [{ topic: { a: 1 } }, 'topic', 'request.wrong-type', takes.texts],
    [{ hour: [8] }, 'hour', 'request.wrong-type', takes.text],
    [{ zone: null }, 'zone', 'request.wrong-type', takes.text],
    [null, 'body', 'request.wrong-type', takes.fields],
    ['text', 'body', 'request.wrong-type', takes.fields],
  ])('%j is refused with the field and what it takes', async (payload, field, error, part) => {
    const body = typeof payload === 'object' && payload ? { email: EMAIL, ...payload } : payload
    const answer = await json(body)
    expect([answer.statusCode, answer.json().fields]).toEqual([
      422,
      [{ field, error, message: expect.stringContaining(part) }],
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

  test('requests the email again', async () => {
    await json({ email: EMAIL, topic: 'robots' })
    expect((await json({ email: EMAIL, again: true })).statusCode).toBe(202)
    expect(await topicsAsked()).toEqual(['robots'])
  })
})
