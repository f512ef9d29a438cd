import { describe, expect, test } from 'vitest'
import { pauseSubscriber } from '../../../../src/account/change-by-operator.ts'
import { requestManageLink } from '../../../../src/account/signup/subscribe.ts'
import { unsubscribeByOperator } from '../../../../src/account/unsubscribe.ts'
import type { Database } from '../../../../src/core/database/database.ts'
import { fill, words } from '../../../../src/i18n/words.ts'
import { endExpiredMessages } from '../../../../src/mail/outbox/message.repo.ts'
import { readSignup, type TypedSignup } from '../../../../src/subscribers/read-signup.ts'
import { recordSignupRequest } from '../../../../src/subscribers/record-signup-request.ts'
import { suppress } from '../../../../src/subscribers/suppress-subscriber.ts'
import { withLetters } from '../../../support/emails.ts'
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

describe('a subscriber who signs up again without a topic', () => {
  test('gets the link to their settings, and nothing changes', async () => {
    await subscribeThroughSite(site, EMAIL, { topic: 'robots' })
    later(2)
    const before = await site.db.subscriber.findFirst()
    expect((await asks()).mail).toBe('manage-link')
    const { text, html, path } = await mailed(site, 'manage-link', EMAIL)
    expect(text).toContain(words.emails.manageLink.heading)
    expect(html).toContain(path)
    expect(await site.db.subscriber.findFirst()).toEqual(before)
  })

  test('gets the link while paused too', async () => {
    await subscribeThroughSite(site, EMAIL)
    await pauseSubscriber(site.deps, { email: EMAIL, until: null })
    later(2)
    expect((await asks()).mail).toBe('manage-link')
  })

  test('gets up to two emails a day, of any kind', async () => {
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

describe('a second request', () => {
  test('repeats the first request, not the second form', async () => {
    await asks({ topics: ['robots'], hour: '20' })
    expect((await asks({ hour: '8' }, true)).mail).toBe('confirmation')
    expect(await queriesMailed()).toEqual(['robots'])
    expect((await newestMail(site.db, EMAIL)).content.hour).toBe(20)
  })

  test('repeats the topics to add', async () => {
    await subscribeThroughSite(site, EMAIL)
    later(2)
    await asks({ topics: ['robots'] })
    expect((await asks({}, true)).mail).toBe('add-topics')
    expect(await queriesMailed()).toEqual(['robots'])
  })

  test('takes the form if there is no request, or its link has expired', async () => {
    expect((await asks({ topics: ['vision'] }, true)).mail).toBe('confirmation')
    expect(await queriesMailed()).toEqual(['vision'])
    later(8)
    await asks({ topics: ['robots'] }, true)
    expect(await queriesMailed()).toEqual(['robots'])
  })

  test('takes the form if the first request was confirmed meanwhile', async () => {
    await subscribeThroughSite(site, EMAIL, { topic: 'robots' })
    await unsubscribeByOperator(site.deps, { email: EMAIL })
    later(2)
    await asks({ topics: ['vision'] }, true)
    expect(await queriesMailed()).toEqual(['vision'])
  })
})

describe('`requestManageLink`', () => {
  test('sends a subscriber the link, also if they requested topics meanwhile', async () => {
    await subscribeThroughSite(site, EMAIL)
    later(2)
    await asks({ topics: ['robots'] })
    await asksForLink()
    const { text, html } = await mailed(site, 'manage-link', EMAIL)
    for (const part of [text, withLetters(html)]) {
      expect(part).toContain(words.emails.manageLinkAsked.heading)
      expect(part).not.toContain(words.emails.manageLink.heading)
    }
  })

  test('sends a new person the confirmation', async () => {
    await asksForLink()
    expect(await kindsOf(site)).toEqual(['confirmation'])
    await post(site, `/confirm/${await confirmToken(site, EMAIL)}`)
    expect(await site.db.subscriber.findFirst()).toMatchObject({ state: 'active' })
    expect(await site.db.consent.findFirst()).toMatchObject({ event: 'asked', how: 'link', wording: 'none' })
  })

  test('sends an unconfirmed person the confirmation with their topics again', async () => {
    await asks({ topics: ['robots'] })
    await asksForLink()
    expect(await queriesMailed()).toEqual(['robots'])
  })

  test('sends a former subscriber the confirmation with their old settings', async () => {
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

  test('sends a suppressed address nothing', async () => {
    await suppress(site.deps, { email: EMAIL, reason: 'complaint' })
    await asksForLink()
    await endExpiredMessages(site.db, site.clock.now())
    expect(await site.db.message.findMany()).toMatchObject([{ state: 'skipped' }])
  })

  test.each([{ SIGNUP: 'closed' as const }, { SIGNUP_DOMAINS: ['example.org'] }])(
    'sends only subscribers an email while sign-up is restricted (%j)',
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

describe('the second link of an email', () => {
  const bodyOf = async (path: string) => (await get(site, path)).body

  test('is that to the account, for a former subscriber who requests their link', async () => {
    await subscribeThroughSite(site, EMAIL, { topic: 'robots' })
    await unsubscribeByOperator(site.deps, { email: EMAIL })
    later(2)
    await asksForLink()
    const { text, html, path } = await mailed(site, 'confirmation', EMAIL)
    expect(text).toContain('/confirm/')
    expect(html).toContain(path)
    expect(await bodyOf(path)).toContain(`${path}/export.json`)
    expect((await post(site, `${path}/erase`)).statusCode).toBe(303)
    expect(await site.db.subscriber.findFirst()).toMatchObject({ address: null })
  })

  test('is the only link, while sign-up is closed', async () => {
    await subscribeThroughSite(site, EMAIL)
    await unsubscribeByOperator(site.deps, { email: EMAIL })
    later(2)
    await asksForLink(EMAIL, { ...site.deps.config, SIGNUP: 'closed' })
    const { path } = await mailed(site, 'account-link', EMAIL)
    expect(await bodyOf(path)).toContain(`${path}/export.json`)
  })

  test('does not exist for a new person or after the form', async () => {
    await asksForLink()
    expect((await mailed(site, 'confirmation', EMAIL)).path).toBe('')
    await subscribeThroughSite(site, 'bob@example.com')
    await unsubscribeByOperator(site.deps, { email: 'bob@example.com' })
    later(2)
    await post(site, '/subscribe', { email: 'bob@example.com', topic: 'robots' })
    expect((await mailed(site, 'confirmation', 'bob@example.com')).path).toBe('')
  })

  test('is that to the settings, in emails that a stranger may have requested', async () => {
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

describe('the page to request a link', () => {
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
    // These two get no more emails today.
    for (const email of ['often@example.com', 'active.often@example.com'])
      for (let n = 0; n < 2; n++) await asksForLink(email)
  }

  test('has the same response for all addresses, to the byte', async () => {
    await seed()
    const answers = []
    for (const email of KINDS) {
      const { statusCode, headers, body } = await post(site, '/manage', { email })
      const { date: _, ...others } = headers
      answers.push(JSON.stringify({ statusCode, headers: others, body }))
    }
    expect(new Set(answers).size).toBe(1)
    expect(answers[0]).toContain('/manage/sent')
    expect((await get(site, '/manage/sent')).statusCode).toBe(200)
  })

  const codeOf = (error: unknown) => expect(error).toMatchObject({ code: 'signup.busy' })

  /** A database that lists all statements, including those in transactions. */
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
    'runs the same statements and stores as many rows for all addresses (%j)',
    async (settings) => {
      await seed()
      const config = { ...site.deps.config, ...settings }
      const { signup, consent, message, batch } = site.db
      const tables = [signup, consent, message, batch]
      const count = () => Promise.all(tables.map((table) => (table as typeof signup).count()))
      const seen = []
      const asksOn = (db: Database, email: string) =>
        requestManageLink({ ...site.deps, config, db }, { email, ip: '203.0.113.9' }).catch(codeOf)
      // This uses up the one email of the hour.
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

  test('asks about a mistyped domain, and still sends the email', async () => {
    const { headers } = await post(site, '/manage', { email: 'ann@gmial.com' })
    expect(headers.location).toBe('/manage/sent?meant=gmail.com')
    const page = (await get(site, '/manage/sent')).body
    expect(page).not.toContain('gmail.com')
    expect((await get(site, '/manage/sent?meant=gmail.com')).body).toContain(
      fill(words.account.meant, { domain: 'gmail.com' }),
    )
    expect((await get(site, '/manage/sent?meant=%3Cb%3E&meant=evil.example')).body).toBe(page)
    expect(await kindsOf(site, 'ann@gmial.com')).toEqual(['confirmation'])
  })

  test('has status 422 and the input for an invalid address', async () => {
    const { statusCode, body } = await post(site, '/manage', { email: 'ann@' })
    expect(statusCode).toBe(422)
    expect(body).toContain('href="#email"')
    expect(body).toContain('value="ann@"')
  })

  test('counts towards the limit of sign-ups of a network', async () => {
    for (let n = 0; n < 20; n++)
      await post(site, n % 2 ? '/manage' : '/subscribe', { email: `a${n}@example.com` })
    const { statusCode, headers } = await post(site, '/manage', { email: EMAIL })
    expect([statusCode, Number(headers['retry-after']) > 0]).toEqual([429, true])
  })
})
