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

describe('a request', () => {
  test('for the first time: a pending subscriber, a signup, a consent row, a confirmation, and no topic yet', async () => {
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
      { at: NOW, event: 'asked', how: 'page', wording: 'site 6' },
    ])
  })

  test('while pending: another confirmation, two a day and no third, again a day later', async () => {
    expect((await asks()).mail).toBe('confirmation')
    expect((await asks()).mail).toBe('confirmation')
    expect(await asks()).toMatchObject({ mail: null, held: 'limit' })
    expect(await going()).toBe(2)
    site.clock.moveTo(later(1))
    expect((await asks()).mail).toBe('confirmation')
  })

  test('at the same instant, many times: two emails', async () => {
    await Promise.all(Array.from({ length: 8 }, () => asks()))
    expect(await going()).toBe(2)
    expect(await site.db.subscriber.count()).toBe(1)
  })

  test('while active: an email that adds topics; nothing changes before the button is pressed', async () => {
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

  test('while paused: the same, and the pause stays', async () => {
    await asks(['one'])
    await confirms()
    await pauseSubscriber(site.deps, { email: EMAIL, until: null })
    expect((await asks(['two'])).mail).toBe('add-topics')
    await confirms()
    expect(await stateOf()).toBe('paused')
    expect(await topics()).toEqual(['one', 'two'])
  })

  test('after unsubscribing: like new, a higher epoch, and the topics from before stay', async () => {
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

  test('after erasure: a new subscriber, without anything from before', async () => {
    await asks(['one'])
    await confirms()
    await eraseSubscriber(site.deps, { email: EMAIL })
    expect((await asks()).mail).toBe('confirmation')
    await confirms()
    expect(await site.db.subscriber.count()).toBe(2)
    expect(await topics()).toEqual([])
  })

  test('when suppressed as dead: no email for 7 days, then a confirmation, and the suppression is lifted only for that', async () => {
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

  test('when suppressed, erased and requested again: still no email', async () => {
    await asks()
    await suppress(site.deps, { email: EMAIL, reason: 'complaint' })
    await eraseSubscriber(site.deps, { email: EMAIL })
    site.clock.moveTo(later(30))
    expect(await asks()).toMatchObject({ mail: null, held: 'suppressed' })
  })

  test('with another spelling of the address: the same subscriber', async () => {
    await asks()
    await asks([], 'ANN@Example.com')
    expect(await site.db.subscriber.count()).toBe(1)
    await asks([], 'ann+papers@example.com')
    expect(await site.db.subscriber.count()).toBe(2)
  })
})

test('a failed nudge is logged, and the sign-up is kept: the next tick nudges anyway', async () => {
  const away = { ...site.deps.queue, nudge: () => Promise.reject(new Error('the queue is away')) }
  const signup = readSignup(site.deps.config, { email: EMAIL, topics: [] })
  site.logged.length = 0
  await subscribe({ ...site.deps, queue: away }, { ...signup, how: 'page', ip: '203.0.113.9' })
  expect(await site.db.message.count({ where: { state: 'ready' } })).toBe(1)
  const failed = site.logged.map((line) => JSON.parse(line)).filter(({ event }) => event === 'queue.error')
  expect(failed).toMatchObject([{ level: 'error', what: 'the queue is away' }])
})

describe('a change that fails half-way leaves nothing', () => {
  test('a signup without its message is never there', async () => {
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

  test('a confirmation without its consent row is never there', async () => {
    await asks()
    await site.db.$executeRawUnsafe(`alter table consent add constraint refused check (event <> 'confirmed')`)
    await expect(confirms()).rejects.toThrow('refused')
    await site.db.$executeRawUnsafe(`alter table consent drop constraint refused`)
    expect(await stateOf()).toBe('pending')
    expect(await site.db.signup.findFirst()).toMatchObject({ confirmedAt: null })
  })
})
