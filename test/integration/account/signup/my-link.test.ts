import { describe, expect, test } from 'vitest'
import { pauseSubscriber } from '../../../../src/account/change-by-operator.ts'
import { requestManageLink } from '../../../../src/account/signup/subscribe.ts'
import { unsubscribeByOperator } from '../../../../src/account/unsubscribe.ts'
import type { Database } from '../../../../src/core/database/database.ts'
import { endExpiredMessages } from '../../../../src/mail/outbox/message.repo.ts'
import { readSignup, type TypedSignup } from '../../../../src/subscribers/read-signup.ts'
import { recordSignupRequest } from '../../../../src/subscribers/record-signup-request.ts'
import { suppress } from '../../../../src/subscribers/suppress-subscriber.ts'
import { kindsOf, mailed } from '../../../support/mailed-links.ts'
import {
  confirmToken,
  get,
  NOW,
  newestMail,
  post,
  subscribeThroughSite,
  useSite,
} from '../../../support/site.ts'

const EMAIL = 'ann@example.com'
const DAY_MS = 86_400_000
const site = useSite()

const asks = (typed: Partial<TypedSignup> = {}, again = false) =>
  recordSignupRequest(site.deps, {
    ...readSignup(site.deps.config, { email: EMAIL, topics: [], ...typed }),
    how: 'page',
    again,
  })
const asksForLink = (email = EMAIL, config = site.deps.config) =>
  requestManageLink({ ...site.deps, config }, { email, ip: '203.0.113.9' })
const later = (days: number) => site.clock.moveTo(new Date(NOW.getTime() + days * DAY_MS))
const queriesMailed = async () => (await newestMail(site.db, EMAIL)).content.topics.map(({ query }) => query)

describe('a subscriber who names no topic', () => {
  test('gets the link to their digests, and nothing changes', async () => {
    await subscribeThroughSite(site, EMAIL, { topic: 'robots' })
    later(2)
    const before = await site.db.subscriber.findFirst()
    expect((await asks()).mail).toBe('manage-link')
    const { text, html, path } = await mailed(site, 'manage-link', EMAIL)
    expect(text).toMatch(/You’re already subscribed/)
    expect(html).toContain(path)
    expect(await site.db.subscriber.findFirst()).toEqual(before)
  })

  test('while paused: the same', async () => {
    await subscribeThroughSite(site, EMAIL)
    await pauseSubscriber(site.deps, { email: EMAIL, until: null })
    later(2)
    expect((await asks()).mail).toBe('manage-link')
  })

  test('counts towards two emails a day, of any kind', async () => {
    await subscribeThroughSite(site, EMAIL)
    expect((await asks()).mail).toBe('manage-link')
    expect(await asks({ topics: ['robots'] })).toMatchObject({ mail: null, held: 'limit' })
    await asksForLink()
    const going = await site.db.message.findMany({
      where: { kind: { not: 'welcome' }, deadline: { gt: site.clock.now() } },
    })
    expect(going.map(({ kind }) => kind).toSorted()).toEqual(['confirmation', 'manage-link'])
  })
})

describe('once more', () => {
  test('the last request counts, not the second form', async () => {
    await asks({ topics: ['robots'], hour: '20' })
    expect((await asks({ hour: '8' }, true)).mail).toBe('confirmation')
    expect(await queriesMailed()).toEqual(['robots'])
    expect((await newestMail(site.db, EMAIL)).content.hour).toBe(20)
  })

  test('of topics to be added: them again', async () => {
    await subscribeThroughSite(site, EMAIL)
    later(2)
    await asks({ topics: ['robots'] })
    expect((await asks({}, true)).mail).toBe('add-topics')
    expect(await queriesMailed()).toEqual(['robots'])
  })

  test('without a request, or with one whose link has expired: what the form says', async () => {
    expect((await asks({ topics: ['vision'] }, true)).mail).toBe('confirmation')
    expect(await queriesMailed()).toEqual(['vision'])
    later(8)
    await asks({ topics: ['robots'] }, true)
    expect(await queriesMailed()).toEqual(['robots'])
  })

  test('a request that was confirmed meanwhile does not count', async () => {
    await subscribeThroughSite(site, EMAIL, { topic: 'robots' })
    await unsubscribeByOperator(site.deps, { email: EMAIL })
    later(2)
    await asks({ topics: ['vision'] }, true)
    expect(await queriesMailed()).toEqual(['vision'])
  })
})

describe('email me my link', () => {
  test('to a subscriber: the link, also if they requested topics meanwhile', async () => {
    await subscribeThroughSite(site, EMAIL)
    later(2)
    await asks({ topics: ['robots'] })
    await asksForLink()
    const { text, html } = await mailed(site, 'manage-link', EMAIL)
    for (const part of [text, html]) {
      expect(part).toContain('Your link')
      expect(part).not.toMatch(/already subscribed|sign-up form/)
    }
  })

  test('to a new person: the ordinary confirmation', async () => {
    await asksForLink()
    expect(await kindsOf(site)).toEqual(['confirmation'])
    await post(site, `/confirm/${await confirmToken(site, EMAIL)}`)
    expect(await site.db.subscriber.findFirst()).toMatchObject({ state: 'active' })
    expect(await site.db.consent.findFirst()).toMatchObject({ event: 'asked', how: 'link', wording: 'none' })
  })

  test('to a person who requested topics and did not confirm: those again', async () => {
    await asks({ topics: ['robots'] })
    await asksForLink()
    expect(await queriesMailed()).toEqual(['robots'])
  })

  test('to a former subscriber: a confirmation with their old settings', async () => {
    await subscribeThroughSite(site, EMAIL, { hour: '20', zone: 'Asia/Tokyo', topic: 'robots' })
    await unsubscribeByOperator(site.deps, { email: EMAIL })
    later(9)
    await asksForLink()
    await post(site, `/confirm/${await confirmToken(site, EMAIL)}`)
    expect(await site.db.subscriber.findFirst()).toMatchObject({
      state: 'active',
      hour: 20,
      zone: 'Asia/Tokyo',
    })
    expect(await site.db.topic.count()).toBe(1)
  })

  test('to a suppressed address: nothing', async () => {
    await suppress(site.deps, { email: EMAIL, reason: 'complaint' })
    await asksForLink()
    await endExpiredMessages(site.db, site.clock.now())
    expect(await site.db.message.findMany()).toMatchObject([{ state: 'skipped' }])
  })

  test.each([{ SIGNUP: 'closed' as const }, { SIGNUP_DOMAINS: ['example.org'] }])(
    'while nobody new is taken (%j): only to somebody who subscribes',
    async (settings) => {
      await subscribeThroughSite(site, EMAIL)
      const config = { ...site.deps.config, ...settings }
      later(2)
      await asksForLink('new@example.com', config)
      await asksForLink(EMAIL, config)
      await endExpiredMessages(site.db, site.clock.now())
      const open = await site.db.message.findMany({ where: { datedAt: site.clock.now(), state: 'ready' } })
      expect(open.map(({ kind, toAddress }) => [kind, toAddress])).toEqual([['manage-link', EMAIL]])
    },
  )
})

describe('besides the button', () => {
  const goesTo = async (path: string) => (await get(site, path)).body

  test('a former subscriber who requests their link gets the one to their account', async () => {
    await subscribeThroughSite(site, EMAIL, { topic: 'robots' })
    await unsubscribeByOperator(site.deps, { email: EMAIL })
    later(2)
    await asksForLink()
    const { text, html, path } = await mailed(site, 'confirmation', EMAIL)
    expect(text).toContain('/confirm/')
    expect(html).toContain(path)
    expect(await goesTo(path)).toContain('Download your data')
    expect((await post(site, `${path}/erase`)).statusCode).toBe(303)
    expect(await site.db.subscriber.findFirst()).toMatchObject({ address: null })
  })

  test('also while sign-up is closed: then only that link', async () => {
    await subscribeThroughSite(site, EMAIL)
    await unsubscribeByOperator(site.deps, { email: EMAIL })
    later(2)
    await asksForLink(EMAIL, { ...site.deps.config, SIGNUP: 'closed' })
    expect(await goesTo((await mailed(site, 'account-link', EMAIL)).path)).toContain('Download your data')
  })

  test('a new person, or one who fills in the form, gets none', async () => {
    await asksForLink()
    expect((await mailed(site, 'confirmation', EMAIL)).path).toBe('')
    await subscribeThroughSite(site, 'bob@example.com')
    await unsubscribeByOperator(site.deps, { email: 'bob@example.com' })
    later(2)
    await post(site, '/subscribe', { email: 'bob@example.com', topic: 'robots' })
    expect((await mailed(site, 'confirmation', 'bob@example.com')).path).toBe('')
  })

  test('a stranger who requests topics twice keeps no subscriber from their link: it is in those emails', async () => {
    await subscribeThroughSite(site, EMAIL, { topic: 'robots' })
    later(2)
    for (const topic of ['spam', 'more spam']) await post(site, '/subscribe', { email: EMAIL, topic })
    await asksForLink()
    const { path, html } = await mailed(site, 'add-topics', EMAIL)
    expect(path).toMatch(/^\/manage\//)
    expect(html).toContain(path)
    expect((await get(site, path)).statusCode).toBe(200)
  })
})

describe('the page', () => {
  const KINDS = [
    'active@example.com',
    'pending@example.com',
    'gone@example.com',
    'dead@example.com',
    'new@example.com',
    'often@example.com',
    'active.often@example.com',
  ]

  async function seed() {
    await subscribeThroughSite(site, 'active@example.com')
    await post(site, '/subscribe', { email: 'pending@example.com' })
    await subscribeThroughSite(site, 'gone@example.com')
    await unsubscribeByOperator(site.deps, { email: 'gone@example.com' })
    await suppress(site.deps, { email: 'dead@example.com', reason: 'dead' })
    await subscribeThroughSite(site, 'active.often@example.com')
    later(1)
    // Of these two, nothing more may go today.
    for (const email of ['often@example.com', 'active.often@example.com'])
      for (let n = 0; n < 2; n++) await asksForLink(email)
  }

  test('sends every address the same response, to the byte', async () => {
    await seed()
    const answers = []
    for (const email of KINDS) {
      const { statusCode, headers, body } = await post(site, '/manage', { email })
      const { date: _, ...told } = headers
      answers.push(JSON.stringify({ statusCode, told, body }))
    }
    expect(new Set(answers).size).toBe(1)
    expect(answers[0]).toContain('/manage/sent')
    expect((await get(site, '/manage/sent')).body).toContain(
      'If you’ve just asked for your link, an email is on its way to the address you gave.',
    )
  })

  const codeOf = (error: unknown) => expect(error).toMatchObject({ code: 'signup.busy' })

  /** A database that writes down every statement, inside transactions too. */
  function counted(): { db: Database; statements: string[] } {
    const statements: string[] = []
    const db = site.db.$extends({
      query: {
        $allOperations({ model, operation, args, query }) {
          statements.push(`${model ?? ''} ${operation}`)
          return query(args)
        },
      },
    })
    return { db: db as unknown as Database, statements }
  }

  test.each([{}, { SIGNUP: 'closed' as const }, { SIGNUP_PER_HOUR: 1 }])(
    'meets every address with the same statements, and leaves as many rows (%j)',
    async (settings) => {
      await seed()
      const config = { ...site.deps.config, ...settings }
      const { signup, consent, message, batch } = site.db
      const tables = [signup, consent, message, batch]
      const count = () => Promise.all(tables.map((table) => (table as typeof signup).count()))
      const seen = []
      const asksOn = (db: Database, email: string) =>
        requestManageLink({ ...site.deps, config, db }, { email, ip: '203.0.113.9' }).catch(codeOf)
      // From here on, one email an hour is used up.
      if (config.SIGNUP_PER_HOUR === 1) await asksOn(site.db, 'first@example.com')
      for (const email of KINDS) {
        const { db, statements } = counted()
        // The first request of a network creates its rate limits.
        await site.db.bucket.deleteMany({ where: { key: { startsWith: 'signup ' } } })
        const before = await count()
        await asksOn(db, email)
        const after = await count()
        seen.push({ statements, rows: after.map((rows, i) => rows - before[i]!) })
      }
      expect(seen[0]!.statements.length).toBeGreaterThan(5)
      for (const [i, one] of seen.entries()) expect([KINDS[i], one]).toEqual([KINDS[i], seen[0]])
    },
  )

  test('a slip in the domain: the page after it asks, and nothing is held back', async () => {
    const { headers } = await post(site, '/manage', { email: 'ann@gmial.com' })
    expect(headers.location).toBe('/manage/sent?meant=gmail.com')
    expect((await get(site, '/manage/sent?meant=gmail.com')).body).toContain('Did you mean gmail.com?')
    expect((await get(site, '/manage/sent?meant=%3Cb%3E&meant=evil.example')).body).not.toContain(
      'Did you mean',
    )
    expect(await kindsOf(site, 'ann@gmial.com')).toEqual(['confirmation'])
  })

  test('a mistyped address: 422, the input, and where to correct it', async () => {
    const { statusCode, body } = await post(site, '/manage', { email: 'ann@' })
    expect(statusCode).toBe(422)
    expect(body).toMatch(/<title>Error: /)
    expect(body).toContain('href="#email"')
    expect(body).toContain('value="ann@"')
  })

  test('one network asks within the limit of sign-ups', async () => {
    for (let n = 0; n < 20; n++)
      await post(site, n % 2 ? '/manage' : '/subscribe', { email: `a${n}@example.com` })
    const { statusCode, headers } = await post(site, '/manage', { email: EMAIL })
    expect([statusCode, Number(headers['retry-after']) > 0]).toEqual([429, true])
  })
})
