import { describe, expect, test } from 'vitest'
import { changeSubscriber } from '../../../src/subscribers/subscriber.repo.ts'
import { checksums } from '../../support/checksums.ts'
import { post, subscribeThroughSite, unsubscribeToken, useSite } from '../../support/site.ts'

const EMAIL = 'ann@example.com'
const DAYS = ['mon', 'wed', 'fri']

const site = useSite()

/** Adds a subscriber with digests on three days of the week; returns the path of the page with the button. */
async function subscribed(fields: object = {}): Promise<string> {
  await subscribeThroughSite(site, EMAIL, { topic: 'quantum gravity', days: DAYS, max: 15, ...fields })
  return `/unsubscribe/${await unsubscribeToken(site, EMAIL)}`
}

const get = async (url: string) => (await site.app.inject({ url })).body
const ann = () => site.db.subscriber.findFirstOrThrow({ where: { address: EMAIL } })
const textOf = (html: string) =>
  html
    .replace(/[\s\S]*<main[^>]*>|<\/main>[\s\S]*/g, '')
    .replace(/<[^>]+>|\s+/g, ' ')
    .replace(/ +/g, ' ')
    .trim()
const changeIn = (html: string) => html.match(/name="change" value="(\d+)"/)?.[1]

describe('beside the button that ends it', () => {
  test('are smaller steps, and none of the topics', async () => {
    const page = await get(await subscribed())
    for (const button of ['Unsubscribe', 'Pause for a month', 'Once a week', 'Up to 5 papers per email']) {
      expect(page).toContain(`>${button}</button>`)
    }
    expect(page).toContain('If this was forwarded to you, you’d be unsubscribing the person who sent it.')
    expect(page).not.toMatch(/quantum|08:00|ann@/)
  })

  test('only those that would change something', async () => {
    const path = await subscribed({ days: ['fri'], max: 5 })
    expect(await get(path)).not.toMatch(/Once a week|Up to/)
    const { id } = await ann()
    await changeSubscriber(site.db, id, { state: 'paused' })
    expect(await get(path)).not.toContain('Pause')
    expect(await get(path)).toContain('>Unsubscribe</button>')
    expect(await get('/unsubscribe/nonsense')).not.toContain('Pause')
  })

  test('a pause of 30 days, confirmed and undone', async () => {
    const path = await subscribed()
    const pressed = await post(site, `${path}/pause`)
    expect([pressed.statusCode, pressed.headers.location]).toEqual([303, `${path}/changed`])
    expect(await ann()).toMatchObject({ state: 'paused', pausedUntil: new Date('2026-12-24T00:00:00Z') })
    const page = await get(`${path}/changed`)
    expect(textOf(page)).toContain(
      'Your digests are paused They resume on their own on Thursday 24 December 2026',
    )
    expect(page).not.toMatch(/quantum|08:00|ann@/)
    const undone = await post(site, `${path}/undo`, { change: changeIn(page) })
    expect([undone.statusCode, undone.headers.location]).toEqual([303, `${path}/changed`])
    expect(await ann()).toMatchObject({ state: 'active', pausedUntil: null })
    expect(textOf(await get(`${path}/changed`))).toContain(
      'Everything is as it was Your next email may arrive on Wednesday 25 November 2026',
    )
    const consents = await site.db.consent.findMany({ orderBy: { id: 'asc' }, skip: 2 })
    expect(consents.map(({ event, how }) => [event, how])).toEqual([
      ['paused', 'unsubscribe page'],
      ['resumed', 'unsubscribe page, undone'],
    ])
  })

  test('once a week: on the last of their days, confirmed and undone', async () => {
    const path = await subscribed()
    await post(site, `${path}/fewer`, { to: 'weekly' })
    expect((await ann()).days).toEqual(['fri'])
    const page = await get(`${path}/changed`)
    expect(textOf(page)).toContain('One digest a week From now on your digest comes on Friday')
    expect(textOf(page)).toContain('Your next email may arrive on Friday 27 November 2026')
    await post(site, `${path}/undo`, { change: changeIn(page) })
    expect((await ann()).days).toEqual(DAYS)
  })

  test('at most five papers, confirmed and undone', async () => {
    const path = await subscribed()
    await post(site, `${path}/fewer`, { to: 'short' })
    expect((await ann()).maxPapers).toBe(5)
    const page = await get(`${path}/changed`)
    expect(textOf(page)).toContain('Up to 5 papers per email')
    expect(page).not.toContain('undefined')
    await post(site, `${path}/undo`, { change: changeIn(page) })
    expect((await ann()).maxPapers).toBe(15)
  })

  test('pressed twice, or where it changes nothing: the page says what holds, and one change was made', async () => {
    const path = await subscribed()
    await post(site, `${path}/pause`)
    const before = await checksums(site.db)
    expect((await post(site, `${path}/pause`)).headers.location).toBe(`${path}/changed`)
    expect(await checksums(site.db)).toEqual(before)
    expect(await get(`${path}/changed`)).toContain('Your digests are paused')
  })

  test('of a subscriber paused for less than a month: a month, and its undo', async () => {
    const path = await subscribed()
    await changeSubscriber(site.db, (await ann()).id, { state: 'paused', pausedUntil: '2026-12-01' })
    expect(await get(path)).toContain('Pause for a month')
    await post(site, `${path}/pause`)
    expect(await ann()).toMatchObject({ state: 'paused', pausedUntil: new Date('2026-12-24T00:00:00Z') })
    const changed = await get(`${path}/changed`)
    expect(textOf(changed)).toContain(
      'Your digests are paused They resume on their own on Thursday 24 December',
    )
    expect(await get(path)).not.toContain('Pause for a month')
    await post(site, `${path}/undo`, { change: changeIn(changed) })
    expect(await ann()).toMatchObject({ pausedUntil: new Date('2026-12-01T00:00:00Z') })
  })

  test('of a paused subscriber: fewer emails after the pause, and the pause as text', async () => {
    const path = await subscribed()
    await changeSubscriber(site.db, (await ann()).id, { state: 'paused', pausedUntil: '2026-12-24' })
    const page = await get(path)
    expect(textOf(page)).toContain('Your digests are paused until Thursday 24 December.')
    expect(page).not.toContain('Pause for a month')
    await post(site, `${path}/fewer`, { to: 'short' })
    expect(await ann()).toMatchObject({ maxPapers: 5, state: 'paused' })
    const changed = await get(`${path}/changed`)
    expect(textOf(changed)).toContain('Up to 5 papers per email')
    expect(textOf(changed)).toContain('Your digests are paused until Thursday 24 December.')
    await post(site, `${path}/undo`, { change: changeIn(changed) })
    expect(await ann()).toMatchObject({ maxPapers: 15, state: 'paused' })
  })

  test('the undo reverts only what was just pressed here', async () => {
    const path = await subscribed()
    await post(site, `${path}/fewer`, { to: 'short' })
    const older = changeIn(await get(`${path}/changed`))
    await post(site, `${path}/fewer`, { to: 'weekly' })
    const before = await checksums(site.db)
    for (const change of [older, '0', 'x', '999999999999999999999', '']) {
      expect((await post(site, `${path}/undo`, { change })).statusCode).toBe(303)
    }
    expect((await post(site, `${path}/undo`)).statusCode).toBe(303)
    expect(await checksums(site.db)).toEqual(before)
    const newer = changeIn(await get(`${path}/changed`))
    site.clock.moveTo(new Date('2026-11-24T13:00:00Z'))
    await post(site, `${path}/undo`, { change: newer })
    expect(await checksums(site.db)).toEqual(before)
    const late = await site.app.inject({ url: `${path}/changed` })
    expect([late.statusCode, late.headers.location]).toEqual([303, path])
  })

  test.each(['/pause', '/fewer', '/undo'])(
    '%s with a link that is not ours changes nothing',
    async (action) => {
      const path = await subscribed()
      const before = await checksums(site.db)
      for (const token of ['nonsense', path.toLowerCase().split('/')[2]!, 'x'.repeat(1500)]) {
        expect((await post(site, `/unsubscribe/${token}${action}`)).statusCode).toBe(303)
        expect((await site.app.inject({ url: `/unsubscribe/${token}/changed` })).headers.location).toBe(
          `/unsubscribe/${token}`,
        )
      }
      expect(await checksums(site.db)).toEqual(before)
    },
  )

  test('no GET of these addresses changes anything', async () => {
    const path = await subscribed()
    await post(site, `${path}/pause`)
    const before = await checksums(site.db)
    for (const action of ['', '/changed', '/pause', '/fewer', '/undo']) {
      for (const method of ['GET', 'HEAD'] as const) await site.app.inject({ method, url: path + action })
    }
    expect(await checksums(site.db)).toEqual(before)
  })
})

describe('a subscription that has ended', () => {
  const oneClick = (path: string) => site.app.inject({ method: 'POST', url: path })

  test('a moment ago, by one click: the page offers the undo', async () => {
    const path = await subscribed()
    await oneClick(path)
    const page = await get(path)
    expect(textOf(page)).toContain('You’re unsubscribed You won’t get any more digests.')
    expect(textOf(page)).toContain('You can undo this until Thursday 24 December 2026')
    await post(site, page.match(/action="(\/resubscribe[^"]+)"/)![1]!)
    expect((await ann()).state).toBe('active')
  })

  test('long ago: the page says so, and how to come back', async () => {
    const path = await subscribed()
    await oneClick(path)
    site.clock.moveTo(new Date('2026-11-24T13:00:00Z'))
    const page = (await get(path)).replace(/^.*<main|<\/main>.*$/gs, '')
    expect(textOf(page)).toContain('This subscription has ended')
    expect(page).toContain('<a href="/subscribe">Subscribe again</a>')
    expect(page).not.toMatch(/incomplete|<form|ann/)
    const pressed = await post(site, path, { from: 'page' })
    expect([pressed.statusCode, pressed.headers.location]).toEqual([303, path])
  })

  test('with its address erased: the same page', async () => {
    const path = await subscribed()
    const { id } = await ann()
    await site.db.$executeRaw`
      update subscriber set address = null, address_key = null, address_hash = null, state = 'unsubscribed',
        erased_at = ${site.clock.now()} where id = ${id}`
    expect(textOf(await get(path))).toContain('This subscription has ended')
  })
})

describe('the goodbye', () => {
  const goodbyes = () => site.db.message.findMany({ where: { kind: 'goodbye' }, orderBy: { datedAt: 'asc' } })
  const stop = async (path: string) => (await post(site, path, { from: 'page' })).headers.location as string

  test('is sent once, only after an unsubscribe on the page', async () => {
    const path = await subscribed()
    await stop(path)
    await stop(path)
    expect(await goodbyes()).toMatchObject([
      {
        toAddress: EMAIL,
        state: 'ready',
        content: { epoch: 0, zone: 'UTC', format: 'html' },
        datedAt: site.clock.now(),
      },
    ])
  })

  test.each(['pending', 'suppressed'] as const)('is not sent to a subscriber who was %s', async (state) => {
    const path = await subscribed()
    await changeSubscriber(site.db, (await ann()).id, { state, stateBefore: 'active' })
    await stop(path)
    expect(await goodbyes()).toEqual([])
  })

  test('is sent up to twice a day, even after repeated unsubscribes', async () => {
    const path = await subscribed()
    for (let turn = 0; turn < 5; turn++) {
      site.clock.moveTo(new Date(site.clock.now().getTime() + 60_000))
      await post(site, await stop(path))
    }
    expect(await goodbyes()).toHaveLength(2)
    site.clock.moveTo(new Date('2026-11-25T13:00:00Z'))
    await stop(path)
    expect(await goodbyes()).toHaveLength(3)
  })

  test('is not sent if the person resubscribed in the meantime', async () => {
    const path = await subscribed()
    const undo = await stop(path)
    await post(site, undo)
    expect(await goodbyes()).toMatchObject([{ state: 'skipped', reason: 'undone' }])
    expect(textOf(await get(undo))).toContain(
      'Your next email may arrive on Wednesday 25 November 2026 at 08:00 (UTC)',
    )
  })

  test('that cannot be left leaves the subscription as it was', async () => {
    const path = await subscribed()
    await site.db.$executeRaw`alter table message add constraint no_goodbye check (kind <> 'goodbye')`
    const answer = await post(site, path, { from: 'page' })
    await site.db.$executeRaw`alter table message drop constraint no_goodbye`
    expect(answer.statusCode).toBe(500)
    expect((await ann()).state).toBe('active')
  })

  test('undoes a pause too: paused again, until the same date', async () => {
    const path = await subscribed()
    await post(site, `${path}/pause`)
    const undo = await stop(path)
    await post(site, undo)
    expect(textOf(await get(undo))).toContain(
      'Your digests are paused, and resume on Thursday 24 December 2026',
    )
  })
})
