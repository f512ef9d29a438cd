import { describe, expect, test } from 'vitest'
import { addSubscriber } from '../../../src/account/signup/add-subscriber.ts'
import { unsubscribeByOperator } from '../../../src/account/unsubscribe.ts'
import { planDigests } from '../../../src/digests/plan-digests.ts'
import { CONSENT_WORDING } from '../../../src/subscribers/consent.ts'
import { type LinkPurpose, signLink } from '../../../src/subscribers/links.ts'
import { closePapersLink } from '../../../src/subscribers/page-links.ts'
import type { TypedSignup } from '../../../src/subscribers/read-signup.ts'
import { suppress } from '../../../src/subscribers/suppress-subscriber.ts'
import { checksums } from '../../support/checksums.ts'
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
const undo = (path: string, url: string) => press(path, { do: 'undo', change: url.split('change=')[1] })

describe('the page', () => {
  test('says at a glance who, when and what next; no list of addresses, no cache, no index', async () => {
    const { body, headers, statusCode } = await get(site, await page({ zone: 'Asia/Tokyo' }))
    expect(statusCode).toBe(200)
    expect(textOf(body)).toContain('Next email: Wednesday 25 November, 08:00')
    expect(textOf(body)).toContain('Monday to Friday · Tokyo · up to 15 papers · a•••@example.com')
    expect(body).not.toContain(EMAIL)
    expect(headers).toMatchObject({
      'cache-control': 'no-store',
      'x-robots-tag': 'noindex',
      'referrer-policy': 'same-origin',
    })
    expect(headers['set-cookie']).toBeUndefined()
  })

  test('each topic with its meaning and how much it matches', async () => {
    await addPapers(site.db)
    const topics = ['attention', 'zeolite catalysis', 'world -robot', 'author:LeCun']
    const { body } = await get(site, await page({ topics }))
    const text = textOf(body)
    expect(text).toMatch(/Attention Papers with attention [1-9]\d* in 30 days Edit Attention/)
    expect(text).toContain('Zeolite catalysis Papers with zeolite and catalysis 0 in 30 days')
    expect(text).toContain('World not: robot')
    expect(text).toContain('LeCun author')
    const strips = body.match(/<div class="strip" role="img" aria-label="Papers on \d+ of 30 days, up to/g)
    expect(strips).toHaveLength(4)
    expect(body.match(/<i( class="bar-\d+")?>/g)).toHaveLength(4 * 30)
  })

  test('“Turn off” in an email opens the setting of papers that come close, which are on', async () => {
    const path = await page()
    const isOpen = (body: string) => body.includes('<details class="more-settings" open>')
    expect(isOpen((await get(site, `${path}?edit=schedule`)).body)).toBe(false)
    const [link] = closePapersLink(path).split('#')
    const { body } = await get(site, link!)
    expect(isOpen(body)).toBe(true)
    expect(body).toMatch(
      /<select id="related"[^>]*>\s*<option value="false">None<\/option><option value="true" selected>/,
    )
    await press(path, { do: 'settings', related: 'false' })
    expect((await ann()).related).toBe(false)
  })

  test('a link in an email of last year leads to its topic', async () => {
    const path = await page()
    const [, second] = await topicIds()
    const { statusCode, headers } = await get(site, `${path}?topic=${second}`)
    expect([statusCode, headers.location]).toEqual([303, `${path}/topics/${second}`])
  })

  test.each(['schedule', 'pause'])('opens the form of %s, and no other', async (part) => {
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
  ])('is there whatever its address asks for: %s', async (query) =>
    expect((await get(site, (await page()) + query)).statusCode).toBe(200),
  )

  test('looking changes nothing', async () => {
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

describe('each change is confirmed and can be undone', () => {
  test('settings', async () => {
    const path = await page()
    const days = ['', 'mon', 'tue', 'wed', 'thu', 'fri']
    const saved = await press(path, { do: 'settings', hour: '19', days, zone: 'UTC', max: '15' })
    expect(saved.said).toBe('Saved Hour: 08:00 → 19:00 Next email today at 19:00, if anything matches.')
    expect(saved.body).toContain('<title>Saved: Your digests')
    const undone = await undo(path, saved.url)
    expect(undone.said).toBe(
      'Undone Hour: 19:00 → 08:00 Next email Wednesday 25 November at 08:00, if anything matches.',
    )
    expect(await ann()).toMatchObject({ hour: 8 })
    expect((await undo(path, undone.url)).said).toContain('Hour: 08:00 → 19:00')
  })

  test('the days, as the form offers them', async () => {
    const path = await page()
    const weekly = { do: 'settings', pace: 'weekly', weekday: 'thu', days: ['', 'mon', 'tue'] }
    expect((await press(path, weekly)).said).toContain('Monday to Friday → Thursday')
    expect(await ann()).toMatchObject({ days: ['thu'] })
    await press(path, { do: 'settings', pace: 'own', days: ['', 'sat', 'sun'] })
    expect(await ann()).toMatchObject({ days: ['sat', 'sun'] })
  })

  test('topics added, changed, named, moved, removed', async () => {
    const path = await page()
    const added = await press(path, { do: 'add-topic', topic: 'vision, "world model" -robot' })
    expect(added.said).toBe('Saved Added: vision Added: "world model" -robot')
    const [first, second, third] = await topicIds()
    await press(`${path}/topics/${first}`, { do: 'change', query: 'gated attention', name: '' })
    await press(`${path}/topics/${second}`, { do: 'change', query: 'rag', name: 'Retrieval' })
    await press(path, { do: 'move-topic', topic: third, to: 'up' })
    expect(await names()).toBe('gated attention; vision; Retrieval; "world model" -robot')
    expect((await topicIds()).slice(0, 3)).toEqual([first, third, second])
    const removed = await press(path, { do: 'remove-topic', topic: second })
    expect(removed.said).toBe('Saved Removed: Retrieval')
    expect((await undo(path, removed.url)).said).toBe('Undone Added: Retrieval')
    expect((await undo(path, added.url)).said).toContain('Removed: vision')
    expect(await names()).toBe('gated attention; Retrieval')
  })

  test('a pause for a week, a month, until a date; resumed', async () => {
    const path = await page()
    expect((await press(path, { do: 'pause', for: 'week' })).said).toContain(
      'Paused until Tuesday 1 December',
    )
    expect((await press(path, { do: 'pause', for: 'month' })).said).toContain('→ until Thursday 24 December')
    const dated = await press(path, { do: 'pause', for: 'date', until: '2026-11-30' })
    expect(dated.said).toContain('Next email Monday 30 November at 08:00')
    expect(textOf(dated.body)).toContain('Paused until Monday 30 November Monday to Friday')
    const resumed = await press(path, { do: 'resume' })
    expect(resumed.said).toBe('Saved Resumed Next email Wednesday 25 November at 08:00, if anything matches.')
    expect((await undo(path, resumed.url)).said).toContain('Paused until Monday 30 November')
  })

  test('each leaves a consent row where it is about consent', async () => {
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

  test('an unchanged value is reported, and nothing is written', async () => {
    const path = await page()
    const before = await checksums(site.db)
    for (const fields of [
      { do: 'settings', hour: '8' },
      { do: 'resume' },
      { do: 'move-topic', topic: (await topicIds())[0], to: 'up' },
      { do: 'remove-topic', topic: '999' },
    ]) {
      expect((await press(path, fields)).said).toBe('No change: your settings were already like this')
    }
    expect(await checksums(site.db)).toEqual(before)
  })

  test('a change that others came after is called an earlier one', async () => {
    const path = await page()
    const first = await press(path, { do: 'settings', hour: '19' })
    await press(path, { do: 'settings', max: '5' })
    const { body } = await get(site, first.url)
    expect(textOf(body)).toContain('An earlier change, from 24 Nov 2026, 12:00 Hour: 08:00 → 19:00')
    expect((await undo(path, first.url)).said).toContain('Hour: 19:00 → 08:00')
    expect(await ann()).toMatchObject({ hour: 8, maxPapers: 5 })
  })

  test('an undo of another subscriber’s change, or of none, is refused with a sentence on the full page', async () => {
    const path = await page()
    await addSubscriber(site.deps, { email: 'bob@example.com', topics: ['x'], consent: 'on paper' })
    await addSubscriber(site.deps, { email: 'bob@example.com', topics: ['y'], consent: 'on paper' })
    const ofBob = await site.db.change.findFirstOrThrow({ orderBy: { id: 'desc' } })
    const before = await checksums(site.db)
    for (const change of [String(ofBob.id), 'x', '0']) {
      const { statusCode, body } = await post(site, path, { do: 'undo', change })
      expect(statusCode).toBe(409)
      expect(textOf(body)).toContain(
        'There’s nothing to undo: it’s already as it was before, or has changed since.',
      )
      expect(body).toContain('id="receipts"')
    }
    expect(await checksums(site.db)).toEqual(before)
    expect((await get(site, `${path}?change=${ofBob.id}`)).body).not.toContain('Added: y')
    const program = { method: 'POST', url: path, payload: { do: 'undo', change: '0' } } as const
    const answer = await site.app.inject({ ...program, headers: { accept: 'application/json' } })
    expect(answer.json()).toMatchObject({ error: 'change.cannot-undo' })
  })

  test('a topic that no longer fits is not brought back', async () => {
    const path = await page({ topics: Array.from({ length: 20 }, (_, i) => `word${i}`) })
    const { url } = await press(path, { do: 'remove-topic', topic: (await topicIds())[0] })
    await press(path, { do: 'add-topic', topic: 'another' })
    const { statusCode, body } = await post(site, path, { do: 'undo', change: url.split('change=')[1] })
    expect(statusCode).toBe(422)
    expect(textOf(body)).toContain('That’s 21 topics, and the limit is 20.')
  })
})

describe('an error shows the whole page, with the input', () => {
  const wrong = async (path: string, fields: object) => {
    const before = await checksums(site.db)
    const { statusCode, body } = await post(site, path, fields)
    expect(statusCode).toBe(422)
    expect(await checksums(site.db)).toEqual(before)
    expect(body).toContain('<title>Error: Your digests')
    expect(body).toContain('id="receipts"')
    const summary = body.match(/role="alert"[\s\S]*?<\/div>/)?.[0] ?? ''
    return {
      body,
      links: [...summary.matchAll(/href="#([^"]+)">([^<]+)/g)].map(([, id, text]) => `${id}: ${text}`),
    }
  }

  test('in the settings, all at once', async () => {
    const { body, links } = await wrong(await page(), {
      do: 'settings',
      hour: '25',
      zone: 'EST',
      max: '99',
      days: '',
    })
    expect(links.map((link) => link.split(':')[0])).toEqual(['hour', 'zone', 'max', 'days-mon'])
    expect(body).toContain('<option selected>EST')
    expect(body).toContain('value="99"')
  })

  test.each([
    ['', 'Enter a word or two'],
    ['rag', 'You already have this topic. Enter a different one.'],
    ['vision, (', 'bracket'],
    [Array.from({ length: 19 }, (_, i) => `word${i}`).join(), 'That’s 21 topics'],
  ])('in topics to add: %j', async (topic, sentence) => {
    const { body, links } = await wrong(await page(), { do: 'add-topic', topic })
    expect(links).toEqual([expect.stringMatching(/^topic: /)])
    expect(textOf(body)).toContain(sentence)
    expect(body).toContain(`>${topic}</textarea>`)
  })

  test.each(['2026-11-24', '2026-02-31', 'soon', ''])('in the date of a pause: %j', async (until) => {
    const { links, body } = await wrong(await page(), { do: 'pause', for: 'date', until })
    expect(links).toEqual([expect.stringMatching(/^until: .*date/)])
    expect(body).toContain(`value="${until}"`)
  })

  test.each([{}, { do: 'constructor' }, { do: ['settings', 'undo'] }, { do: 'change' }])(
    'a form of no page of ours: %j',
    async (fields) => {
      const { statusCode } = await post(site, await page(), fields)
      expect(statusCode).toBeGreaterThanOrEqual(400)
      expect(statusCode).toBeLessThan(500)
    },
  )

  test('error codes for programs', async () => {
    const path = await page()
    const [topic] = await topicIds()
    const told = async (url: string, payload: object) =>
      (
        await site.app.inject({ method: 'POST', url, payload, headers: { accept: 'application/json' } })
      ).json().error
    expect(await told(path, { do: 'add-topic', topic: 'rag' })).toBe('topic.exists')
    const long = { do: 'change', query: 'x', name: 'x'.repeat(101) }
    expect(await told(`${path}/topics/${topic}`, long)).toBe('topic.long-name')
  })
})

describe('links', () => {
  test.each(['unsubscribe', 'confirm', 'resubscribe', 'digest', 'account', 'move'] as const)(
    'one for %s opens nothing here, and a new one is offered',
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

  test('one from before an import, one cut off, one in small letters', async () => {
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

  test('an unsubscribed reader can resubscribe, and can change nothing else', async () => {
    const path = await page()
    await unsubscribeByOperator(site.deps, { email: EMAIL })
    const before = await checksums(site.db)
    const { statusCode, headers } = await post(site, path, { do: 'settings', hour: '9' })
    expect([statusCode, headers.location]).toEqual([303, path])
    const { body } = await get(site, path)
    expect(body).toContain('<h1>You’re unsubscribed</h1>')
    expect(body).not.toContain('name="do"')
    expect(await checksums(site.db)).toEqual(before)
    const back = body.match(/action="(\/resubscribe\/[^"]+)"/)![1]!
    expect((await post(site, back)).statusCode).toBe(303)
    expect(await ann()).toMatchObject({ state: 'active' })
  })

  test('to a suppressed address nothing comes, and the page says so', async () => {
    const path = await page()
    await suppress(site.deps, { email: EMAIL, reason: 'dead' })
    const { statusCode, body } = await get(site, path)
    expect(statusCode).toBe(200)
    expect(body).toContain('We don’t email this address')
    expect((await post(site, path, { do: 'resume' })).headers.location).toBe(path)
    expect(await ann()).toMatchObject({ state: 'suppressed' })
  })
})

test('a subscriber paused because of a full mailbox reads why, until they change something', async () => {
  const path = await page()
  const { id } = await ann()
  const full = { subscriberId: id, at: NOW, how: 'mailbox full', before: {}, after: {} }
  await site.db.subscriber.update({
    where: { id },
    data: { state: 'paused', pausedUntil: new Date('2026-12-01') },
  })
  await site.db.change.create({ data: full })
  const says =
    'Paused for a week: an email bounced because your mail server says your mailbox is full or disabled.'
  expect(textOf((await get(site, path)).body)).toContain(says)
  await site.db.change.create({ data: { ...full, how: 'page' } })
  expect(textOf((await get(site, path)).body)).not.toContain(says)
})

describe('receipts', () => {
  /** What the page says of each date, newest first. */
  const receipts = async (path: string) =>
    [...(await get(site, path)).body.matchAll(/<li>(<time.*?)<\/li>/gs)].map(([, row]) => textOf(row!).trim())

  test('say what became of each date', async () => {
    await addPapers(site.db)
    const path = await page({ topics: [], days: ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] })
    const { id } = await ann()
    await site.db.subscriber.update({ where: { id }, data: { startDate: new Date('2026-11-22') } })
    await planDigests(site.deps)
    const [, yesterday, today] = await receipts(path)
    expect([yesterday, today]).toEqual([
      'Mon 23 Nov Missed: our service wasn’t running; the day’s papers are on the site',
      'Sun 22 Nov Missed: our service wasn’t running; the day’s papers are on the site',
    ])
    expect((await receipts(path))[0]).toMatch(/^Tue 24 Nov \d+ papers? Tue 24 Nov Waiting to be sent/)
    const message = await site.db.message.findFirstOrThrow({ where: { kind: 'digest' } })
    await site.db.acceptance.create({
      data: { messageId: message.id, at: new Date('2026-11-24T12:00:05Z'), reply: '250' },
    })
    expect((await receipts(path))[0]).toMatch(/papers? .* Delivered 12:00$/)
    await messageCameBack(site.db, new Date('2026-11-24T12:03:00Z'), { class: 'full', status: '5.2.2' })
    expect((await receipts(path))[0]).toMatch(
      /papers? .* Delivered 12:00, then returned: it says your mailbox is full or disabled$/,
    )
    const { body } = await get(site, path)
    const link = body.match(/href="(\/digest\/[^"]+)"/)![1]!
    expect((await get(site, link)).statusCode).toBe(200)
    expect(textOf(body)).not.toContain('nothing is due on')
    await site.db.digest.updateMany({ data: { content: {} } })
    await site.db.subscriber.update({ where: { id }, data: { days: ['mon', 'tue', 'wed', 'thu', 'fri'] } })
    const pruned = await get(site, path)
    expect(pruned.body).toContain('Tue 24 Nov')
    expect(pruned.body).not.toContain('href="/digest/')
    expect(textOf(pruned.body)).toContain('On your current schedule, nothing is due on Saturday and Sunday.')
  })

  test('other subscribers do not see them', async () => {
    await addSubscriber(site.deps, { email: 'bob@example.com', topics: ['x'], consent: 'on paper' })
    await site.db.subscriber.updateMany({ data: { startDate: new Date('2026-11-24') } })
    await planDigests(site.deps)
    expect(textOf((await get(site, await page())).body)).toContain('No email has been due yet.')
  })
})
