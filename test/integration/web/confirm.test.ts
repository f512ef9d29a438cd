import { beforeEach, describe, expect, test } from 'vitest'
import { pauseSubscriber } from '../../../src/account/change-by-operator.ts'
import { unsubscribeByOperator } from '../../../src/account/unsubscribe.ts'
import { recordListings } from '../../../src/papers/listing.repo.ts'
import { readLink } from '../../../src/subscribers/links.ts'
import { checksums } from '../../support/checksums.ts'
import { mailed } from '../../support/mailed-links.ts'
import { confirmToken, get, NOW, post, subscribeThroughSite, useSite } from '../../support/site.ts'

const EMAIL = 'ann@example.com'

const site = useSite()

// What was read of papers is kept for a minute, and each test numbers them anew.
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

/** Presses the button and returns the page that answers. */
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

describe('the page with the button', () => {
  test('says what each topic would have brought, and changes nothing', async () => {
    await listed('2026-11-20', 'Robots', 'Robots again', 'Graphs')
    await listed('2026-10-25', 'Robots of long ago')
    const token = await asked({ topic: ['robots', 'graphs', 'zebras'] })
    const before = await checksums(site.db)
    const { body } = await get(site, `/confirm/${token}`)
    expect([...body.matchAll(/class="rate">([^<]*)</g)].map(([, rate]) => rate)).toEqual([
      '2 papers in 30 days',
      '1 paper in 30 days',
      'nothing in 30 days',
    ])
    expect(body).toContain(
      'If a topic matched nothing in the last 30 days, use fewer words or put OR between them.',
    )
    expect(body).not.toContain('/manage/')
    expect(await checksums(site.db)).toEqual(before)
  })

  test('if nothing matched, says so plainly, and how to fix it', async () => {
    await listed('2026-11-20', 'Robots')
    const { body } = await get(site, `/confirm/${await asked({ topic: 'zebras' })}`)
    expect(body).toContain('Nothing matched in the last 30 days. To match more papers, use fewer words')
    expect(body).toContain('as soon as a paper matches or comes close')
  })

  test('works without rates if they are not available', async () => {
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
    expect(headingOf(done)).toBe('You’re subscribed')
    expect(site.logged.join('')).toContain('rates.failed')
  })

  test('says beforehand what the button leaves out', async () => {
    await subscribeThroughSite(site, EMAIL, { topic: manyTopics(19) })
    const { body } = await get(site, `/confirm/${await asked({ topic: 'topic0, one more, one too many' })}`)
    const [before, after] = body.split('No room for')
    expect(before).toContain('One more')
    expect(before).not.toContain('One too many')
    expect(after).toContain('One too many')
  })

  test('leaves out what is too long together with the topics before', async () => {
    const long = (word: string) => `${word} `.repeat(1900 / (word.length + 1))
    const stored = Array.from({ length: 12 }, (_, n) => long(`robots${n}`))
    await subscribeThroughSite(site, EMAIL, { topic: stored })
    const token = await asked({ topic: [long('zebras'), 'one more'] })
    const page = await pressed(token)
    expect(page.split('Not added')[1]).toContain('zebras')
    expect((await site.db.topic.findMany({ orderBy: { position: 'asc' } })).at(-1)!.name).toBe('one more')
  })

  test('has no button where a subscriber asks for nothing', async () => {
    const token = await asked()
    await subscribeThroughSite(site, EMAIL, { topic: 'robots' })
    const { body } = await get(site, `/confirm/${token}`)
    expect(headingOf(body)).toBe('You’re already subscribed')
    expect(body).not.toContain('action="/confirm')
    expect(body).toMatch(/\/manage\/[\w-]{40,}/)
  })
})

describe('the page after the button', () => {
  test('shows the date of the first email, the welcome email and its sender, and links to the settings', async () => {
    await listed('2026-11-20', 'Robots')
    const page = await pressed(await asked({ topic: 'robots', zone: 'Asia/Tokyo' }))
    expect(headingOf(page)).toBe('You’re subscribed')
    expect(page).toContain(
      'Your first digest arrives on <strong>Wednesday 25 November 2026 at 08:00 (Asia/Tokyo)</strong>',
    )
    expect(page).toContain('A welcome email is on its way to a•••@example.com.')
    expect(page).toContain(`<strong>${site.deps.config.MAIL_FROM}</strong>`)
    expect(page).toContain('1 paper in 30 days')
    const token = page.match(/\/manage\/([\w-]+)/)![1]!
    const { id, epoch } = await site.db.subscriber.findFirstOrThrow()
    expect(readLink(token, 'manage', site.deps.config.APP_SECRET, site.clock.now())).toMatchObject({
      id,
      epoch,
    })
  })

  test('says which papers the welcome has, once they are selected', async () => {
    await listed('2026-11-20', 'Robots')
    expect(await afterWelcome(await asked({ topic: 'robots' }))).toContain(
      'A welcome email with papers from Friday 20 November 2026 is on its way to a•••@example.com.',
    )
  })

  test('then says that papers of today are for the first digest', async () => {
    await listed('2026-11-24', 'Robots')
    const page = await afterWelcome(await asked({ topic: 'robots' }))
    expect(page).toContain('1 paper from today already matches.')
    expect(page).not.toContain('Nothing matched')
  })

  test('then says plainly that the welcome holds nothing', async () => {
    await listed('2026-11-20', 'Robots')
    const page = await afterWelcome(await asked({ topic: 'zebras' }))
    expect(page).toContain(
      '. Nothing matched in the last 14 days, so it has no papers, but it explains how to match more.',
    )
  })

  test('after added topics says so, and announces no first email', async () => {
    await subscribeThroughSite(site, EMAIL, { topic: 'robots' })
    site.clock.moveTo(new Date(site.clock.now().getTime() + 1000))
    const page = await pressed(await asked({ topic: 'graphs' }))
    expect(headingOf(page)).toBe('Topics added')
    expect(page).toContain('Your next digest arrives on')
    expect(page).toContain('graphs')
    expect(page).not.toMatch(/first digest|welcome/i)
  })

  test('after added topics confirms them, with an undo that works', async () => {
    await subscribeThroughSite(site, EMAIL, { topic: 'robots' })
    site.clock.moveTo(new Date(site.clock.now().getTime() + 1000))
    const token = await asked({ topic: 'graphs' })
    const page = await pressed(token)
    const said = page.match(/role="status">([\s\S]*?)<\/div>/)![1]
    expect(said).toContain('Added: graphs')
    expect(said).not.toContain('robots')
    const [, path] = page.match(/<form[^>]* action="(\/manage\/[\w-]+)">/)!
    const [, change] = page.match(/name="change" value="(\d+)"/)!
    site.clock.moveTo(new Date(site.clock.now().getTime() + 1000))
    const { headers } = await post(site, path!, { do: 'undo', change })
    expect((await get(site, headers.location as string)).body).toContain('Removed: graphs')
    expect(await site.db.topic.findMany({ select: { name: true } })).toEqual([{ name: 'robots' }])
    expect((await get(site, `/confirm/${token}/done`)).body).not.toMatch(/role="status"|name="change"/)
  })

  test('offers no undo if nothing was added, or for a new subscription', async () => {
    expect(await pressed(await asked({ topic: 'robots' }))).not.toMatch(/role="status"|name="change"/)
    site.clock.moveTo(new Date(site.clock.now().getTime() + 1000))
    expect(await pressed(await asked({ topic: 'robots' }))).not.toMatch(/role="status"|name="change"/)
  })

  test('lists what was left out, as long as there is no room', async () => {
    await subscribeThroughSite(site, EMAIL, { topic: manyTopics(20) })
    site.clock.moveTo(new Date(site.clock.now().getTime() + 1000))
    const token = await asked({ topic: 'one too many' })
    const page = await pressed(token)
    expect(headingOf(page)).toBe('No topics were added')
    expect(page.split('Not added')[1]).toContain('One too many')
    await site.db.topic.deleteMany({ where: { name: 'topic7' } })
    expect((await get(site, `/confirm/${token}/done`)).body).not.toContain('Not added')
  })

  test('tells a paused subscriber about the pause', async () => {
    const token = await asked({ topic: 'robots' })
    await pressed(token)
    await pauseSubscriber(site.deps, { email: EMAIL, until: null })
    const { body } = await get(site, `/confirm/${token}/done`)
    expect(body).toContain('Your digests are paused.')
    expect(body).not.toContain('digest arrives')
  })

  test.each(['', '/done'])(
    'behind a used link%s, once the subscription has ended, says that',
    async (path) => {
      const token = await asked({ topic: 'robots' })
      await pressed(token)
      await unsubscribeByOperator(site.deps, { email: EMAIL })
      const { statusCode, body } = await get(site, `/confirm/${token}${path}`)
      expect([statusCode, headingOf(body)]).toEqual([200, 'This subscription has ended'])
      expect(body).not.toMatch(/\/manage\/|digest arrives on|class="query"/)
    },
  )

  test.each(['', '/done'])(
    'behind the link%s of an earlier subscription tells of the one there is now',
    async (path) => {
      const token = await asked({ topic: 'robots' })
      await pressed(token)
      await unsubscribeByOperator(site.deps, { email: EMAIL })
      site.clock.moveTo(new Date(site.clock.now().getTime() + 1000))
      await subscribeThroughSite(site, EMAIL, { topic: 'graphs' })
      const { body } = await get(site, `/confirm/${token}${path}`)
      expect(headingOf(body)).toBe('Already confirmed')
      expect(body).toContain('Your next digest arrives on')
    },
  )
})

describe('a subscriber who is already active', () => {
  const second = { topic: 'graphs', hour: '19', zone: 'Asia/Tokyo', max: '5' }

  test('reads before and after that the settings of the form do not count', async () => {
    const first = await asked({ topic: 'robots' })
    site.clock.moveTo(new Date(site.clock.now().getTime() + 1000))
    const token = await asked(second)
    expect((await get(site, `/confirm/${token}`)).body).not.toContain('stay the same')
    await pressed(first)
    site.clock.moveTo(new Date(site.clock.now().getTime() + 1000))
    const { body } = await get(site, `/confirm/${token}`)
    for (const page of [body, await pressed(token)]) {
      expect(page).toContain('Monday to Friday at 19:00, Asia/Tokyo')
      expect(page).toContain('stay the same')
      expect(page).toMatch(/href="\/manage\/[\w-]+/)
    }
    expect(await site.db.subscriber.findFirstOrThrow()).toMatchObject({ hour: 8, zone: 'UTC' })
  })

  test('reads nothing about settings if they are the same', async () => {
    await subscribeThroughSite(site, EMAIL, { topic: 'robots' })
    site.clock.moveTo(new Date(site.clock.now().getTime() + 1000))
    const token = await asked({ topic: 'graphs' })
    const { body } = await get(site, `/confirm/${token}`)
    for (const page of [body, await pressed(token)]) expect(page).not.toContain('stay the same')
  })
})

describe('a topic that today’s grammar does not read any more', () => {
  test('is on its pages as text, and does not affect the others', async () => {
    await listed('2026-11-20', 'Robots', 'Graphs')
    await subscribeThroughSite(site, EMAIL, { topic: 'robots, seas' })
    await site.db.query.updateMany({ where: { text: 'seas' }, data: { text: 'seas AND' } })
    site.clock.moveTo(new Date(site.clock.now().getTime() + 1000))
    const token = await asked({ topic: 'graphs' })
    const before = (await get(site, `/confirm/${token}`)).body
    const after = await pressed(token)
    const manage = (await get(site, after.match(/\/manage\/[\w-]+/)![0])).body
    expect(manage).toContain('We can’t read this any more. Please change it.')
    for (const page of [before, after]) {
      expect(page).toContain('seas AND')
      expect(page).toContain('We can’t read this any more. Please change it.')
      expect(page.split('1 paper in 30 days')).toHaveLength(3)
    }
  })
})
