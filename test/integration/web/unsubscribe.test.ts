import { describe, expect, test } from 'vitest'
import { fill, words } from '../../../src/i18n/words.ts'
import { changeSubscriber } from '../../../src/subscribers/subscriber.repo.ts'
import { checksums } from '../../support/checksums.ts'
import { sentence } from '../../support/page-text.ts'
import { post, subscribeThroughSite, textOf, unsubscribeToken, useSite } from '../../support/site.ts'

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
const { changed } = words.unsubscribe
const nextEmailOn = (day: string) => sentence(changed.nextHtml, { when: `${day} at 08:00 (UTC)` })
const changeIn = (html: string) => html.match(/name="change" value="(\d+)"/)?.[1]

describe('the page to unsubscribe', () => {
  test('has buttons to unsubscribe, pause and get fewer emails, and no topics', async () => {
    const page = await get(await subscribed())
    for (const button of [
      words.unsubscribe.stop,
      words.unsubscribe.pause,
      words.unsubscribe.weekly,
      fill(words.unsubscribe.short, { most: 5 }),
    ]) {
      expect(page).toContain(`>${button}</button>`)
    }
    expect(page).toContain(words.unsubscribe.forwarded)
    expect(page).not.toMatch(/quantum|08:00|ann@/)
  })

  test('has only the buttons that would change something', async () => {
    const path = await subscribed({ days: ['fri'], max: 5 })
    expect(await get(path)).not.toContain('/fewer"')
    const { id } = await ann()
    await changeSubscriber(site.db, id, { state: 'paused' })
    expect(await get(path)).not.toContain('/pause"')
    expect(await get(path)).toContain(`>${words.unsubscribe.stop}</button>`)
    expect(await get('/unsubscribe/nonsense')).not.toContain('/pause"')
  })

  test('pauses for 30 days, confirms it and undoes it', async () => {
    const path = await subscribed()
    const pressed = await post(site, `${path}/pause`)
    expect([pressed.statusCode, pressed.headers.location]).toEqual([303, `${path}/changed`])
    expect(await ann()).toMatchObject({ state: 'paused', pausedUntil: new Date('2026-12-24T00:00:00Z') })
    const page = await get(`${path}/changed`)
    expect(textOf(page)).toMatch(sentence(changed.pausedUntilHtml, { date: 'Thursday 24 December 2026' }))
    expect(page).not.toMatch(/quantum|08:00|ann@/)
    const undone = await post(site, `${path}/undo`, { change: changeIn(page) })
    expect([undone.statusCode, undone.headers.location]).toEqual([303, `${path}/changed`])
    expect(await ann()).toMatchObject({ state: 'active', pausedUntil: null })
    const after = textOf(await get(`${path}/changed`))
    expect(after).toContain(changed.undone)
    expect(after).toMatch(nextEmailOn('Wednesday 25 November 2026'))
    const consents = await site.db.consent.findMany({ orderBy: { id: 'asc' }, skip: 2 })
    expect(consents.map(({ event, how }) => [event, how])).toEqual([
      ['paused', 'unsubscribe page'],
      ['resumed', 'unsubscribe page, undone'],
    ])
  })

  test('reduces to the last day of their week, confirms it and undoes it', async () => {
    const path = await subscribed()
    await post(site, `${path}/fewer`, { to: 'weekly' })
    expect((await ann()).days).toEqual(['fri'])
    const page = await get(`${path}/changed`)
    expect(textOf(page)).toMatch(sentence(changed.weeklyHtml, { days: words.weekdays.fri }))
    expect(textOf(page)).toMatch(nextEmailOn('Friday 27 November 2026'))
    await post(site, `${path}/undo`, { change: changeIn(page) })
    expect((await ann()).days).toEqual(DAYS)
  })

  test('reduces to five papers, confirms it and undoes it', async () => {
    const path = await subscribed()
    await post(site, `${path}/fewer`, { to: 'short' })
    expect((await ann()).maxPapers).toBe(5)
    const page = await get(`${path}/changed`)
    expect(textOf(page)).toContain(fill(changed.short, { most: 5 }))
    expect(page).not.toContain('undefined')
    await post(site, `${path}/undo`, { change: changeIn(page) })
    expect((await ann()).maxPapers).toBe(15)
  })

  test('makes one change if a button is pressed twice', async () => {
    const path = await subscribed()
    await post(site, `${path}/pause`)
    const before = await checksums(site.db)
    expect((await post(site, `${path}/pause`)).headers.location).toBe(`${path}/changed`)
    expect(await checksums(site.db)).toEqual(before)
    expect(await get(`${path}/changed`)).toContain(changed.paused)
  })

  test('extends a shorter pause to a month, and undoes that', async () => {
    const path = await subscribed()
    await changeSubscriber(site.db, (await ann()).id, { state: 'paused', pausedUntil: '2026-12-01' })
    expect(await get(path)).toContain(words.unsubscribe.pause)
    await post(site, `${path}/pause`)
    expect(await ann()).toMatchObject({ state: 'paused', pausedUntil: new Date('2026-12-24T00:00:00Z') })
    const page = await get(`${path}/changed`)
    expect(textOf(page)).toMatch(sentence(changed.pausedUntilHtml, { date: 'Thursday 24 December 2026' }))
    expect(await get(path)).not.toContain(words.unsubscribe.pause)
    await post(site, `${path}/undo`, { change: changeIn(page) })
    expect(await ann()).toMatchObject({ pausedUntil: new Date('2026-12-01T00:00:00Z') })
  })

  test('shows a pause as text, and offers fewer emails after it', async () => {
    const path = await subscribed()
    await changeSubscriber(site.db, (await ann()).id, { state: 'paused', pausedUntil: '2026-12-24' })
    const paused = fill(words.unsubscribe.paused, {
      until: fill(words.manage.until, { date: 'Thursday 24 December' }),
    })
    expect(await get(path)).toContain(paused.split('. ')[0])
    expect(await get(path)).not.toContain(words.unsubscribe.pause)
    await post(site, `${path}/fewer`, { to: 'short' })
    expect(await ann()).toMatchObject({ maxPapers: 5, state: 'paused' })
    const page = await get(`${path}/changed`)
    expect(page).toContain(fill(changed.short, { most: 5 }))
    expect(page).toContain(paused.split('. ')[0])
    await post(site, `${path}/undo`, { change: changeIn(page) })
    expect(await ann()).toMatchObject({ maxPapers: 15, state: 'paused' })
  })

  test('undoes only the newest change, within an hour', async () => {
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

  test.each(['/pause', '/fewer', '/undo'])('%s with an unknown link changes nothing', async (action) => {
    const path = await subscribed()
    const before = await checksums(site.db)
    for (const token of ['nonsense', path.toLowerCase().split('/')[2]!, 'x'.repeat(1500)]) {
      expect((await post(site, `/unsubscribe/${token}${action}`)).statusCode).toBe(303)
      expect((await site.app.inject({ url: `/unsubscribe/${token}/changed` })).headers.location).toBe(
        `/unsubscribe/${token}`,
      )
    }
    expect(await checksums(site.db)).toEqual(before)
  })

  test('changes nothing when it is opened', async () => {
    const path = await subscribed()
    await post(site, `${path}/pause`)
    const before = await checksums(site.db)
    for (const action of ['', '/changed', '/pause', '/fewer', '/undo']) {
      for (const method of ['GET', 'HEAD'] as const) await site.app.inject({ method, url: path + action })
    }
    expect(await checksums(site.db)).toEqual(before)
  })
})

describe('the page of an ended subscription', () => {
  const oneClick = (path: string) => site.app.inject({ method: 'POST', url: path })

  test('offers to resubscribe after one click a moment ago', async () => {
    const path = await subscribed()
    await oneClick(path)
    const page = await get(path)
    const { untilHtml } = words.unsubscribe.ended
    expect(textOf(page)).toMatch(sentence(untilHtml, { date: 'Thursday 24 December 2026' }))
    await post(site, page.match(/action="(\/resubscribe[^"]+)"/)![1]!)
    expect((await ann()).state).toBe('active')
  })

  test('links to the sign-up after a longer time', async () => {
    const path = await subscribed()
    await oneClick(path)
    site.clock.moveTo(new Date('2026-11-24T13:00:00Z'))
    const page = (await get(path)).replace(/^.*<main|<\/main>.*$/gs, '')
    expect(textOf(page)).toContain(words.unsubscribe.over.heading)
    expect(page).toContain('<a href="/subscribe">')
    expect(page).not.toMatch(/<form|ann/)
    const pressed = await post(site, path, { from: 'page' })
    expect([pressed.statusCode, pressed.headers.location]).toEqual([303, path])
  })

  test('is the same once the address is erased', async () => {
    const path = await subscribed()
    const { id } = await ann()
    await site.db.$executeRaw`
      update subscriber set address = null, address_key = null, address_hash = null, state = 'unsubscribed',
        erased_at = ${site.clock.now()} where id = ${id}`
    expect(textOf(await get(path))).toContain(words.unsubscribe.over.heading)
  })
})

describe('the goodbye email', () => {
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
    for (let n = 0; n < 5; n++) {
      site.clock.moveTo(new Date(site.clock.now().getTime() + 60_000))
      await post(site, await stop(path))
    }
    expect(await goodbyes()).toHaveLength(2)
    site.clock.moveTo(new Date('2026-11-25T13:00:00Z'))
    await stop(path)
    expect(await goodbyes()).toHaveLength(3)
  })

  test('is not sent if the subscriber resubscribed meanwhile', async () => {
    const path = await subscribed()
    const undo = await stop(path)
    await post(site, undo)
    expect(await goodbyes()).toMatchObject([{ state: 'skipped', reason: 'undone' }])
    const when = 'Wednesday 25 November 2026 at 08:00 (UTC)'
    expect(textOf(await get(undo))).toMatch(sentence(words.unsubscribe.back.nextHtml, { when }))
  })

  test('leaves the subscription unchanged if it cannot be stored', async () => {
    const path = await subscribed()
    await site.db.$executeRaw`alter table message add constraint no_goodbye check (kind <> 'goodbye')`
    const answer = await post(site, path, { from: 'page' })
    await site.db.$executeRaw`alter table message drop constraint no_goodbye`
    expect(answer.statusCode).toBe(500)
    expect((await ann()).state).toBe('active')
  })

  test('leads to a page that resubscribes with the pause until the same date', async () => {
    const path = await subscribed()
    await post(site, `${path}/pause`)
    const undo = await stop(path)
    await post(site, undo)
    const date = 'Thursday 24 December 2026'
    expect(textOf(await get(undo))).toMatch(sentence(words.unsubscribe.back.pausedHtml, { date }))
  })
})
