import { describe, expect, test } from 'vitest'
import { pauseSubscriber } from '../../../../src/account/change-by-operator.ts'
import { eraseSubscriber } from '../../../../src/account/erase-subscriber.ts'
import { confirm } from '../../../../src/account/signup/confirm.ts'
import { subscribe } from '../../../../src/account/signup/subscribe.ts'
import { unsubscribeByOperator } from '../../../../src/account/unsubscribe.ts'
import { readSignup } from '../../../../src/subscribers/read-signup.ts'
import { recordSignupRequest } from '../../../../src/subscribers/record-signup-request.ts'
import { suppress } from '../../../../src/subscribers/suppress-subscriber.ts'
import { confirmToken, NOW, newestMail, useSite } from '../../../support/site.ts'

const EMAIL = 'ann@example.com'
const DAY_MS = 86_400_000

const site = useSite()

const later = (days: number) => new Date(NOW.getTime() + days * DAY_MS)

const asks = (topics: string[] = [], email = EMAIL) =>
  recordSignupRequest(site.deps, { ...readSignup(site.deps.config, { email, topics }), how: 'page' })

async function confirms(): Promise<void> {
  await confirm(site.deps, await confirmToken(site, EMAIL))
}

/** Those that are not held: a held one is too late from the start. */
const going = () => site.db.message.count({ where: { deadline: { gt: site.clock.now() } } })

const stateOf = async () => (await site.db.subscriber.findFirst({ where: { address: EMAIL } }))?.state

const topics = async () => {
  const found = await site.db.topic.findMany({ include: { query: true }, orderBy: { position: 'asc' } })
  return found.map(({ query }) => query.text)
}

describe('a sign-up', () => {
  test('creates a pending subscriber, a request, a consent and a confirmation, and no topic', async () => {
    const { mail } = await asks(['linear attention, robots'])
    expect(mail).toBe('confirmation')
    expect(await stateOf()).toBe('pending')
    expect(await topics()).toEqual([])
    const { kind, content } = await newestMail(site.db, EMAIL)
    expect(kind).toBe('confirmation')
    expect(content).toEqual({
      lang: 'en',
      signupId: 1,
      askedAt: NOW.toISOString(),
      topics: [
        { name: 'linear attention', query: 'linear attention' },
        { name: 'robots', query: 'robots' },
      ],
      zone: 'UTC',
      hour: 8,
      days: ['mon', 'tue', 'wed', 'thu', 'fri'],
      maxPapers: 15,
      format: 'html',
      detail: 'full',
      related: true,
    })
    expect(await site.db.consent.findMany({ omit: { id: true, subscriberId: true } })).toEqual([
      { at: NOW, event: 'asked', how: 'page', wording: 'site 7' },
    ])
  })

  test('sends a pending subscriber up to two confirmations a day', async () => {
    expect((await asks()).mail).toBe('confirmation')
    expect((await asks()).mail).toBe('confirmation')
    expect(await asks()).toMatchObject({ mail: null, held: 'limit' })
    expect(await going()).toBe(2)
    site.clock.moveTo(later(1))
    expect((await asks()).mail).toBe('confirmation')
  })

  test('sends two emails for many requests at once', async () => {
    await Promise.all(Array.from({ length: 8 }, () => asks()))
    expect(await going()).toBe(2)
    expect(await site.db.subscriber.count()).toBe(1)
  })

  test('sends an active subscriber an email that adds topics, and changes nothing', async () => {
    await asks(['one'])
    await confirms()
    const before = await site.db.subscriber.findFirst()
    expect((await asks(['two', 'one'])).mail).toBe('add-topics')
    expect(await site.db.subscriber.findFirst()).toEqual(before)
    expect(await topics()).toEqual(['one'])
    await confirms()
    expect(await topics()).toEqual(['one', 'two'])
    expect(await site.db.subscriber.findFirst()).toEqual(before)
  })

  test('sends a paused subscriber the email that adds topics, and keeps the pause', async () => {
    await asks(['one'])
    await confirms()
    await pauseSubscriber(site.deps, { email: EMAIL, until: null })
    expect((await asks(['two'])).mail).toBe('add-topics')
    await confirms()
    expect(await stateOf()).toBe('paused')
    expect(await topics()).toEqual(['one', 'two'])
  })

  test('confirms a former subscriber under a higher epoch, with the earlier topics', async () => {
    await asks(['one'])
    await confirms()
    await unsubscribeByOperator(site.deps, { email: EMAIL })
    site.clock.moveTo(later(2))
    expect((await asks(['two'])).mail).toBe('confirmation')
    expect(await stateOf()).toBe('unsubscribed')
    await confirms()
    expect(await site.db.subscriber.findFirst()).toMatchObject({
      state: 'active',
      epoch: 1,
      confirmedAt: later(2),
    })
    expect(await topics()).toEqual(['one', 'two'])
  })

  test('creates a new subscriber after an erasure', async () => {
    await asks(['one'])
    await confirms()
    await eraseSubscriber(site.deps, { email: EMAIL })
    expect((await asks()).mail).toBe('confirmation')
    await confirms()
    expect(await site.db.subscriber.count()).toBe(2)
    expect(await topics()).toEqual([])
  })

  test('sends a dead address no email for 7 days, then a confirmation', async () => {
    await asks()
    await confirms()
    await suppress(site.deps, { email: EMAIL, reason: 'dead' })
    site.clock.moveTo(new Date(later(7).getTime() - 1000))
    expect(await asks()).toMatchObject({ mail: null, held: 'suppressed' })
    site.clock.moveTo(later(7))
    expect((await asks()).mail).toBe('confirmation')
    expect(await stateOf()).toBe('unsubscribed')
    await confirms()
    expect(await stateOf()).toBe('active')
  })

  test.each(['complaint', 'operator'] as const)(
    'when suppressed by %s: no mail, however much later',
    async (reason) => {
      await asks()
      await suppress(site.deps, { email: EMAIL, reason })
      site.clock.moveTo(later(400))
      expect(await asks()).toMatchObject({ mail: null, held: 'suppressed' })
      expect(await stateOf()).toBe('suppressed')
    },
  )

  test('sends a suppressed and erased address no email', async () => {
    await asks()
    await suppress(site.deps, { email: EMAIL, reason: 'complaint' })
    await eraseSubscriber(site.deps, { email: EMAIL })
    site.clock.moveTo(later(30))
    expect(await asks()).toMatchObject({ mail: null, held: 'suppressed' })
  })

  test('finds the subscriber for another spelling of the address', async () => {
    await asks()
    await asks([], 'ANN@Example.com')
    expect(await site.db.subscriber.count()).toBe(1)
    await asks([], 'ann+papers@example.com')
    expect(await site.db.subscriber.count()).toBe(2)
  })
})

test('a failed nudge is logged, and the sign-up is stored, as the next tick nudges too', async () => {
  const away = { ...site.deps.queue, nudge: () => Promise.reject(new Error('the queue is away')) }
  const signup = readSignup(site.deps.config, { email: EMAIL, topics: [] })
  site.logged.length = 0
  await subscribe({ ...site.deps, queue: away }, { ...signup, how: 'page', ip: '203.0.113.9' })
  expect(await site.db.message.count({ where: { state: 'ready' } })).toBe(1)
  const failed = site.logged.map((line) => JSON.parse(line)).filter(({ event }) => event === 'queue.error')
  expect(failed).toMatchObject([{ level: 'error', what: 'the queue is away' }])
})

describe('a transaction that fails', () => {
  test('leaves no request without its message', async () => {
    await site.db.$executeRawUnsafe(
      `alter table message add constraint refused check (kind <> 'confirmation')`,
    )
    await expect(asks()).rejects.toThrow('refused')
    await site.db.$executeRawUnsafe(`alter table message drop constraint refused`)
    expect([
      await site.db.subscriber.count(),
      await site.db.signup.count(),
      await site.db.consent.count(),
    ]).toEqual([0, 0, 0])
  })

  test('leaves no confirmation without its consent', async () => {
    await asks()
    await site.db.$executeRawUnsafe(`alter table consent add constraint refused check (event <> 'confirmed')`)
    await expect(confirms()).rejects.toThrow('refused')
    await site.db.$executeRawUnsafe(`alter table consent drop constraint refused`)
    expect(await stateOf()).toBe('pending')
    expect(await site.db.signup.findFirst()).toMatchObject({ confirmedAt: null })
  })
})
