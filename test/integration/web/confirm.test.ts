import { beforeEach, describe, expect, test } from 'vitest'
import { pauseSubscriber } from '../../../src/account/change-by-operator.ts'
import { unsubscribeByOperator } from '../../../src/account/unsubscribe.ts'
import { counted, fill, rateOf, words } from '../../../src/i18n/words.ts'
import { recordListings } from '../../../src/papers/listing.repo.ts'
import { readLink } from '../../../src/subscribers/links.ts'
import { checksums } from '../../support/checksums.ts'
import { mailed } from '../../support/mailed-links.ts'
import { sentence } from '../../support/page-text.ts'
import { confirmToken, get, NOW, post, subscribeThroughSite, textOf, useSite } from '../../support/site.ts'

const EMAIL = 'ann@example.com'

const FIRST_IN_TOKYO = fill(words.schedule.moment, {
  day: 'Wednesday 25 November 2026',
  hour: '08:00',
  zone: 'Tokyo',
})

const site = useSite()

// Papers are cached for a minute, and each test numbers them anew.
let minutes = 0
beforeEach(() => site.clock.moveTo(new Date(NOW.getTime() + ++minutes * 61_000)))

async function listed(day: string, ...titles: string[]): Promise<void> {
  const records = titles.map((title) => ({
    keys: [],
    title,
    abstract: '',
    authors: [],
    categories: [],
    keywords: [],
  }))
  await recordListings(site.db, { source: 'huggingface', day, records, now: NOW })
}

async function asked(fields: object = {}): Promise<string> {
  await post(site, '/subscribe', { email: EMAIL, ...fields })
  return confirmToken(site, EMAIL)
}

/** Presses the button and returns the page that it leads to. */
async function pressed(token: string): Promise<string> {
  const { headers } = await post(site, `/confirm/${token}`)
  return (await get(site, headers.location as string)).body
}

/** The page after the button once the welcome is sent. */
async function afterWelcome(token: string): Promise<string> {
  await pressed(token)
  await mailed(site, 'welcome', EMAIL)
  return (await get(site, `/confirm/${token}/done`)).body
}

const headingOf = (page: string) => page.match(/<h1>([^<]*)</)?.[1]
const manyTopics = (count: number) => Array.from({ length: count }, (_, n) => `topic${n}`)

describe('the confirmation page', () => {
  test('shows what each topic would have brought, and changes nothing', async () => {
    await listed('2026-11-20', 'Robots', 'Robots again', 'Graphs')
    await listed('2026-10-25', 'Robots of long ago')
    const token = await asked({ topic: ['robots', 'graphs', 'zebras'] })
    const before = await checksums(site.db)
    const { body } = await get(site, `/confirm/${token}`)
    expect([...body.matchAll(/class="rate">([^<]*)</g)].map(([, rate]) => rate)).toEqual([
      rateOf(2, 30),
      rateOf(1, 30),
      rateOf(0, 30),
    ])
    expect(body).toContain(words.confirm.someIdle)
    expect(body).not.toContain('/manage/')
    expect(await checksums(site.db)).toEqual(before)
  })

  test('explains how to match more if nothing matched', async () => {
    await listed('2026-11-20', 'Robots')
    const { body } = await get(site, `/confirm/${await asked({ topic: 'zebras' })}`)
    expect(body).toContain(words.confirm.idle)
  })

  test('works without rates if they cannot be counted', async () => {
    await listed('2026-11-20', 'Robots')
    const token = await asked({ topic: 'robots' })
    await site.db.$executeRawUnsafe('alter table listing rename to hidden')
    const [page, done] = [await get(site, `/confirm/${token}`), await pressed(token)]
    await site.db.$executeRawUnsafe('alter table hidden rename to listing')
    expect(page.statusCode).toBe(200)
    for (const body of [page.body, done]) {
      expect(body).toContain('robots')
      expect(body).not.toContain('class="rate"')
    }
    expect(headingOf(done)).toBe(words.confirmed.headings.begun)
    expect(site.logged.join('')).toContain('rates.failed')
  })

  test('lists beforehand what the button leaves out', async () => {
    await subscribeThroughSite(site, EMAIL, { topic: manyTopics(19) })
    const { body } = await get(
      site,
      `/confirm/${await asked({ topic: 'topic0, second last, one too many' })}`,
    )
    const [before, after] = body.split(words.confirm.leftOut)
    expect(before).toContain('Second last')
    expect(before).not.toContain('One too many')
    expect(after).toContain('One too many')
  })

  test('leaves out topics that are too long together with the earlier ones', async () => {
    const long = (word: string) => `${word} `.repeat(1900 / (word.length + 1))
    const stored = Array.from({ length: 12 }, (_, n) => long(`robots${n}`))
    await subscribeThroughSite(site, EMAIL, { topic: stored })
    const token = await asked({ topic: [long('zebras'), 'one more'] })
    const page = await pressed(token)
    expect(page.split(words.confirmed.leftOut)[1]).toContain('zebras')
    expect((await site.db.topic.findMany({ orderBy: { position: 'asc' } })).at(-1)!.name).toBe('one more')
  })

  test('has no button for a subscriber who asks for nothing', async () => {
    const token = await asked()
    await subscribeThroughSite(site, EMAIL, { topic: 'robots' })
    const { body } = await get(site, `/confirm/${token}`)
    expect(headingOf(body)).toBe(words.confirm.already.heading)
    expect(body).not.toContain('action="/confirm')
    expect(body).toMatch(/\/manage\/[\w-]{40,}/)
  })
})

describe('the page after a confirmation', () => {
  test('shows the date of the first email, the welcome email and its sender, and links to the settings', async () => {
    await listed('2026-11-20', 'Robots')
    const page = await pressed(await asked({ topic: 'robots', zone: 'Asia/Tokyo' }))
    expect(headingOf(page)).toBe(words.confirmed.headings.begun)
    expect(textOf(page)).toMatch(sentence(words.confirmed.firstHtml, { when: FIRST_IN_TOKYO }))
    expect(page).toContain(fill(words.confirmed.welcome.alone, { address: 'a•••@example.com' }))
    expect(page).toContain(`<strong>${site.deps.config.MAIL_FROM}</strong>`)
    expect(page).toContain(rateOf(1, 30))
    const token = page.match(/\/manage\/([\w-]+)/)![1]!
    const { id, epoch } = await site.db.subscriber.findFirstOrThrow()
    expect(readLink(token, 'manage', site.deps.config.APP_SECRET, site.clock.now())).toMatchObject({
      id,
      epoch,
    })
  })

  test('names the day of the welcome’s papers, once they are selected', async () => {
    await listed('2026-11-20', 'Robots')
    expect(await afterWelcome(await asked({ topic: 'robots' }))).toContain(
      fill(words.confirmed.welcome.papers, { day: 'Friday 20 November 2026', address: 'a•••@example.com' }),
    )
  })

  test('keeps papers of today for the first digest', async () => {
    await listed('2026-11-24', 'Robots')
    const page = await afterWelcome(await asked({ topic: 'robots' }))
    expect(page).toContain(counted(1, words.emails.welcome.today))
    expect(textOf(page)).not.toMatch(sentence(words.confirmed.welcome.nothing))
  })

  test('explains that the welcome has no papers if nothing matched', async () => {
    await listed('2026-11-20', 'Robots')
    const page = await afterWelcome(await asked({ topic: 'zebras' }))
    expect(textOf(page)).toMatch(sentence(words.confirmed.welcome.nothing))
  })

  test('announces no first email if topics were added', async () => {
    await subscribeThroughSite(site, EMAIL, { topic: 'robots' })
    site.clock.moveTo(new Date(site.clock.now().getTime() + 1000))
    const page = await pressed(await asked({ topic: 'graphs' }))
    expect(headingOf(page)).toBe(words.confirmed.headings.added)
    const text = textOf(page)
    expect(text).toMatch(sentence(words.confirmed.nextHtml))
    expect(text).toContain('graphs')
    expect(text).not.toMatch(sentence(words.confirmed.firstHtml))
    expect(text).not.toMatch(sentence(words.confirmed.welcome.alone))
  })

  test('offers to undo added topics', async () => {
    await subscribeThroughSite(site, EMAIL, { topic: 'robots' })
    site.clock.moveTo(new Date(site.clock.now().getTime() + 1000))
    const token = await asked({ topic: 'graphs' })
    const page = await pressed(token)
    const said = page.match(/role="status">([\s\S]*?)<\/div>/)![1]
    expect(said).toContain(fill(words.manage.said.added, { name: 'graphs' }))
    expect(said).not.toContain('robots')
    const [, path] = page.match(/<form[^>]* action="(\/manage\/[\w-]+)">/)!
    const [, change] = page.match(/name="change" value="(\d+)"/)!
    site.clock.moveTo(new Date(site.clock.now().getTime() + 1000))
    const { headers } = await post(site, path!, { do: 'undo', change })
    expect((await get(site, headers.location as string)).body).toContain(
      fill(words.manage.said.removed, { name: 'graphs' }),
    )
    expect(await site.db.topic.findMany({ select: { name: true } })).toEqual([{ name: 'robots' }])
    expect((await get(site, `/confirm/${token}/done`)).body).not.toMatch(/role="status"|name="change"/)
  })

  test('offers no undo if nothing was added, or for a new subscription', async () => {
    expect(await pressed(await asked({ topic: 'robots' }))).not.toMatch(/role="status"|name="change"/)
    site.clock.moveTo(new Date(site.clock.now().getTime() + 1000))
    expect(await pressed(await asked({ topic: 'robots' }))).not.toMatch(/role="status"|name="change"/)
  })

  test('lists what was left out, until there is room', async () => {
    await subscribeThroughSite(site, EMAIL, { topic: manyTopics(20) })
    site.clock.moveTo(new Date(site.clock.now().getTime() + 1000))
    const token = await asked({ topic: 'one too many' })
    const page = await pressed(token)
    expect(headingOf(page)).toBe(words.confirmed.noneAdded)
    expect(page.split(words.confirmed.leftOut)[1]).toContain('One too many')
    await site.db.topic.deleteMany({ where: { name: 'topic7' } })
    expect((await get(site, `/confirm/${token}/done`)).body).not.toContain(words.confirmed.leftOut)
  })

  test('shows a pause instead of the next digest', async () => {
    const token = await asked({ topic: 'robots' })
    await pressed(token)
    await pauseSubscriber(site.deps, { email: EMAIL, until: null })
    const { body } = await get(site, `/confirm/${token}/done`)
    expect(body).toContain(words.confirmed.paused)
    expect(textOf(body)).not.toMatch(sentence(words.confirmed.firstHtml))
    expect(textOf(body)).not.toMatch(sentence(words.confirmed.nextHtml))
  })

  test.each(['', '/done'])('at a used link%s says that the subscription has ended since', async (path) => {
    const token = await asked({ topic: 'robots' })
    await pressed(token)
    await unsubscribeByOperator(site.deps, { email: EMAIL })
    const { statusCode, body } = await get(site, `/confirm/${token}${path}`)
    expect([statusCode, headingOf(body)]).toEqual([200, words.confirmed.headings.over])
    expect(body).not.toMatch(/\/manage\/|class="query"/)
    expect(textOf(body)).not.toMatch(sentence(words.confirmed.nextHtml))
  })

  test.each(['', '/done'])('at the link%s of an earlier subscription shows the current one', async (path) => {
    const token = await asked({ topic: 'robots' })
    await pressed(token)
    await unsubscribeByOperator(site.deps, { email: EMAIL })
    site.clock.moveTo(new Date(site.clock.now().getTime() + 1000))
    await subscribeThroughSite(site, EMAIL, { topic: 'graphs' })
    const { body } = await get(site, `/confirm/${token}${path}`)
    expect(headingOf(body)).toBe(words.confirmed.headings.used)
    expect(textOf(body)).toMatch(sentence(words.confirmed.nextHtml))
  })
})

describe('a second sign-up of an active subscriber', () => {
  const second = { topic: 'graphs', hour: '19', zone: 'Asia/Tokyo', max: '5' }
  const schedule = fill(words.requestSummary.schedule, {
    days: words.schedule.workdays,
    hour: '19:00',
    zone: 'Tokyo',
  })
  const OTHER_SETTINGS = sentence(words.confirm.otherSettings)

  test('shows before and after that the settings of the form do not count', async () => {
    const first = await asked({ topic: 'robots' })
    site.clock.moveTo(new Date(site.clock.now().getTime() + 1000))
    const token = await asked(second)
    expect(textOf((await get(site, `/confirm/${token}`)).body)).not.toMatch(OTHER_SETTINGS)
    await pressed(first)
    site.clock.moveTo(new Date(site.clock.now().getTime() + 1000))
    const { body } = await get(site, `/confirm/${token}`)
    for (const page of [body, await pressed(token)]) {
      expect(textOf(page)).toMatch(sentence(words.confirm.otherSettings, { schedule }))
      expect(page).toMatch(/href="\/manage\/[\w-]+/)
    }
    expect(await site.db.subscriber.findFirstOrThrow()).toMatchObject({ hour: 8, zone: 'UTC' })
  })

  test('does not mention settings that are the same', async () => {
    await subscribeThroughSite(site, EMAIL, { topic: 'robots' })
    site.clock.moveTo(new Date(site.clock.now().getTime() + 1000))
    const token = await asked({ topic: 'graphs' })
    const { body } = await get(site, `/confirm/${token}`)
    for (const page of [body, await pressed(token)]) expect(textOf(page)).not.toMatch(OTHER_SETTINGS)
  })
})

describe('a topic that today’s grammar cannot read', () => {
  test('is shown as text, and does not affect the others', async () => {
    await listed('2026-11-20', 'Robots', 'Graphs')
    await subscribeThroughSite(site, EMAIL, { topic: 'robots, seas' })
    await site.db.query.updateMany({ where: { text: 'seas' }, data: { text: 'seas AND' } })
    site.clock.moveTo(new Date(site.clock.now().getTime() + 1000))
    const token = await asked({ topic: 'graphs' })
    const before = (await get(site, `/confirm/${token}`)).body
    const after = await pressed(token)
    const manage = (await get(site, after.match(/\/manage\/[\w-]+/)![0])).body
    expect(manage).toContain(words.requestSummary.unreadable)
    for (const page of [before, after]) {
      expect(page).toContain('seas AND')
      expect(page).toContain(words.requestSummary.unreadable)
      expect(page.split(rateOf(1, 30))).toHaveLength(3)
    }
  })
})
