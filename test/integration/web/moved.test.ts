import { describe, expect, test } from 'vitest'
import { unsubscribeByOperator } from '../../../src/account/unsubscribe.ts'
import { fill, words } from '../../../src/i18n/words.ts'
import { checksums } from '../../support/checksums.ts'
import { mailed, pathOf } from '../../support/mailed-links.ts'
import { errorsOn } from '../../support/page-text.ts'
import {
  confirmToken,
  get,
  NOW,
  post,
  subscribeThroughSite,
  unsubscribeToken,
  useSite,
} from '../../support/site.ts'

const EMAIL = 'ann@example.com'
const NEW = 'zoe@secret.example'
const DAY_MS = 86_400_000
const site = useSite()

const ann = () => site.db.subscriber.findFirstOrThrow({ where: { address: { not: null } } })
const linkTo = (email: string) => mailed(site, 'new-address', email).then(({ path }) => path)

async function asksToMove(email = NEW): Promise<string> {
  await post(site, `${await pathOf(site, 'account', EMAIL)}/address`, { email })
  return linkTo(email)
}

const moves = async () => post(site, await asksToMove())

describe('a reader of the old mailbox', () => {
  test('cannot open settings with a confirmation from before the move', async () => {
    await post(site, '/subscribe', { email: EMAIL, topic: 'robots' })
    const first = await confirmToken(site, EMAIL)
    await post(site, `/confirm/${first}`)
    await post(site, '/subscribe', { email: EMAIL, topic: 'vision' })
    const second = await confirmToken(site, EMAIL)
    await post(site, `/confirm/${second}`)
    await moves()
    for (const token of [first, second]) {
      for (const url of [`/confirm/${token}`, `/confirm/${token}/done`]) {
        const { statusCode, body } = await get(site, url)
        expect([url, statusCode]).toEqual([url, 404])
        expect(body).not.toMatch(/\/manage\/|secret\.example/)
      }
      expect((await post(site, `/confirm/${token}`)).statusCode).toBe(404)
    }
    expect(await site.db.topic.count()).toBe(2)
  })

  test('can only unsubscribe with an old link: the new address is not shown or changed', async () => {
    await subscribeThroughSite(site, EMAIL, { topic: 'robots', days: ['mon', 'fri'] })
    const old = `/unsubscribe/${await unsubscribeToken(site, EMAIL)}`
    await post(site, `${old}/fewer`, { to: 'short' })
    const change = (await get(site, `${old}/changed`)).body.match(/name="change" value="(\d+)"/)?.[1]
    await moves()
    const { statusCode, body } = await get(site, old)
    expect(statusCode).toBe(200)
    expect(body).toContain(words.unsubscribe.older)
    expect(body).toContain(`>${words.unsubscribe.stop}</button>`)
    expect(body).not.toMatch(/secret\.example|•|\/pause"|\/fewer"/)
    const before = await checksums(site.db)
    expect((await post(site, `${old}/pause`)).headers.location).toBe(`${old}/changed`)
    await post(site, `${old}/fewer`, { to: 'weekly' })
    await post(site, `${old}/undo`, { change })
    expect(await checksums(site.db)).toEqual(before)
    expect((await get(site, `${old}/changed`)).headers.location).toBe(old)

    const pressed = await post(site, old, { from: 'page' })
    expect([pressed.statusCode, pressed.headers.location]).toEqual([303, old])
    expect((await ann()).state).toBe('unsubscribed')
    const over = (await get(site, old)).body
    expect(over).toContain(words.unsubscribe.over.heading)
    expect(over).not.toMatch(/resubscribe|secret/)
    // Who reads the new mailbox has the undo.
    expect((await mailed(site, 'goodbye', NEW)).text).toContain('/resubscribe/')
  })

  test('can unsubscribe by one click', async () => {
    await subscribeThroughSite(site, EMAIL)
    const old = `/unsubscribe/${await unsubscribeToken(site, EMAIL)}`
    await moves()
    expect((await site.app.inject({ method: 'POST', url: old })).statusCode).toBe(200)
    expect((await ann()).state).toBe('unsubscribed')
  })

  test('who has a link emailed after the move sees the whole page', async () => {
    await subscribeThroughSite(site, EMAIL)
    await moves()
    const { body } = await get(site, `/unsubscribe/${await unsubscribeToken(site, NEW)}`)
    expect(body).toContain('z•••@secret.example')
    expect(body).toContain(words.unsubscribe.pause)
  })
})

describe('a new address', () => {
  test('may have an unconfirmed sign-up: its row loses the address', async () => {
    await subscribeThroughSite(site, EMAIL, { topic: 'robots' })
    await post(site, '/subscribe', { email: NEW, topic: 'vision' })
    const pending = await confirmToken(site, NEW)
    const { id } = await site.db.subscriber.findFirstOrThrow({ where: { address: NEW } })
    expect((await moves()).statusCode).toBe(303)
    expect(await ann()).toMatchObject({ address: NEW, state: 'active' })
    expect(await site.db.subscriber.findUnique({ where: { id } })).toMatchObject({
      address: null,
      addressHash: null,
      state: 'unsubscribed',
    })
    expect((await post(site, `/confirm/${pending}`)).statusCode).toBe(404)
    expect(await site.db.signup.count({ where: { subscriberId: id } })).toBe(0)
  })

  test('may belong to an ended subscription: its data is erased', async () => {
    await subscribeThroughSite(site, EMAIL)
    await subscribeThroughSite(site, NEW)
    await unsubscribeByOperator(site.deps, { email: NEW })
    expect((await moves()).statusCode).toBe(303)
    expect(await site.db.subscriber.findMany({ select: { address: true, state: true } })).toEqual(
      expect.arrayContaining([
        { address: NEW, state: 'active' },
        { address: null, state: 'unsubscribed' },
      ]),
    )
    expect(await site.db.consent.findFirst({ where: { event: 'erased' } })).toMatchObject({
      how: 'address taken over',
    })
  })

  test('after unsubscribing does not get digests, as its pages say', async () => {
    await subscribeThroughSite(site, EMAIL)
    const link = await asksToMove()
    await post(site, `/unsubscribe/${await unsubscribeToken(site, EMAIL)}`)
    const { body } = await get(site, link)
    expect(body).toContain(words.account.confirmAddress.ended.press)
    await post(site, link)
    const after = (await get(site, link)).body
    expect(after).toContain(words.account.moved.ended.done)
    expect(body + after).not.toContain(words.account.confirmAddress.digests.press)
    expect(body + after).not.toContain(words.account.moved.digests.done)
  })

  test('that another subscriber has is refused until that subscription ends', async () => {
    await subscribeThroughSite(site, EMAIL)
    await subscribeThroughSite(site, NEW)
    const move = await asksToMove()
    const { statusCode, body } = await post(site, move)
    expect([statusCode, errorsOn(body)]).toEqual([409, ['address.taken']])
    await post(site, `/unsubscribe/${await unsubscribeToken(site, NEW)}`, { from: 'page' })
    expect((await post(site, move)).statusCode).toBe(303)
    expect(await ann()).toMatchObject({ address: NEW, state: 'active' })
  })

  test('outside the allowed domains gets 422, and nothing is stored', async () => {
    await subscribeThroughSite(site, EMAIL)
    const path = await pathOf(site, 'account', EMAIL)
    const { SIGNUP_DOMAINS } = site.deps.config
    site.deps.config.SIGNUP_DOMAINS = ['example.com']
    try {
      const before = await checksums(site.db)
      const { statusCode, body } = await post(site, `${path}/address`, { email: NEW })
      expect([statusCode, errorsOn(body)]).toEqual([422, ['email: signup.domain']])
      expect(body).toContain(`value="${NEW}"`)
      expect(await checksums(site.db)).toEqual(before)
      expect((await post(site, `${path}/address`, { email: 'ann2@example.com' })).statusCode).toBe(303)
    } finally {
      site.deps.config.SIGNUP_DOMAINS = SIGNUP_DOMAINS
    }
  })

  test('with a probable typo is accepted, and the next page suggests the correction', async () => {
    await subscribeThroughSite(site, EMAIL)
    const path = await pathOf(site, 'account', EMAIL)
    const { headers } = await post(site, `${path}/address`, { email: 'ann@gmial.com' })
    expect(headers.location).toBe(`${path}/address?meant=gmail.com`)
    expect((await get(site, headers.location as string)).body).toContain(
      fill(words.account.meant, { domain: 'gmail.com' }),
    )
    expect((await get(site, `${path}/address?meant=evil.example`)).body).not.toContain('evil')
    expect(await linkTo('ann@gmial.com')).toMatch(/^\/move\//)
  })
})

describe('emails caused by strangers', () => {
  const reached = (toAddress: string) =>
    // An email beyond the limit has its creation as its deadline, so it is never sent.
    site.db.message.count({
      where: { toAddress, kind: { not: 'moved' }, deadline: { gt: site.db.message.fields.datedAt } },
    })
  const later = (ms: number) => site.clock.moveTo(new Date(NOW.getTime() + ms))

  /** Another subscriber gives the address as their new one. */
  async function given(by: string): Promise<void> {
    await post(site, `${await pathOf(site, 'account', by)}/address`, { email: NEW })
  }

  test('reach one address twice in 24 hours over all forms, and again after that', async () => {
    for (const by of ['a@example.com', 'b@example.com']) await subscribeThroughSite(site, by)
    await post(site, '/subscribe', { email: NEW })
    later(DAY_MS / 2)
    await given('a@example.com')
    await given('b@example.com')
    await post(site, '/subscribe', { email: NEW })
    await post(site, '/manage', { email: NEW.toUpperCase() })
    expect(await reached(NEW)).toBe(2)
    later(DAY_MS - 1)
    await given('b@example.com')
    expect(await reached(NEW)).toBe(2)
    later(DAY_MS)
    await given('b@example.com')
    await post(site, '/subscribe', { email: NEW })
    expect(await reached(NEW)).toBe(3)
  })

  test('count even if the subscriber who gave the address is erased', async () => {
    for (const by of ['a@example.com', 'b@example.com', 'c@example.com']) {
      await subscribeThroughSite(site, by)
      await given(by)
      if (by.startsWith('c')) break
      await post(site, `${await pathOf(site, 'account', by)}/erase`)
    }
    expect(await reached(NEW)).toBe(0)
    expect(await site.db.message.count({ where: { kind: 'new-address' } })).toBe(2)
    expect((await site.db.bucket.findMany()).map(({ key }) => key).join()).not.toContain('secret')
  })
})
