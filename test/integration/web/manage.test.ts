import { describe, expect, test } from 'vitest'
import { addSubscriber } from '../../../src/account/signup/add-subscriber.ts'
import { unsubscribeByOperator } from '../../../src/account/unsubscribe.ts'
import { planDigests } from '../../../src/digests/plan-digests.ts'
import { capitalized, fill, listed, words } from '../../../src/i18n/words.ts'
import { CONSENT_WORDING } from '../../../src/subscribers/consent.ts'
import { type LinkPurpose, signLink } from '../../../src/subscribers/links.ts'
import { closePapersLink } from '../../../src/subscribers/page-links.ts'
import type { TypedSignup } from '../../../src/subscribers/read-signup.ts'
import { suppress } from '../../../src/subscribers/suppress-subscriber.ts'
import { checksums } from '../../support/checksums.ts'
import { acceptMessage } from '../../support/messages.ts'
import { changeLine, errorsOn, nextEmail, sentence } from '../../support/page-text.ts'
import { messageCameBack } from '../../support/returns.ts'
import { get, NOW, post, press as pressOn, textOf, useSite } from '../../support/site.ts'
import { addPapers } from '../../support/site-papers.ts'

const EMAIL = 'ann@example.com'
const site = useSite()

const ann = () => site.db.subscriber.findFirstOrThrow({ where: { address: EMAIL } })

const signed = async (purpose: LinkPurpose, epoch?: number) => {
  const { id, epoch: now } = await ann()
  const link = { purpose, id, epoch: epoch ?? now, issuedAt: NOW }
  return signLink(link, site.deps.config.APP_SECRET[0]!)
}

/** Adds a subscriber with digests on weekdays at 8 UTC; returns the path of their page. */
async function page(typed: Partial<TypedSignup> = {}): Promise<string> {
  await addSubscriber(site.deps, {
    email: EMAIL,
    topics: ['linear attention', 'rag'],
    consent: 'on paper',
    ...typed,
  })
  return `/manage/${await signed('manage')}`
}

const topicIds = async () =>
  (await site.db.topic.findMany({ orderBy: { position: 'asc' } })).map(({ id }) => String(id))
const names = async () =>
  (await site.db.topic.findMany({ orderBy: { position: 'asc' } })).map(({ name }) => name).join('; ')

const press = (path: string, fields: object) => pressOn(site, path, fields)
const addedLine = (name: string) => fill(words.manage.said.added, { name })
const removedLine = (name: string) => fill(words.manage.said.removed, { name })
const pausedUntil = (date: string) =>
  fill(words.manage.said.paused, { until: fill(words.manage.until, { date }) })
const undo = (path: string, url: string) => press(path, { do: 'undo', change: url.split('change=')[1] })

describe('the page of a subscriber', () => {
  test('shows the next email, schedule and masked address, and is not cached or indexed', async () => {
    const { body, headers, statusCode } = await get(site, await page({ zone: 'Asia/Tokyo' }))
    expect(statusCode).toBe(200)
    expect(textOf(body)).toContain(fill(words.manage.glance.next, { when: 'Wednesday 25 November, 08:00' }))
    expect(textOf(body)).toMatch(/ · Tokyo · .*15.* · a•••@example\.com/)
    expect(body).not.toContain(EMAIL)
    expect(headers).toMatchObject({
      'cache-control': 'no-store',
      'x-robots-tag': 'noindex',
      'referrer-policy': 'same-origin',
    })
    expect(headers['set-cookie']).toBeUndefined()
  })

  test('shows the meaning of each topic and how many papers it matches', async () => {
    await addPapers(site.db)
    const topics = ['attention', 'zeolite catalysis', 'world -robot', 'author:LeCun']
    const { body } = await get(site, await page({ topics }))
    const text = textOf(body)
    const { span, fields, not } = words.manage.topics
    const inSpan = fill(span, { days: 30 })
    const meaning = (what: string) => fill(words.query.papersWith, { what })
    expect(text).toMatch(new RegExp(`Attention ${meaning('attention')} [1-9]\\d* ${inSpan}`))
    expect(text).toContain(`Zeolite catalysis ${meaning(listed(['zeolite', 'catalysis']))} 0 ${inSpan}`)
    expect(text).toContain(`World ${fill(not, { what: 'robot' })}`)
    expect(text).toContain(`LeCun ${fields.author}`)
    const strips = body.match(/<div class="strip" role="img" aria-label="[^"]*\b30\b/g)
    expect(strips).toHaveLength(4)
    expect(body.match(/<i( class="bar-\d+")?>/g)).toHaveLength(4 * 30)
  })

  test('opens the setting of papers that come close from the link in an email', async () => {
    const path = await page()
    const isOpen = (body: string) => body.includes('<details class="more-settings" open>')
    expect(isOpen((await get(site, `${path}?edit=schedule`)).body)).toBe(false)
    const [link] = closePapersLink(path).split('#')
    const { body } = await get(site, link!)
    expect(isOpen(body)).toBe(true)
    expect(body).toMatch(/<input type="checkbox" id="related"[^>]* checked>/)
    await press(path, { do: 'settings', related: 'false' })
    expect((await ann()).related).toBe(false)
  })

  test('redirects an older link with a topic to the page of that topic', async () => {
    const path = await page()
    const [, second] = await topicIds()
    const { statusCode, headers } = await get(site, `${path}?topic=${second}`)
    expect([statusCode, headers.location]).toEqual([303, `${path}/topics/${second}`])
  })

  test.each(['schedule', 'pause'])('opens only the form of %s', async (part) => {
    const path = await page()
    const opened = (body: string) => body.match(/aria-labelledby="(settings|pause)">/g)
    expect(opened((await get(site, path)).body)).toBeNull()
    expect(opened((await get(site, `${path}?edit=${part}`)).body)).toHaveLength(1)
  })

  test.each([
    '?topic=x',
    '?topic=1&topic=2',
    '?change=999',
    '?change=',
    '?change=99999999999999',
    '?change=a&change=b',
    '?edit=x',
  ])('ignores unknown parameters: %s', async (query) =>
    expect((await get(site, (await page()) + query)).statusCode).toBe(200),
  )

  test('changes nothing when it is opened', async () => {
    const path = await page()
    await press(path, { do: 'settings', hour: '9' })
    const before = await checksums(site.db)
    for (const query of ['', '?change=1', '?topic=1', '?edit=pause']) await get(site, path + query)
    await site.app.inject({ method: 'HEAD', url: path })
    expect(await checksums(site.db)).toEqual(before)
  })

  test('is below 100 kB with 20 long topics and 30 receipts', async () => {
    const topics = Array.from(
      { length: 20 },
      (_, i) => `("linear attention" OR "state space model" OR word${i}) -survey -"position paper" votes>=5`,
    )
    const path = await page({ topics, days: ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] })
    const { id } = await ann()
    await site.db.subscriber.update({ where: { id }, data: { startDate: new Date('2026-10-20') } })
    await planDigests(site.deps)
    const { body } = await get(site, path)
    expect(body.match(/<time /g)?.length).toBeGreaterThanOrEqual(30)
    expect(Buffer.byteLength(body)).toBeLessThan(100_000)
  })
})

describe('a change is confirmed and can be undone', () => {
  test('to settings', async () => {
    const path = await page()
    const days = ['', 'mon', 'tue', 'wed', 'thu', 'fri']
    const saved = await press(path, { do: 'settings', hour: '19', days, zone: 'UTC', max: '15' })
    const hour = (before: string, after: string) => changeLine(words.form.hour, before, after)
    const { said } = words.manage
    expect(saved.said).toBe(
      `${said.saved} ${hour('08:00', '19:00')} ${nextEmail(words.manage.when.today, '19:00')}`,
    )
    expect(saved.body).toContain(
      `<title>${fill(words.manage.titleSaid, { said: said.saved, page: words.manage.title })}`,
    )
    const undone = await undo(path, saved.url)
    expect(undone.said).toBe(`${said.undone} ${hour('19:00', '08:00')} ${nextEmail('Wednesday 25 November')}`)
    expect(await ann()).toMatchObject({ hour: 8 })
    expect((await undo(path, undone.url)).said).toContain(hour('08:00', '19:00'))
  })

  test('to the days of the week', async () => {
    const path = await page()
    const weekly = { do: 'settings', pace: 'weekly', weekday: 'thu', days: ['', 'mon', 'tue'] }
    expect((await press(path, weekly)).said).toContain(`${words.schedule.workdays} → ${words.weekdays.thu}`)
    expect(await ann()).toMatchObject({ days: ['thu'] })
    await press(path, { do: 'settings', pace: 'own', days: ['', 'sat', 'sun'] })
    expect(await ann()).toMatchObject({ days: ['sat', 'sun'] })
  })

  test('to topics: added, changed, named, moved, removed', async () => {
    const path = await page()
    const added = await press(path, { do: 'add-topic', topic: 'vision, "world model" -robot' })
    expect(added.said).toBe(`${words.manage.said.saved} ${addedLine('vision')} ${addedLine('world model')}`)
    const [first, second, third] = await topicIds()
    await press(`${path}/topics/${first}`, { do: 'change', query: 'gated attention', name: '' })
    await press(`${path}/topics/${second}`, { do: 'change', query: 'rag', name: 'Retrieval' })
    await press(path, { do: 'move-topic', topic: third, to: 'up' })
    expect(await names()).toBe('gated attention; vision; Retrieval; "world model" -robot')
    expect((await topicIds()).slice(0, 3)).toEqual([first, third, second])
    const removed = await press(path, { do: 'remove-topic', topic: second })
    expect(removed.said).toBe(`${words.manage.said.saved} ${removedLine('Retrieval')}`)
    expect((await undo(path, removed.url)).said).toBe(`${words.manage.said.undone} ${addedLine('Retrieval')}`)
    expect((await undo(path, added.url)).said).toContain(removedLine('vision'))
    expect(await names()).toBe('gated attention; Retrieval')
  })

  test('that pauses: for a week, a month, until a date, and resumed', async () => {
    const path = await page()
    expect((await press(path, { do: 'pause', for: 'week' })).said).toContain(
      pausedUntil('Tuesday 1 December'),
    )
    expect((await press(path, { do: 'pause', for: 'month' })).said).toContain(
      `→ ${fill(words.manage.until, { date: 'Thursday 24 December' })}`,
    )
    const dated = await press(path, { do: 'pause', for: 'date', until: '2026-11-30' })
    expect(dated.said).toContain(nextEmail('Monday 30 November'))
    expect(textOf(dated.body)).toContain(`${pausedUntil('Monday 30 November')} ${words.schedule.workdays}`)
    const resumed = await press(path, { do: 'resume' })
    expect(resumed.said).toBe(
      `${words.manage.said.saved} ${words.manage.said.resumed} ${nextEmail('Wednesday 25 November')}`,
    )
    expect((await undo(path, resumed.url)).said).toContain(pausedUntil('Monday 30 November'))
  })

  test('writes a consent row if it is about consent', async () => {
    const path = await page()
    await press(path, { do: 'add-topic', topic: 'vision' })
    await press(path, { do: 'settings', max: '5' })
    await press(path, { do: 'pause', for: 'week' })
    const { version } = CONSENT_WORDING
    const rows = await site.db.consent.findMany({ orderBy: { id: 'asc' }, skip: 1 })
    expect(rows.map(({ event, how, wording }) => `${event}, ${how}, ${wording}`)).toEqual([
      `topics-added, page, ${version}`,
      `changed, page, ${version}`,
      `paused, page, ${version}`,
    ])
  })

  test('unless nothing changed: that is reported, and nothing is written', async () => {
    const path = await page()
    const before = await checksums(site.db)
    for (const fields of [
      { do: 'settings', hour: '8' },
      { do: 'resume' },
      { do: 'move-topic', topic: (await topicIds())[0], to: 'up' },
      { do: 'remove-topic', topic: '999' },
    ]) {
      expect((await press(path, fields)).said).toBe(words.manage.said.nothing)
    }
    expect(await checksums(site.db)).toEqual(before)
  })

  test('undoes an earlier change after later ones', async () => {
    const path = await page()
    const first = await press(path, { do: 'settings', hour: '19' })
    await press(path, { do: 'settings', max: '5' })
    const { body } = await get(site, first.url)
    const earlier = fill(words.manage.said.earlier, { at: '24 Nov 2026, 12:00' })
    expect(textOf(body)).toContain(`${earlier} ${changeLine(words.form.hour, '08:00', '19:00')}`)
    expect((await undo(path, first.url)).said).toContain(changeLine(words.form.hour, '19:00', '08:00'))
    expect(await ann()).toMatchObject({ hour: 8, maxPapers: 5 })
  })

  test('only by the same subscriber: other undos get 409 on the full page', async () => {
    const path = await page()
    await addSubscriber(site.deps, { email: 'bob@example.com', topics: ['x'], consent: 'on paper' })
    await addSubscriber(site.deps, { email: 'bob@example.com', topics: ['y'], consent: 'on paper' })
    const ofBob = await site.db.change.findFirstOrThrow({ orderBy: { id: 'desc' } })
    const before = await checksums(site.db)
    for (const change of [String(ofBob.id), 'x', '0']) {
      const { statusCode, body } = await post(site, path, { do: 'undo', change })
      expect([statusCode, errorsOn(body)]).toEqual([409, ['change.cannot-undo']])
      expect(body).toContain('id="receipts"')
    }
    expect(await checksums(site.db)).toEqual(before)
    expect((await get(site, `${path}?change=${ofBob.id}`)).body).not.toContain(addedLine('y'))
    const program = { method: 'POST', url: path, payload: { do: 'undo', change: '0' } } as const
    const answer = await site.app.inject({ ...program, headers: { accept: 'application/json' } })
    expect(answer.json()).toMatchObject({ error: 'change.cannot-undo' })
  })

  test('unless its topic no longer fits: 422', async () => {
    const path = await page({ topics: Array.from({ length: 20 }, (_, i) => `word${i}`) })
    const { url } = await press(path, { do: 'remove-topic', topic: (await topicIds())[0] })
    await press(path, { do: 'add-topic', topic: 'another' })
    const { statusCode, body } = await post(site, path, { do: 'undo', change: url.split('change=')[1] })
    expect([statusCode, errorsOn(body)]).toEqual([422, ['topic: topics.too-many']])
  })
})

describe('an error shows the whole page with the input', () => {
  const wrong = async (path: string, fields: object) => {
    const before = await checksums(site.db)
    const { statusCode, body } = await post(site, path, fields)
    expect(statusCode).toBe(422)
    expect(await checksums(site.db)).toEqual(before)
    expect(body).toContain(`<title>${fill(words.site.errorTitle, { page: words.manage.title })}`)
    expect(body).toContain('id="receipts"')
    return { body, errors: errorsOn(body) }
  }

  test('in the settings, all at once', async () => {
    const { body, errors } = await wrong(await page(), {
      do: 'settings',
      hour: '25',
      zone: 'EST',
      max: '99',
      days: '',
    })
    expect(errors).toEqual([
      'hour: setting.hour',
      'zone: zone.unknown',
      'max: setting.max',
      'days-mon: setting.no-days',
    ])
    expect(body).toContain('<option value="EST" selected>EST')
    expect(body).toContain('value="99"')
  })

  test.each([
    ['', 'query.empty'],
    ['rag', 'topic.exists'],
    ['vision, (', 'query.bracket-open'],
    [Array.from({ length: 19 }, (_, i) => `word${i}`).join(), 'topics.too-many'],
  ])('in topics to add: %j', async (topic, code) => {
    const { body, errors } = await wrong(await page(), { do: 'add-topic', topic })
    expect(errors).toEqual([`topic: ${code}`])
    expect(body).toContain(`>${topic}</textarea>`)
  })

  test.each([
    ['2026-11-24', 'setting.until'],
    ['2026-02-31', 'date.invalid'],
    ['soon', 'date.invalid'],
    ['', 'setting.until'],
  ])('in the date of a pause: %j', async (until, code) => {
    const { errors, body } = await wrong(await page(), { do: 'pause', for: 'date', until })
    expect(errors).toEqual([`until: ${code}`])
    expect(body).toContain(`value="${until}"`)
  })

  test.each([{}, { do: 'constructor' }, { do: ['settings', 'undo'] }, { do: 'change' }])(
    'unless no page has such a form: %j is refused',
    async (fields) => {
      const { statusCode } = await post(site, await page(), fields)
      expect(statusCode).toBeGreaterThanOrEqual(400)
      expect(statusCode).toBeLessThan(500)
    },
  )

  test('and programs get its code as JSON', async () => {
    const path = await page()
    const [topic] = await topicIds()
    const codeOf = async (url: string, payload: object) =>
      (
        await site.app.inject({ method: 'POST', url, payload, headers: { accept: 'application/json' } })
      ).json().error
    expect(await codeOf(path, { do: 'add-topic', topic: 'rag' })).toBe('topic.exists')
    const long = { do: 'change', query: 'x', name: 'x'.repeat(101) }
    expect(await codeOf(`${path}/topics/${topic}`, long)).toBe('topic.long-name')
  })
})

describe('the link to the page', () => {
  test.each(['unsubscribe', 'confirm', 'resubscribe', 'digest', 'account', 'move'] as const)(
    'of %s opens nothing here: 404 with the form for a new link',
    async (purpose) => {
      await page()
      const path = `/manage/${await signed(purpose)}`
      const before = await checksums(site.db)
      for (const answer of [await get(site, path), await post(site, path, { do: 'pause', for: 'week' })]) {
        expect(answer.statusCode).toBe(404)
        expect(answer.body).toContain('<form method="post" action="/manage"')
        expect(answer.body).toContain('name="email"')
        expect(answer.headers['cache-control']).toBe('no-store')
      }
      expect(await checksums(site.db)).toEqual(before)
    },
  )

  test('from before an import, cut off or in lower case is refused', async () => {
    const path = await page()
    await site.db.subscriber.updateMany({ data: { epoch: 1, importedAt: site.clock.now() } })
    for (const [url, status] of [
      [path, 410],
      [path.slice(0, -3), 404],
      [path.toLowerCase(), 404],
    ] as const) {
      expect((await get(site, url)).statusCode).toBe(status)
      expect((await post(site, url, { do: 'pause', for: 'week' })).statusCode).toBe(status)
    }
    expect(await ann()).toMatchObject({ state: 'active' })
  })

  test('leads an unsubscribed reader to the button to resubscribe, and changes nothing else', async () => {
    const path = await page()
    await unsubscribeByOperator(site.deps, { email: EMAIL })
    const before = await checksums(site.db)
    const { statusCode, headers } = await post(site, path, { do: 'settings', hour: '9' })
    expect([statusCode, headers.location]).toEqual([303, path])
    const { body } = await get(site, path)
    expect(body).not.toContain('name="do"')
    expect(await checksums(site.db)).toEqual(before)
    const back = body.match(/action="(\/resubscribe\/[^"]+)"/)![1]!
    expect((await post(site, back)).statusCode).toBe(303)
    expect(await ann()).toMatchObject({ state: 'active' })
  })

  test('leads a suppressed subscriber to a page that explains it', async () => {
    const path = await page()
    await suppress(site.deps, { email: EMAIL, reason: 'dead' })
    const { statusCode, body } = await get(site, path)
    expect(statusCode).toBe(200)
    expect(body).toContain(words.manage.none.suppressed)
    expect((await post(site, path, { do: 'resume' })).headers.location).toBe(path)
    expect(await ann()).toMatchObject({ state: 'suppressed' })
  })
})

test('a page explains a pause because of a full mailbox, until the next change', async () => {
  const path = await page()
  const { id } = await ann()
  const full = { subscriberId: id, at: NOW, how: 'mailbox full', before: {}, after: {} }
  await site.db.subscriber.update({
    where: { id },
    data: { state: 'paused', pausedUntil: new Date('2026-12-01') },
  })
  await site.db.change.create({ data: full })
  const says = words.manage.pausedByFull
  expect(textOf((await get(site, path)).body)).toContain(says)
  await site.db.change.create({ data: { ...full, how: 'page' } })
  expect(textOf((await get(site, path)).body)).not.toContain(says)
})

describe('the delivery history', () => {
  /** The row of each date, newest first. */
  const receipts = async (path: string) =>
    [...(await get(site, path)).body.matchAll(/<li>(<time.*?)<\/li>/gs)].map(([, row]) => textOf(row!).trim())

  test('has a row for each date, with what was delivered', async () => {
    await addPapers(site.db)
    const path = await page({ topics: [], days: ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] })
    const { id } = await ann()
    await site.db.subscriber.update({ where: { id }, data: { startDate: new Date('2026-11-22') } })
    await planDigests(site.deps)
    const [, yesterday, today] = await receipts(path)
    expect([yesterday, today]).toEqual([
      `Mon 23 Nov ${capitalized(words.receipts.outcomes.missed)}`,
      `Sun 22 Nov ${capitalized(words.receipts.outcomes.missed)}`,
    ])
    const waiting = capitalized(words.receipts.mails.waiting)
    expect((await receipts(path))[0]).toContain(`Tue 24 Nov ${waiting}`)
    const message = await site.db.message.findFirstOrThrow({ where: { kind: 'digest' } })
    await acceptMessage(site.db, { id: message.id, at: new Date('2026-11-24T12:00:05Z') })
    const delivered = capitalized(fill(words.receipts.mails.accepted, { at: '12:00' }))
    expect((await receipts(path))[0]).toMatch(new RegExp(` ${delivered}$`))
    await messageCameBack(site.db, new Date('2026-11-24T12:03:00Z'), { class: 'full', status: '5.2.2' })
    const returned = { taken: delivered, why: words.receipts.cameBack.full }
    expect((await receipts(path))[0]).toContain(fill(words.receipts.mails.cameBack, returned))
    const { body } = await get(site, path)
    const link = body.match(/href="(\/manage\/[^"]+\/digest\/[^"]+)"/)![1]!
    expect((await get(site, link)).statusCode).toBe(200)
    const { notDue } = words.receipts
    expect(textOf(body)).not.toMatch(sentence(notDue))
    await site.db.digest.updateMany({ data: { content: {} } })
    await site.db.subscriber.update({ where: { id }, data: { days: ['mon', 'tue', 'wed', 'thu', 'fri'] } })
    const pruned = await get(site, path)
    expect(pruned.body).toContain('Tue 24 Nov')
    expect(pruned.body).not.toContain('/digest/')
    expect(textOf(pruned.body)).toMatch(
      sentence(notDue, { days: listed([words.weekdays.sat, words.weekdays.sun]) }),
    )
  })

  test('has no rows of other subscribers', async () => {
    await addSubscriber(site.deps, { email: 'bob@example.com', topics: ['x'], consent: 'on paper' })
    await site.db.subscriber.updateMany({ data: { startDate: new Date('2026-11-24') } })
    await planDigests(site.deps)
    expect(textOf((await get(site, await page())).body)).toContain(words.receipts.none)
  })
})
